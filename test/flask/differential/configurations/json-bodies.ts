import { jsonify, request, type HTTPException } from "latchkey/flask";
import { newApp, type Configuration, type Exchange } from "../configuration.ts";
import { json } from "../requests.ts";
import { show } from "../show.ts";

const BODIES = [
  "{}",
  "[]",
  "1",
  "-0",
  "1.5",
  "1E3",
  "1e-7",
  '"text"',
  "true",
  "null",
  "",
  " ",
  ' {"a" : [1, {"b": null}]} \n',
  '{"a":1,"a":2}',
  "{'a':1}",
  '{"a":1,}',
  "[1,]",
  "[1 2]",
  "NaN",
  "[Infinity, -Infinity, NaN]",
  '{"a": NaN, "b": "NaN, Infinity"}',
  "nan",
  "undefined",
  "01",
  "+1",
  ".5",
  "1.",
  "0x10",
  "9007199254740991",
  "9007199254740993",
  "123456789012345678901234567890",
  "-9223372036854775808",
  '{"id": 9223372036854775807, "f": 1.5}',
  "1e400",
  "0.1",
  "123456789.123456789",
  "1e22",
  '"\\u00e9\\ud83d\\ude00"',
  '"\\ud800"',
  '"a\nb"',
  '"\\x41"',
  '"\\/"',
  '"\t"',
  "\u00a01",
  "/* c */ 1",
  '{"__proto__": {"a": 1}}',
  '{"constructor": 1, "toJSON": 2}',
  '{"b":1,"a":2,"10":3,"9":4}',
  "[[[[[[1]]]]]]",
  "{} {}",
  "{}x",
];

function bytes(path: string, body: Buffer, type = "application/json"): Exchange {
  return { request: `POST ${path}\nContent-Type: ${type}`, body };
}

/** Posted JSON of every kind. */
export const configuration: Configuration = {
  create() {
    const app = newApp();
    app.post("/echo", { endpoint: "echo" }, () => jsonify(request.getJson()));
    app.post("/silent", { endpoint: "silent" }, () => jsonify(request.getJson({ silent: true })));
    app.post("/force", { endpoint: "force" }, () => jsonify(request.getJson({ force: true })));
    app.post("/forcesilent", { endpoint: "force_silent" }, () =>
      jsonify(request.getJson({ force: true, silent: true })),
    );
    app.post("/json", { endpoint: "json" }, () => show([request.json, request.isJson]));
    app.post("/twice", { endpoint: "twice" }, () => {
      const first: unknown = request.getJson({ silent: true });
      const second: unknown = request.getJson({ silent: true });
      return show([first, second, request.getData({ asText: true })]);
    });
    app.post("/dataform", { endpoint: "data_form" }, () => {
      const data = request.getData({ asText: true });
      return show([data, request.form.toDict(), request.getJson({ silent: true })]);
    });
    app.route("/any", { endpoint: "any_method", methods: ["GET", "PUT", "PATCH", "DELETE"] }, () =>
      show([request.method, request.getJson({ silent: true }), request.getData({ asText: true })]),
    );
    app.errorHandler(400, (error: HTTPException) => [`bad ${error.code}`, 400]);
    app.errorHandler(415, () => ["unsupported", 415]);
    return app;
  },
  requests: [
    ...BODIES.map((body) => json("/echo", body)),
    ...["{", "NaN", "", "null", "[1]"].flatMap((body) => [
      json("/silent", body),
      json("/forcesilent", body),
      json("/twice", body),
    ]),
    bytes("/echo", Buffer.from('\ufeff{"a":1}')),
    bytes("/echo", Buffer.from('{"a":"\u00e9"}', "utf8")),
    bytes("/echo", Buffer.from('{"a":"\u00e9"}', "latin1")),
    bytes("/echo", Buffer.from('{"a":"\u00e9"}', "utf16le")),
    bytes("/echo", Buffer.from('\ufeff{"a":1}', "utf16le")),
    bytes("/echo", Buffer.from('{"a":"\u00e9"}', "latin1"), "application/json; charset=latin-1"),
    bytes("/echo", Buffer.from('{"a":1}'), "application/vnd.api+json"),
    bytes("/echo", Buffer.from('{"a":1}'), "text/json"),
    bytes("/echo", Buffer.from('{"a":1}'), "application/json, text/plain"),
    bytes("/echo", Buffer.from('{"a":1}'), "APPLICATION/JSON"),
    bytes("/silent", Buffer.from('{"a":1}'), "text/plain"),
    bytes("/force", Buffer.from('{"a":1}'), "text/plain"),
    bytes("/force", Buffer.from("a=1"), "application/x-www-form-urlencoded"),
    bytes("/json", Buffer.from("[1]"), "application/json"),
    bytes("/json", Buffer.from("[1]"), "text/plain"),
    bytes("/dataform", Buffer.from("a=1"), "application/x-www-form-urlencoded"),
    bytes("/dataform", Buffer.from("[1]"), "application/json"),
    { request: "POST /echo", body: Buffer.from("{}") },
    "POST /echo",
    "POST /json\nContent-Type: application/json",
    { request: "PUT /any\nContent-Type: application/json", body: Buffer.from("[1]") },
    { request: "PATCH /any\nContent-Type: application/json", body: Buffer.from("[1]") },
    { request: "DELETE /any\nContent-Type: application/json", body: Buffer.from("[1]") },
    "DELETE /any",
    "GET /any",
  ],
};
