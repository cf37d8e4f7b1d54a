import { redirect, request, urlFor } from "latchkey/flask";
import { newApp, type Configuration } from "../configuration.ts";

const TARGETS: Readonly<Record<string, string>> = {
  path: "/there",
  relative: "there",
  parent: "../there",
  query: "?a=1",
  external: "https://example.com/x?y=1#z",
  amp: "/search?q=R%26B",
  hash: "/search?q=a%23b",
  plus: "/search?q=a%2Bb",
  next: "/login?next=%2Fa%3Fb%3D1",
  slash: "/u/AC%2FDC",
  twice: "/a?x=1&y=%26",
  blank: "/a b",
  accent: "/café?q=é",
  encoded: "/caf%C3%A9",
  percent: "/100%",
  quotes: "/a\"b'c<d>e`f{g}|h\\i^j",
  brackets: "/a[b]c",
  protocol: "//example.com/x",
  scheme: "javascript:alert(1)",
  idn: "https://bücher.example/x",
  star: "/a*b!c$d(e)",
  fragment: "/a#b c",
  empty: "",
};

/** redirect(). */
export const configuration: Configuration = {
  create() {
    const app = newApp();
    app.route("/to/<name>", { endpoint: "to" }, ({ name }) => redirect(TARGETS[name]!));
    app.route("/code/<int:code>", { endpoint: "code" }, ({ code }) => redirect("/there", code as 302));
    app.route("/url", { endpoint: "url" }, () => redirect(urlFor("search", { q: "R&B", page: 2 })));
    app.route("/search", { endpoint: "search" }, () => request.args.get("q", "")!);
    app.route("/external", { endpoint: "external" }, () => redirect(urlFor("search", { _external: true })));
    return app;
  },
  requests: [
    ...Object.keys(TARGETS).map((name) => `GET /to/${name}`),
    ...[301, 302, 303, 305, 307, 308, 300, 304, 200].map((code) => `GET /code/${code}`),
    "GET /url",
    "GET /search?q=R%26B",
    "GET /external",
    "HEAD /to/path",
  ],
};
