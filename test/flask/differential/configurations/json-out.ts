import { jsonify } from "latchkey/flask";
import { Markup, Uuid } from "latchkey/signing";
import { newApp, type Configuration } from "../configuration.ts";

const VALUES: Readonly<Record<string, unknown>> = {
  sorted: { b: 1, a: 2, c: { z: 1, y: 2 } },
  accent: { a: "é€😀" },
  controls: { a: "\u0000\u001f\u007f\u2028" },
  html: { a: "</script>&'\"" },
  nested: { a: [1, [2, { b: null }]] },
  numbers: [0, -1, 1.5, 1000, 123456789012],
  big: [2 ** 53 - 1],
  bools: [true, false, null],
  empty: { a: [], b: {}, c: "" },
  datetime: { at: new Date("2020-01-02T03:04:05Z") },
  date: { at: new Date("2020-01-02T00:00:00Z") },
  uuid: { id: new Uuid("12345678-1234-5678-1234-567812345678") },
  decimal: { price: "1.10" },
  markup: { html: new Markup("<b>x</b>") },
  object: { point: { x: 1, y: 2 } },
  set: { a: new Set([1]) },
  numberkeys: { 1: "a", 2: "b" },
};

/** JSON that is sent. */
export const configuration: Configuration = {
  create() {
    const app = newApp();
    app.route("/<name>", { endpoint: "value" }, ({ name }) => jsonify(VALUES[name]));
    app.route("/direct/<name>", { endpoint: "direct" }, ({ name }) => VALUES[name] as Record<string, unknown>);
    return app;
  },
  requests: [
    ...Object.keys(VALUES).map((name) => `GET /${name}`),
    ...["sorted", "accent", "numbers", "datetime", "set"].map((name) => `GET /direct/${name}`),
  ],
};
