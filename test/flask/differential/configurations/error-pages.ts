import { abort, Blueprint, HTTPException, jsonify } from "latchkey/flask";
import { FOLDER, newApp, type Configuration } from "../configuration.ts";

/** Errors where no handler is set, and one handler for all errors of HTTP. */
export const configuration: Configuration = {
  create() {
    const app = newApp();
    const api = new Blueprint("api", FOLDER, { urlPrefix: "/api" });
    api.errorHandler(HTTPException, (error) => [
      jsonify({ code: error.code, name: error.title, description: error.description }),
      error.code,
    ]);
    api.errorHandler(Error, (error) => [jsonify({ error: error.message }), 500]);
    api.route("/404", function missing() {
      return abort(404, "no row");
    });
    api.route("/403", function forbidden() {
      return abort(403, "no access");
    });
    api.route("/boom", function boom() {
      throw new Error("boom");
    });
    app.route("/boom", function crash() {
      throw new Error("boom");
    });
    app.route("/401", () => abort(401));
    app.route("/429", { endpoint: "many" }, () => abort(429, "slow down"));
    app.route("/none", { endpoint: "nothing" }, (() => undefined) as never);
    app.registerBlueprint(api);
    return app;
  },
  requests: [
    "GET /api/404",
    "GET /api/403",
    "GET /api/boom",
    "GET /api/nowhere",
    "POST /api/404",
    "GET /boom",
    "HEAD /boom",
    "GET /401",
    "GET /429",
    "GET /none",
    "GET /nowhere",
    "HEAD /nowhere",
    "POST /401",
  ],
};
