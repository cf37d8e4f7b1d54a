import { request } from "latchkey/flask";
import { newApp, type Configuration } from "../configuration.ts";
import { get } from "../requests.ts";
import { show } from "../show.ts";

const TYPES = [
  "text/html",
  "application/json",
  "*/*",
  "text/*",
  "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
  "application/json;q=0.5, text/html;q=0.4",
  "application/json;q=0.5, text/html;q=0.5",
  "text/html;q=0, */*",
  "application/json;q=0",
  "text/html;level=1",
  "text/html;level=1;q=0.5, text/html;q=0.3",
  "TEXT/HTML",
  "html",
  "*",
  "text/html;q=2",
  "text/html;q=abc, application/json",
  "text/html; q=0.5 , application/json ; q=0.6",
  "text/html;q=1.000,application/json;q=0.999",
  ",,text/html,,",
  "",
  "image/png",
  '*/json, text/html;q="0.5"',
  "text/html;q=-0.5",
  "text/html;charset=utf-8",
];
const LANGUAGES = [
  "en",
  "de",
  "de-AT,en;q=0.5",
  "en-US,en;q=0.9,de;q=0.8",
  "*",
  "fr;q=0.1, *;q=0.5",
  "it",
  "zh-Hant-TW",
  "EN_us",
  "de;q=0",
  "pt-BR, fr-CA;q=0.9",
  "",
  "en-GB;q=0.8, de-CH;q=0.9",
];

const basic = (text: string): string => Buffer.from(text).toString("base64");

/** What a request accepts, and other headers that are taken apart. */
export const configuration: Configuration = {
  create() {
    const app = newApp();
    app.route("/types", { endpoint: "types" }, () => {
      const offers = request.args.has("o") ? request.args.getlist("o") : ["application/json", "text/html"];
      const found = request.acceptMimetypes;
      return show([
        found.bestMatch(offers),
        found.bestMatch(offers, "none"),
        found.best,
        found.values(),
        found.has("text/html"),
        found.quality("application/json") === 1,
        found.acceptJson,
        found.acceptHtml,
        found.acceptXhtml,
      ]);
    });
    app.route("/languages", { endpoint: "languages" }, () => {
      const offers = request.args.has("o") ? request.args.getlist("o") : ["en", "de", "fr"];
      const found = request.acceptLanguages;
      return show([
        found.bestMatch(offers),
        found.bestMatch(offers, "xx"),
        found.best,
        found.values(),
        found.has("en"),
      ]);
    });
    app.route("/encodings", { endpoint: "encodings" }, () => {
      const found = request.acceptEncodings;
      return show([found.bestMatch(["gzip", "br"]), found.has("gzip"), found.best]);
    });
    app.route("/charsets", { endpoint: "charsets" }, () => {
      const found = request.acceptCharsets;
      return show([found.bestMatch(["utf-8", "iso-8859-1"]), found.best]);
    });
    app.route("/auth", { endpoint: "auth" }, () => {
      const given = request.authorization;
      if (given === undefined) return "none";
      return show([
        given.type,
        given.username,
        given.password,
        given.token,
        given.get("realm"),
        Object.keys(given.parameters).length > 0 ? given.parameters : null,
      ]);
    });
    return app;
  },
  requests: [
    get("/types"),
    ...TYPES.map((type) => get("/types", `Accept: ${type}`)),
    ...TYPES.map((type) => get("/types?o=text/html&o=text/html;level=1&o=image/png&o=text/plain", `Accept: ${type}`)),
    get("/languages"),
    ...LANGUAGES.map((language) => get("/languages", `Accept-Language: ${language}`)),
    ...LANGUAGES.map((language) => get("/languages?o=de-AT&o=en-US&o=en&o=zh", `Accept-Language: ${language}`)),
    ...["", "gzip, br", "br;q=1.0, gzip;q=0.8, *;q=0.1", "identity", "*"].map((text) =>
      get("/encodings", `Accept-Encoding: ${text}`),
    ),
    ...["utf-8", "UTF8", "iso-8859-1, utf-8;q=0.7", "latin1", "*"].map((text) =>
      get("/charsets", `Accept-Charset: ${text}`),
    ),
    ...[
      `Basic ${basic("a:b")}`,
      `basic ${basic("a:")}`,
      `BASIC ${basic(":b")}`,
      `Basic ${basic("a:b:c")}`,
      `Basic ${basic("é:ü")}`,
      `Basic  ${basic("a:b")} `,
      `Basic ${basic("ab")}`,
      `Basic ${basic("a:b").replace(/=+$/, "")}`,
      "Bearer abc",
      "bearer abc.def-_~+/==",
      "Token token=abc",
      'Digest username="ada", realm="r", nonce="n", uri="/x", response="abc", qop=auth, nc=00000001, cnonce="c"',
      'Custom a=1, b="two words"',
      "Custom abc",
      "Negotiate YII=",
    ].map((text) => get("/auth", `Authorization: ${text}`)),
  ],
};
