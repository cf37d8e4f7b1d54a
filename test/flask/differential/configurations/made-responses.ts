import { FlaskResponse, jsonify, makeResponse, redirect, type CookieAttributes } from "latchkey/flask";
import { newApp, type Configuration } from "../configuration.ts";
import { get } from "../requests.ts";

type Change = (response: FlaskResponse) => void;

const HTML = "text/html; charset=utf-8";

function changed(change: Change, body: string, code = 200): () => FlaskResponse {
  return () => {
    const response = makeResponse(body, code as 200);
    change(response);
    return response;
  };
}

const status =
  (value: number): Change =>
  (response) =>
    void (response.statusCode = value);
const header =
  (name: string, value: string): Change =>
  (response) =>
    response.headers.set(name, value);
const mimetype =
  (value: string): Change =>
  (response) =>
    void (response.mimetype = value);
const contentType =
  (value: string): Change =>
  (response) =>
    void (response.contentType = value);
const cookie =
  (value: string, attributes: CookieAttributes = {}, name = "a"): Change =>
  (response) =>
    response.setCookie(name, value, attributes);

function* numbers(): Generator<string> {
  for (let number = 0; number < 3; number++) yield `${number}\n`;
}
function* failing(): Generator<string> {
  yield "first ";
  throw new Error("in the stream");
}
function* failingFirst(): Generator<string> {
  if (performance.now() > 0) throw new Error("before the stream");
  yield "never";
}
function* none(): Generator<string> {
  // Nothing.
}
const stream = (parts: Generator<string>, type: string, code = 200): FlaskResponse =>
  makeResponse(parts, code as 200, { "Content-Type": type });
const plain = (body: string, code: number, headers: [string, string][] = []): FlaskResponse =>
  new FlaskResponse(body, { status: code, headers: [["Content-Type", HTML], ...headers] });

const VIEWS: Readonly<Record<string, () => never>> = {
  status201: changed(status(201), "x"),
  status204: changed(status(204), "x"),
  status304: changed(status(304), "x"),
  status404: changed(status(404), "own page"),
  status500: changed(status(500), "own page"),
  status599: changed(status(599), "x"),
  type: changed(header("Content-Type", "text/plain"), "x"),
  nothing: changed((response) => response.headers.delete("Content-Type"), "x"),
  mimetext: changed(mimetype("text/csv"), "x"),
  mimejson: changed(mimetype("application/json"), "x"),
  mimexml: changed(mimetype("application/xml"), "x"),
  mimesvg: changed(mimetype("image/svg+xml"), "x"),
  mimejs: changed(mimetype("text/javascript"), "x"),
  mimeappjs: changed(mimetype("application/javascript"), "x"),
  ctype: changed(contentType("text/csv"), "x"),
  locationabs: changed(header("Location", "http://other.test/x"), "x", 201),
  cachecontrol: changed(header("Cache-Control", "no-store"), "x"),
  vary: changed(header("Vary", "Accept"), "x"),
  length: changed(header("X-Length", "7"), "x"),
  unicode: changed(header("X-Text", "é"), "x"),
  empty: changed(header("X-Empty", ""), "x"),
  cookie: changed(cookie("1"), "x"),
  cookieall: changed(
    cookie('é; "x"', { maxAge: 60, path: "/p", secure: true, httpOnly: true, sameSite: "Strict" }),
    "x",
  ),
  cookiezero: changed(cookie("", { maxAge: 0 }), "x"),
  cookienegative: changed(cookie("1", { maxAge: -5 }), "x"),
  cookiefloat: changed(cookie("1", { maxAge: 1.9 }), "x"),
  cookieexpires: changed(cookie("1", { expires: 0 }), "x"),
  cookiedomain: changed(cookie("1", { domain: ".example.com" }), "x"),
  cookieidn: changed(cookie("1", { domain: "bücher.example" }), "x"),
  cookiepath: changed(cookie("1", { path: "/é x" }), "x"),
  cookiename: changed(cookie("1", {}, "a-b_c.d"), "x"),
  cookiespecial: changed(cookie("~!@#$%^&*()_+{}|:<>?[]/.'`-="), "x"),
  cookiecontrol: changed(cookie("x\ty\nz"), "x"),
  cookiebackslash: changed(cookie("\\"), "x"),
  cookieemoji: changed(cookie("😀"), "x"),
  cookiecomma: changed(cookie("a,b"), "x"),
  cookielong: changed(cookie("x".repeat(3000)), "x"),
  twostatus: () => [makeResponse("x", 201), 202],
  listintuple: () => [["x", 201], 202],
  dictheaders: () => [{ a: 1 }, { "X-A": "1" }],
  dictstatusheaders: () => [{ a: 1 }, 203, { "X-A": "1", "Content-Type": "application/x-own+json" }],
  listheaders: () => [[1], 200, { "X-A": "1" }],
  bytesstatus: () => [new TextEncoder().encode("x"), 201, { "Content-Type": "image/png" }],
  streamheaders: () => [numbers(), 202, { "X-A": "1", "Content-Type": "text/plain" }],
  stream: () => stream(numbers(), "text/plain; charset=utf-8"),
  failing: () => stream(failing(), "text/plain; charset=utf-8"),
  failingfirst: () => stream(failingFirst(), "text/plain; charset=utf-8"),
  streamempty: () => stream(none(), HTML, 201),
  responsedict: () => new FlaskResponse("{}", { headers: { "Content-Type": "application/json" } }),
  response404: () => plain("own", 404),
  responseheaders: () =>
    plain("x", 200, [
      ["X-A", "1"],
      ["X-B", "2"],
    ]),
  jsonifydict: () => jsonify({ a: [1, { b: null }] }),
  jsonifytwo: () => jsonify("a", 2),
  jsonifynested: () => jsonify([[], {}, "é\u2028</script>"]),
  jsonifystatus: () => [jsonify(true), 404],
  jsonifyempty: () => jsonify({}),
  redirect301: () => redirect("/x", 301),
  redirect303: () => redirect("/x?a=b&c=d#e", 303),
  redirect307: () => redirect("/x", 307),
  redirectheaders: () => [redirect("/x"), { "X-A": "1" }],
  redirectstatus: () => [redirect("/x"), 303],
  status1xx: () => ["x", 299],
  statustext: () => ["x", "200 FINE"],
  statuslower: () => ["x", "404 not here"],
  none: () => [null, 200],
  zero: () => 0,
  false: () => false,
  set: () => new Set([1, 2]),
  float: () => 1.5,
  unicodetext: () => "é\u0000\u2028",
  long: () => "x".repeat(70_000),
  newlines: () => "a\r\nb\nc\r",
} satisfies Readonly<Record<string, () => unknown>> as unknown as Readonly<Record<string, () => never>>;

/** Responses that are made and changed by hand. */
export const configuration: Configuration = {
  create() {
    const app = newApp();
    for (const [name, view] of Object.entries(VIEWS)) app.route(`/${name}`, { endpoint: name }, view);
    return app;
  },
  requests: [
    ...Object.keys(VIEWS).map((name) => get(`/${name}`)),
    ...["status201", "status404", "cookie", "dictheaders", "jsonifydict", "redirect301", "stream", "long"].map(
      (name) => `HEAD /${name}`,
    ),
  ],
};
