import { jsonify, makeResponse } from "latchkey/flask";
import { newApp, type Configuration } from "../configuration.ts";

function* stream(): Generator<string> {
  yield "one ";
  yield "two ";
  yield "three";
}

/** The type of a text that a view returns. A `Response` of JavaScript has another one. */
const HTML = { "Content-Type": "text/html; charset=utf-8" };

const VIEWS: Readonly<Record<string, () => unknown>> = {
  text: () => "text",
  empty: () => "",
  unicode: () => "é€😀",
  bytes: () => new TextEncoder().encode("bytes"),
  dict: () => ({ a: 1 }),
  emptydict: () => ({}),
  list: () => [1, 2],
  emptylist: () => [],
  none: () => null,
  number: () => 7,
  true: () => true,
  status: () => ["text", 201],
  statustext: () => ["text", "418 TEAPOT"],
  headers: () => ["text", { "X-A": "1" }],
  headerlist: () => [
    "text",
    [
      ["X-A", "1"],
      ["X-A", "2"],
    ],
  ],
  three: () => ["text", 201, { "X-A": "1" }],
  dictstatus: () => [{ a: 1 }, 201],
  liststatus: () => [[1], 201],
  type: () => ["text", 200, { "Content-Type": "text/plain" }],
  one: () => ["text"],
  four: () => ["text", 200, {}, 1],
  nonestatus: () => [null, 204],
  emptystatus: () => ["", 204],
  response: () => new Response("text", { status: 202, headers: { ...HTML, "X-A": "1" } }),
  responsestatus: () => [new Response("text", { status: 202, headers: HTML }), 203],
  responseheaders: () => [new Response("text", { status: 202, headers: { ...HTML, "X-A": "1" } }), { "X-A": "2" }],
  mimetype: () => new Response("text", { headers: { "Content-Type": "text/plain; charset=utf-8" } }),
  contenttype: () => new Response("text", { headers: { "Content-Type": "text/x-own; charset=latin-1" } }),
  generator: () => stream(),
  generatorstatus: () => [stream(), 201],
  generatorresponse: () => [stream(), 200, { "Content-Type": "text/plain; charset=utf-8" }],
  made: () => {
    const response = makeResponse("text", 202);
    response.headers.set("X-A", "1");
    response.headers.append("X-B", "1");
    response.headers.append("X-B", "2");
    return response;
  },
  typed: () => {
    const response = makeResponse("a,b\n");
    response.headers.set("Content-Type", "text/csv; charset=utf-8");
    return response;
  },
  content: () => {
    const response = makeResponse("a");
    response.headers.set("Content-Type", "text/plain");
    return response;
  },
  statused: () => makeResponse("gone", "410 GONE AWAY"),
  nostatus: () => makeResponse(""),
  maderesponse: () => makeResponse(["x", 201, { "X-A": "1" }]),
  jsonify: () => jsonify({ a: 1 }),
  jsonifytwo: () => jsonify(1, 2),
  jsonifylist: () => jsonify([1, 2]),
  jsonifytext: () => jsonify("a"),
  jsonifynone: () => jsonify(null),
  jsonifynothing: () => jsonify(),
  jsonifystatus: () => [jsonify({ a: 1 }), 201],
  jsonifymade: () => makeResponse(jsonify({ a: 1 }), 201),
  teapot: () => ["short", 418],
  notmodified: () => ["", 304],
  code600: () => ["text", 600],
  code99: () => ["text", 99],
  newline: () => ["text", 200, { "X-A": "a\nb" }],
};

/** What a view may return. */
export const configuration: Configuration = {
  create() {
    const app = newApp();
    for (const [name, view] of Object.entries(VIEWS)) app.route(`/${name}`, { endpoint: name }, view as () => string);
    return app;
  },
  requests: [...Object.keys(VIEWS).map((name) => `GET /${name}`), "HEAD /text", "HEAD /generator", "HEAD /made"],
};
