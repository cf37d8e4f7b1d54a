import { float, int, request } from "latchkey/flask";
import { newApp, type Configuration, type Exchange } from "../configuration.ts";
import { form, get } from "../requests.ts";
import { show } from "../show.ts";

const TEXTS = [
  "?a=1",
  "??a=1",
  "a",
  "a&b",
  "a=",
  "=a",
  "=",
  "&",
  "&&a=1&&b=2&",
  "a=1;b=2",
  "a=1=2",
  "a+b=c+d",
  "%61=%62",
  "a=%",
  "a=%4",
  "a=%zz",
  "a=%E9",
  "a=%C3%A9",
  "a=%C3%A9%E9",
  "a=%F0%9F%98%80",
  "a=%ED%A0%80",
  "a=%00",
  "a=1%262",
  "a=%2B+%20",
  "a[]=1&a[]=2",
  "a.b=1",
  "__proto__=1&a=2",
  "constructor=1&toString=2&then=3&has=4&get=5",
  "a=1&a=2&b=3&a=4",
  "a=%EF%BB%BFx",
  "%EF%BB%BFa=x",
  "a='\"<>`",
  "a={b}|c^d",
  "a=\\b",
  "a=1#2",
  "length=1&size=2",
  "a=%0D%0A&b=%0A",
  "a=~-._!*'()",
];

const NUMBERS = [
  "1",
  " 1 ",
  "+1",
  "-1",
  "1.5",
  "1e3",
  "0x10",
  "",
  "1_000",
  "abc",
  "٣",
  "1 2",
  "Infinity",
  "inf",
  "nan",
  "1,5",
  ".5",
  "5.",
  "1n",
  "00012",
  "1e400",
  "-0",
];

/** A number as Python has it. */
function plain(number: number | null): unknown {
  if (number === null || Number.isInteger(number)) return number;
  return Number.isFinite(number) ? String(number) : String(number).toLowerCase().replace("infinity", "inf");
}

function bytes(type: string, body: Buffer): Exchange {
  return { request: `POST /form\nContent-Type: ${type}`, body };
}

/** Queries and form bodies that no browser writes, but programs do. */
export const configuration: Configuration = {
  create() {
    const app = newApp();
    app.get("/args", { endpoint: "args" }, () =>
      show([
        request.args.items({ multi: true }),
        Buffer.from(request.queryString).toString("latin1"),
        request.fullPath,
      ]),
    );
    app.post("/form", { endpoint: "form" }, () => show(request.form.items({ multi: true })));
    app.post("/typed", { endpoint: "typed" }, () =>
      show([
        request.form.get("a", null, { type: int }),
        request.form.get("a", -1, { type: int }),
        request.form.getlist("a", { type: int }),
        plain(request.form.get("a", null, { type: float })),
        plain(request.form.get("a", 0, { type: float })),
      ]),
    );
    app.post("/both", { endpoint: "both" }, () =>
      show([request.values.items({ multi: true }), request.values.getlist("a"), request.values.get("a")]),
    );
    app.post("/data", { endpoint: "data" }, () =>
      show([
        request.getData({ asText: true }),
        Buffer.from(request.data).toString("latin1"),
        request.data.length,
        request.contentType,
        request.mimetype,
      ]),
    );
    app.post("/mime", { endpoint: "mime" }, () =>
      show([request.mimetype, request.mimetypeParams, request.isJson, request.contentLength]),
    );
    return app;
  },
  requests: [
    ...TEXTS.map((text) => get(`/args?${text}`)),
    ...TEXTS.map((text) => form("/form", text)),
    ...NUMBERS.map((text) => form("/typed", `a=${encodeURIComponent(text)}&a=7`)),
    form("/both?a=1&b=2", "a=3&c=4"),
    form("/both?a=1", "a=1&a=1"),
    form("/both?x", ""),
    bytes("application/x-www-form-urlencoded", Buffer.from("a=\u00e9&b=\u20ac")),
    bytes("application/x-www-form-urlencoded", Buffer.from("a=\u00e9", "latin1")),
    bytes("application/x-www-form-urlencoded; charset=latin-1", Buffer.from("a=\u00e9", "latin1")),
    bytes("application/x-www-form-urlencoded; charset=utf-8", Buffer.from("a=1")),
    bytes("Application/X-WWW-Form-URLencoded", Buffer.from("a=1")),
    bytes("application/x-url-encoded", Buffer.from("a=1")),
    bytes(" application/x-www-form-urlencoded ;x=y", Buffer.from("a=1")),
    bytes("application/x-www-form-urlencoded, text/plain", Buffer.from("a=1")),
    bytes("application/x-www-form-urlencodedx", Buffer.from("a=1")),
    bytes("application/x-www-form-urlencoded", Buffer.from("\ufeffa=1")),
    bytes("text/plain", Buffer.from("a=1")),
    bytes("", Buffer.from("a=1")),
    { request: "POST /form", body: Buffer.from("a=1") },
    { request: "POST /data", body: Buffer.from("\u00e9", "latin1") },
    { request: "POST /data", body: Buffer.from("\ufeffx\u0000y") },
    { request: "POST /data\nContent-Type: text/plain; charset=latin-1", body: Buffer.from("\u00e9", "latin1") },
    { request: "POST /data\nContent-Type: application/x-www-form-urlencoded", body: Buffer.from("a=1") },
    { request: "POST /data\nTransfer-Encoding: chunked", body: Buffer.from("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n") },
    {
      request: "POST /form\nContent-Type: application/x-www-form-urlencoded\nTransfer-Encoding: chunked",
      body: Buffer.from("3\r\na=1\r\n4\r\n&b=2\r\n0\r\n\r\n"),
    },
    "POST /data\nContent-Length: 0",
    "POST /data",
    ...[
      "text/html; charset=utf-8",
      'TEXT/HTML;Charset=UTF-8; a="b c"',
      "application/vnd.api+json",
      "application/json;x",
      "application/+json",
      "application/jsonx",
      "text/json",
      "nonsense",
      "multipart/form-data",
      'application/JSON; charset="utf-8"',
    ].map((type) => ({ request: `POST /mime\nContent-Type: ${type}`, body: Buffer.from("x") })),
  ],
};
