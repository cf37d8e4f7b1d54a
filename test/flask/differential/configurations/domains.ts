import { Blueprint, request, urlFor, type UrlForOptions } from "latchkey/flask";
import { FOLDER, newApp, type Configuration } from "../configuration.ts";
import { get } from "../requests.ts";
import { show } from "../show.ts";

const CALLS: Readonly<Record<string, readonly [endpoint: string, values: UrlForOptions]>> = {
  home: ["home", {}],
  subslash: ["subslash", { sub: "x" }],
  subslashapi: ["subslash", { sub: "api" }],
  page: ["page", {}],
  page2: ["page", { n: 2 }],
  fixed: ["fixed", {}],
  variable: ["variable", { sub: 5 }],
  outer: ["outer.page", {}],
  inner: ["outer.inner.page", {}],
  external: ["home", { _external: true }],
  scheme: ["fixed", { _scheme: "http" }],
  static: ["static", { filename: "x.css" }],
};

const HOSTS = [
  "example.com:8080",
  "example.com",
  "x.example.com:8080",
  "api.example.com:8080",
  "www.example.com:8080",
  "5.example.com:8080",
  "a-b.example.com:8080",
  "outer.example.com:8080",
  "inner.outer.example.com:8080",
  "inner.example.com:8080",
  "API.example.com:8080",
  "x.example.com",
];

/** Sub-domains with a port, redirects and addresses, and the list of rules. */
export const configuration: Configuration = {
  create() {
    const app = newApp({ subdomainMatching: true });
    app.config["SERVER_NAME"] = "example.com:8080";
    app.config["PREFERRED_URL_SCHEME"] = "https";
    const outer = new Blueprint("outer", FOLDER, { subdomain: "outer", urlPrefix: "/o" });
    const inner = new Blueprint("inner", FOLDER, { subdomain: "inner", urlPrefix: "/i" });
    const viewFunc = (values: Readonly<Record<string, unknown>>): string =>
      show([request.endpoint, { ...values }, request.host, request.path, request.urlRoot]);
    app.addUrlRule("/", { endpoint: "home", viewFunc });
    app.addUrlRule("/slash/", { endpoint: "slash", viewFunc });
    app.addUrlRule("/slash/", { endpoint: "subslash", viewFunc, subdomain: "<sub>" });
    app.addUrlRule("/d/", { endpoint: "page", viewFunc, defaults: { n: 1 }, subdomain: "api" });
    app.addUrlRule("/d/<int:n>", { endpoint: "page", viewFunc, subdomain: "api" });
    app.addUrlRule("/only", { endpoint: "fixed", viewFunc, subdomain: "www" });
    app.addUrlRule("/only", { endpoint: "variable", viewFunc, subdomain: "<int:sub>" });
    app.addUrlRule("/both", { endpoint: "both", viewFunc });
    app.addUrlRule("/both", { endpoint: "bothapi", viewFunc, subdomain: "api" });
    app.addUrlRule("/x", { endpoint: "dashed", viewFunc, subdomain: "<a>-<b>" });
    outer.addUrlRule("/page", { endpoint: "page", viewFunc });
    inner.addUrlRule("/page", { endpoint: "page", viewFunc });
    const make = ({ name }: { readonly name: string }): string => urlFor(...CALLS[name]!);
    app.addUrlRule("/make/<name>", { endpoint: "make", viewFunc: make });
    app.addUrlRule("/make/<name>", { endpoint: "makesub", viewFunc: make, subdomain: "<sub>" });
    app.route("/outside/<name>", { endpoint: "outside" }, () => show([request.hostUrl]));
    app.route(
      "/routes",
      { endpoint: "routes" },
      async () => (await app.testCliRunner().invoke(["routes", ...request.args.getlist("a")])).output,
    );
    outer.registerBlueprint(inner);
    app.registerBlueprint(outer);
    return app;
  },
  requests: [
    ...HOSTS.flatMap((host) =>
      [
        "/",
        "/slash",
        "/slash/?a=1",
        "/slash?a=1",
        "/d/1",
        "/d/",
        "/only",
        "/both",
        "/x",
        "/o/page",
        "/o/i/page",
        "//slash",
      ].map((path) => get(path, `Host: ${host}`)),
    ),
    ...Object.keys(CALLS).flatMap((name) =>
      ["example.com:8080", "api.example.com:8080"].map((host) => get(`/make/${name}`, `Host: ${host}`)),
    ),
    get("/routes", "Host: example.com:8080"),
    get("/routes?a=--sort&a=domain", "Host: example.com:8080"),
    get("/routes?a=--all-methods&a=-s&a=match", "Host: example.com:8080"),
    get("/outside/x", "Host: example.com:8080"),
  ],
};
