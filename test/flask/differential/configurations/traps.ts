import { abort, HTTPException, request } from "latchkey/flask";
import { newApp, type Configuration } from "../configuration.ts";
import { form } from "../requests.ts";

/** TRAP_BAD_REQUEST_ERRORS, with a handler for the trapped errors. */
export const configuration: Configuration = {
  create() {
    const app = newApp();
    app.config.update({ TRAP_BAD_REQUEST_ERRORS: true, PROPAGATE_EXCEPTIONS: false });
    app.post("/key", { endpoint: "key" }, () => request.form["name"]!);
    app.route("/404", { endpoint: "missing" }, () => abort(404));
    app.errorHandler(500, (error) => [`trapped: ${error.cause instanceof HTTPException ? "True" : "False"}`, 500]);
    return app;
  },
  requests: [form("/key", "name=ada"), form("/key", "x=1"), "GET /404", "GET /nowhere", "PUT /key"],
};
