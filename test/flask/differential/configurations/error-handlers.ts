import { abort, HTTPException, makeResponse, redirect } from "latchkey/flask";
import { newApp, type Configuration } from "../configuration.ts";

class Trouble extends Error {}
class SmallTrouble extends Trouble {}
class ValueError extends Error {}
class Paid extends HTTPException {
  constructor(description = "Pay first.") {
    super(402, description);
  }
}

const STATUSES = [
  400, 401, 402, 405, 408, 409, 410, 411, 412, 414, 415, 416, 417, 418, 421, 422, 423, 424, 428, 429, 431, 451, 501,
  502, 503, 504, 505,
];
const OTHERS = [
  "404",
  "404text",
  "403",
  "403text",
  "403class",
  "500",
  "500class",
  "key",
  "trouble",
  "small",
  "value",
  "paid",
  "paid2",
  "413",
  "406",
  "response",
  "html",
  "lookup",
  "unknown",
  "ok",
  "notfound",
];

/** Handlers for statuses and for classes of errors. */
export const configuration: Configuration = {
  create() {
    const app = newApp();
    app.errorHandler(404, (error) => [`missing: ${error.code} ${error.title}`, 404]);
    app.errorHandler(403, (error) => `forbidden: ${error.description}`);
    app.errorHandler(500, (error) => [
      `broken: ${error.status === 500 ? "InternalServerError" : ""} ${error.cause instanceof Error ? error.cause.message : "None"}`,
      500,
    ]);
    app.errorHandler(Trouble, (error) => [
      `trouble: ${error instanceof SmallTrouble ? "SmallTrouble" : "Trouble"} ${error.message}`,
      409,
    ]);
    app.errorHandler(ValueError, (error) => [{ error: error.message }, 422, { "X-Kind": "value" }]);
    app.errorHandler(Paid, (error) => makeResponse(error.description, error.status));
    app.errorHandler(413, () => {
      throw new ValueError("from a handler");
    });
    app.errorHandler(406, () => redirect("/"));

    const add = (name: string, view: () => never): void => void app.route(`/${name}`, { endpoint: name }, view);
    const raises = (make: () => Error) => (): never => {
      throw make();
    };
    add("404", () => abort(404));
    add("404text", () => abort(404, "lost"));
    add("403", () => abort(403));
    add("403text", () => abort(403, "not you"));
    add(
      "403class",
      raises(() => new HTTPException(403, "by class")),
    );
    add("500", () => abort(500));
    add(
      "500class",
      raises(() => new HTTPException(500)),
    );
    add(
      "key",
      raises(() => new Error("no key")),
    );
    add(
      "trouble",
      raises(() => new Trouble("big")),
    );
    add(
      "small",
      raises(() => new SmallTrouble("tiny")),
    );
    add(
      "value",
      raises(() => new ValueError("bad")),
    );
    add(
      "paid",
      raises(() => new Paid()),
    );
    add(
      "paid2",
      raises(() => new Paid("Pay now.")),
    );
    add("413", () => abort(413));
    add("406", () => abort(406));
    for (const status of STATUSES) add(`abort${status}`, () => abort(status));
    add("response", () =>
      abort(
        new Response("an answer of its own", {
          status: 409,
          headers: { "X-Own": "1", "Content-Type": "text/html; charset=utf-8" },
        }),
      ),
    );
    add("html", () => abort(400, "<b>bold</b> & more"));
    add(
      "lookup",
      raises(() => new RangeError("not handled by class")),
    );
    add("unknown", () => abort(499));
    add("ok", () => abort(200));
    add(
      "notfound",
      raises(() => new HTTPException(404, "by class")),
    );
    return app;
  },
  requests: [...OTHERS, ...STATUSES.map((status) => `abort${status}`), "nowhere"].map((name) => `GET /${name}`),
};
