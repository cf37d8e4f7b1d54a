import { isDeepStrictEqual } from "node:util";
import { session } from "latchkey/flask";
import { Markup, Tuple, Uuid } from "latchkey/signing";
import { newApp, type Configuration } from "../configuration.ts";
import { show } from "../show.ts";

const VALUES: Readonly<Record<string, unknown>> = {
  tuple: Tuple.of<unknown>(1, "a"),
  bytes: new Uint8Array([0, 255, 16]),
  markup: new Markup("<b>é</b>"),
  uuid: new Uuid("12345678-1234-5678-1234-567812345678"),
  datetime: new Date("2020-01-02T03:04:05Z"),
  dict: { b: 1, a: { c: [1] } },
  tag: { " t": [1] },
  deep: [Tuple.of<unknown>({ a: Tuple.of<unknown>(1, Tuple.of(2)) })],
  float: 1.5,
  none: null,
  text: "é \u2028 \u007f",
};

/** Values of all of Flask's tags, set on one side and read on both. */
export const configuration: Configuration = {
  create() {
    const app = newApp();
    app.route("/set/<name>", function put({ name }) {
      session["v"] = VALUES[name];
      return "set";
    });
    app.route("/read/<name>", function read({ name }) {
      return show(isDeepStrictEqual(session.data["v"], VALUES[name]));
    });
    app.route("/copy", function copy() {
      session["w"] = session["v"];
      return "copied";
    });
    return app;
  },
  requests: Object.keys(VALUES).map((name) => [`GET /set/${name}`, `GET /read/${name}`, "GET /copy"]),
};
