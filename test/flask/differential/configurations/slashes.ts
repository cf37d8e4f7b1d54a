import { newApp, type Configuration } from "../configuration.ts";
import { form } from "../requests.ts";
import { show } from "../show.ts";

/** Slashes at the end and in the middle of an address. */
export const configuration: Configuration = {
  create() {
    const app = newApp();
    const add = (rule: string, endpoint: string, options: object = {}): void => {
      app.route(rule, { endpoint, ...options }, (values) => `${endpoint} ${show(values)}`);
    };
    add("/blog/", "blog", { methods: ["GET", "POST"] });
    add("/about", "about");
    add("/loose/", "loose", { strictSlashes: false });
    add("/tight", "tight", { strictSlashes: false });
    add("/user/<name>/", "user");
    add("/both", "both1");
    add("/both/", "both2");
    add("/a/b", "ab");
    add("/a/<path:p>", "path");
    add("/raw//x", "raw", { mergeSlashes: false });
    add("/café/", "accent");
    add("/post/", "post", { methods: ["POST"] });
    return app;
  },
  requests: [
    "GET /blog/",
    "GET /blog",
    "GET /blog?a=1&b=%20",
    "HEAD /blog",
    form("/blog", "a=1"),
    form("/blog/", "a=1"),
    "GET /blog//",
    "GET /about",
    "GET /about/",
    "GET /loose",
    "GET /loose/",
    "GET /tight",
    "GET /tight/",
    "GET /user/ada",
    "GET /user/a%20b?x=%C3%A9",
    "GET /user/caf%C3%A9",
    "GET /user//ada/",
    "GET /both",
    "GET /both/",
    "GET /a//b",
    "GET /a///b?x=1",
    "GET //a/b",
    "GET /a/x//y",
    "GET /a/x//",
    "GET /raw//x",
    "GET /raw/x",
    "GET /caf%C3%A9",
    "GET /café",
    "GET /post",
    form("/post", "a=1"),
    "GET /nothing//here",
    "GET /a/b/../b",
    "GET /./about",
  ],
};
