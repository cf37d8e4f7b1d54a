import { abort, jsonify, request } from "latchkey/flask";
import { newApp, type Configuration } from "../configuration.ts";
import { form, json } from "../requests.ts";
import { show } from "../show.ts";

/** DEBUG = True, and errors of HTTP. */
export const configuration: Configuration = {
  create() {
    const app = newApp();
    app.debug = true;
    app.route("/", { endpoint: "home" }, () => show([app.debug, app.config["DEBUG"]]));
    app.route("/json", { endpoint: "as_json" }, () => jsonify({ b: 1, a: [1, { c: null }] }));
    app.route("/dict", { endpoint: "as_dict" }, () => ({ b: 1, a: [] }));
    app.post("/key", { endpoint: "key" }, () => request.form["name"]!);
    app.get("/argkey", { endpoint: "argkey" }, () => request.args["name"]!);
    app.post("/injson", { endpoint: "injson" }, () => show(request.json));
    app.route("/403", { endpoint: "forbidden" }, () => abort(403));
    app.route("/folder/", { endpoint: "folder", methods: ["GET", "POST"] }, () => "folder");
    return app;
  },
  requests: [
    "GET /",
    "GET /json",
    "GET /dict",
    form("/key", "name=ada"),
    form("/key", "x=1"),
    "GET /argkey",
    json("/injson", "{bad"),
    json("/injson", "{}"),
    "POST /injson\nContent-Type: text/plain\n\n{}",
    "GET /403",
    "GET /nowhere",
    "GET /folder",
    form("/folder", "a=1"),
  ],
};
