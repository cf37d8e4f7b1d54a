import { makeResponse, request } from "latchkey/flask";
import { newApp, type Configuration } from "../configuration.ts";
import { get } from "../requests.ts";
import { show } from "../show.ts";

const SET: Readonly<Record<string, readonly [value: string, options?: object]>> = {
  plain: ["1"],
  all: ["1", { maxAge: 3600, path: "/p", domain: "example.com", secure: true, httpOnly: true, sameSite: "Lax" }],
  strict: ["1", { sameSite: "Strict" }],
  none: ["1", { sameSite: "None", secure: true }],
  lower: ["1", { sameSite: "lax" }],
  age0: ["1", { maxAge: 0 }],
  expires: ["1", { expires: new Date("2100-01-02T03:04:05Z") }],
  timedelta: ["1", { maxAge: 120 }],
  blank: ["a b"],
  semicolon: ["a;b,c"],
  quote: ['a"b\\c'],
  accent: ["é€"],
  empty: [""],
  nopath: ["1", { path: null }],
  partitioned: ["1", { partitioned: true }],
  wrong: ["1", { sameSite: "Sometimes" }],
  equals: ["a=b=c"],
};

/** Cookies of the application's own. */
export const configuration: Configuration = {
  create() {
    const app = newApp();
    app.route("/set/<name>", function put({ name }) {
      const response = makeResponse("set");
      const [value, options] = SET[name]!;
      response.setCookie("c", value, options as never);
      return response;
    });
    app.route("/two", function two() {
      const response = makeResponse("two", 201);
      response.setCookie("a", "1");
      response.setCookie("b", "2");
      response.setCookie("a", "3");
      return response;
    });
    app.route("/delete", { endpoint: "delete" }, () => {
      const response = makeResponse("deleted");
      response.deleteCookie("c");
      response.deleteCookie("d", {
        path: "/p",
        domain: "example.com",
        secure: true,
        httpOnly: true,
        sameSite: "Lax",
      });
      return response;
    });
    app.route("/read", function read() {
      return show({ ...request.cookies });
    });
    app.route("/get", { endpoint: "get" }, () =>
      show([
        request.cookies.get("a"),
        request.cookies.get("z", "none"),
        request.cookies.get("n", null, { type: Number }),
        "a" in request.cookies,
      ]),
    );
    app.route("/key", function key() {
      return request.cookies["missing"]!;
    });
    return app;
  },
  requests: [
    ...Object.keys(SET).map((name) => `GET /set/${name}`),
    "GET /two",
    "GET /delete",
    get("/read"),
    get("/read", "Cookie: a=1; b=2"),
    get("/read", "Cookie: a=1;b=2"),
    get("/read", "Cookie: a=1; a=2"),
    get("/read", "Cookie: a=1", "Cookie: b=2"),
    get("/read", 'Cookie: a="quoted value"; b=2'),
    get("/read", 'Cookie: a="\\303\\251"; b=2'),
    get("/read", "Cookie: a; b=2"),
    get("/read", "Cookie: a=; b"),
    get("/read", "Cookie: a=b=c"),
    get("/read", "Cookie:  a = 1 ; b=2"),
    get("/read", "Cookie: a=%20%41"),
    get("/read", "Cookie: a=é"),
    get("/read", "Cookie: =1; a=2"),
    get("/read", "Cookie: a=1,b=2"),
    get("/get", "Cookie: a=1; n=7"),
    get("/get", "Cookie: n=x"),
    get("/key", "Cookie: a=1"),
  ],
};
