import { abort, Blueprint, FlaskResponse, HTTPException, makeResponse } from "latchkey/flask";
import { FOLDER, newApp, type Configuration } from "../configuration.ts";
import { get } from "../requests.ts";

class Base extends Error {}
class Derived extends Base {}
class Other extends Error {}
class Unhandled extends Error {}
class Teapot extends HTTPException {
  constructor() {
    super(418, "own words");
  }
}
class KeyError extends Error {}
class ZeroDivisionError extends Error {}

function raiser(make: () => Error): () => never {
  return () => {
    throw make();
  };
}

const VIEWS: Readonly<Record<string, () => never>> = {
  base: raiser(() => new Base("b")),
  derived: raiser(() => new Derived("d")),
  other: raiser(() => new Other("o")),
  unhandled: raiser(() => new Unhandled("u")),
  key: raiser(() => new KeyError("k")),
  zero: raiser(() => new ZeroDivisionError("z")),
  teapot: raiser(() => new Teapot()),
  a404: () => abort(404),
  a400: () => abort(400),
  a401: () => abort(401),
  a403: () => abort(403, "why"),
  a405: () => abort(405),
  a409: () => abort(409, "conflict"),
  a410: () => abort(410),
  a418: () => abort(418),
  a429: () => abort(429),
  a500: () => abort(500),
  a503: () => abort(503),
  aresponse: () =>
    abort(
      new FlaskResponse("ready", { status: 401, headers: { "X-A": "1", "Content-Type": "text/html; charset=utf-8" } }),
    ),
  amade: () => abort(makeResponse("made", 402)),
};

/**
 * Error handlers by class and status, of blueprints and of the application, and handlers that fail.
 */
export const configuration: Configuration = {
  create() {
    const app = newApp();
    const bp = new Blueprint("bp", FOLDER, { urlPrefix: "/bp" });
    const inner = new Blueprint("inner", FOLDER, { urlPrefix: "/inner" });
    for (const place of [app, bp, inner])
      for (const [name, view] of Object.entries(VIEWS))
        place.addUrlRule(`/${name}`, { endpoint: name, viewFunc: view });
    const nameOf = (error: unknown): string => (error as Error).constructor.name;
    app.errorHandler(Base, (error) => [`app base ${nameOf(error)}`, 500]);
    app.errorHandler(404, () => ["app 404", 404]);
    app.errorHandler(403, () => ["app 403", 404]);
    app.errorHandler(410, () => [{ error: "gone" }, 410, { "X-Gone": "1" }]);
    app.errorHandler(409, () => {
      throw new Other("in handler");
    });
    app.errorHandler(429, () => abort(503));
    app.errorHandler(
      Other,
      () => new FlaskResponse("app other", { status: 422, headers: { "Content-Type": "text/html; charset=utf-8" } }),
    );
    app.errorHandler(500, (error) => {
      const original = error.originalException;
      return [
        `app 500 ${original === undefined ? "none" : original instanceof HTTPException ? "http" : nameOf(original)}`,
        500,
      ];
    });
    bp.errorHandler(404, () => ["bp 404", 404]);
    bp.errorHandler(Derived, () => ["bp derived", 501]);
    bp.errorHandler(HTTPException, (error) => [`bp http ${error.code}`, error.code]);
    inner.errorHandler(Base, () => ["inner base", 502]);
    inner.errorHandler(Error, (error) =>
      error instanceof HTTPException ? error : [`inner any ${nameOf(error)}`, 500],
    );
    inner.errorHandler(401, (error) => [`inner 401 ${error.title}`, 401]);
    app.afterRequest((response) => {
      response.headers.set("X-After", String(response.status));
      return response;
    });
    bp.registerBlueprint(inner);
    app.registerBlueprint(bp);
    return app;
  },
  requests: ["", "/bp", "/bp/inner"].flatMap((prefix) => [
    ...Object.keys(VIEWS).map((name) => get(`${prefix}/${name}`)),
    get(`${prefix}/nothing`),
    `POST ${prefix}/base`,
    `OPTIONS ${prefix}/base`,
  ]),
};
