import { urlFor } from "latchkey/flask";
import { newApp, type Configuration } from "../configuration.ts";
import { get } from "../requests.ts";
import { show } from "../show.ts";

/** Rules with hosts. */
export const configuration: Configuration = {
  create() {
    const app = newApp({ hostMatching: true, staticHost: "static.test" });
    app.route("/", { host: "one.test", endpoint: "one" }, () =>
      show(["one", urlFor("one"), urlFor("two"), urlFor("three", { name: "x" })]),
    );
    app.route("/", { host: "two.test", endpoint: "two" }, () => "two");
    app.route(
      "/",
      { host: "<name>.three.test", endpoint: "three" },
      ({ name }: { readonly name: string }) => `three ${name}`,
    );
    return app;
  },
  requests: [
    get("/", "Host: one.test"),
    get("/", "Host: two.test"),
    get("/", "Host: x.three.test"),
    get("/", "Host: four.test"),
    get("/static/style.css", "Host: static.test"),
    get("/static/style.css", "Host: one.test"),
  ],
};
