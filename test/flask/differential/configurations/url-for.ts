import { request, urlFor } from "latchkey/flask";
import { newApp, type Configuration } from "../configuration.ts";
import { show } from "../show.ts";

const CALLS: Readonly<Record<string, readonly [endpoint: string, values: Readonly<Record<string, unknown>>]>> = {
  plain: ["home", {}],
  query: ["home", { q: "R&B" }],
  blank: ["home", { q: "a b" }],
  accent: ["home", { q: "é€" }],
  list: ["home", { q: [1, 2] }],
  none: ["home", { q: null }],
  empty: ["home", { q: "" }],
  number: ["home", { q: 1.5 }],
  two: ["home", { b: 1, a: 2 }],
  signs: ["home", { q: "a+b=c/d?e#f%g" }],
  user: ["user", { name: "ada" }],
  userblank: ["user", { name: "a b" }],
  userslash: ["user", { name: "a/b" }],
  useraccent: ["user", { name: "é" }],
  usersigns: ["user", { name: "a&b=c;d,e:f@g!$'()*+" }],
  userhash: ["user", { name: "a?b#c%d" }],
  userquery: ["user", { name: "ada", page: 2 }],
  missing: ["user", {}],
  int: ["int", { n: 7 }],
  intwrong: ["int", { n: "abc" }],
  float: ["float", { x: 1 }],
  float2: ["float", { x: 2.5 }],
  path: ["path", { p: "a/b c/d" }],
  uuid: ["uuid", { id: "12345678-1234-5678-1234-567812345678" }],
  any: ["any", { w: "b" }],
  anywrong: ["any", { w: "z" }],
  digits: ["digits", { n: 7 }],
  static: ["static", { filename: "style.css" }],
  staticdeep: ["static", { filename: "a/b c.css" }],
  unknown: ["nothing", {}],
  external: ["home", { _external: true }],
  scheme: ["home", { _scheme: "https", _external: true }],
  schemeonly: ["home", { _scheme: "https" }],
  anchor: ["home", { _anchor: "top" }],
  anchorblank: ["home", { _anchor: "a b&c" }],
  anchorquery: ["home", { q: 1, _anchor: "x" }],
  methodget: ["both", { _method: "GET" }],
  methoddelete: ["both", { _method: "DELETE" }],
  optional: ["optional", {}],
  optional2: ["optional", { page: 2 }],
  optional1: ["optional", { page: 1 }],
};

/** Addresses that the application makes. */
export const configuration: Configuration = {
  create() {
    const app = newApp();
    const nothing = (): string => "";
    for (const [rule, endpoint] of [
      ["/", "home"],
      ["/user/<name>", "user"],
      ["/int/<int:n>", "int"],
      ["/float/<float:x>", "float"],
      ["/path/<path:p>", "path"],
      ["/uuid/<uuid:id>", "uuid"],
      ["/any/<any(a, b):w>", "any"],
      ["/digits/<int(fixed_digits=4):n>", "digits"],
      ["/optional/<int:page>", "optional"],
    ] as const)
      app.route(rule, { endpoint }, nothing);
    app.route("/optional/", { endpoint: "optional", defaults: { page: 1 } }, nothing);
    app.route("/both", { endpoint: "both", methods: ["GET"] }, nothing);
    app.route("/both/delete", { endpoint: "both", methods: ["DELETE"] }, nothing);
    app.route("/make/<name>", { endpoint: "make" }, ({ name }) => {
      const [endpoint, values] = CALLS[name]!;
      return urlFor(endpoint, values);
    });
    app.route("/make", function relative() {
      return show([urlFor("make", { name: "x" }), urlFor(".make", { name: "x" }), request.url]);
    });
    return app;
  },
  requests: [
    ...Object.keys(CALLS).map((name) => `GET /make/${name}`),
    "GET /make",
    "GET /make\nHost: example.com:8080",
  ],
};
