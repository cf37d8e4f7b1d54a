import { session } from "latchkey/flask";
import { newApp, type Configuration } from "../configuration.ts";

/** SESSION_REFRESH_EACH_REQUEST = False, and a lifetime of two hours. */
export const configuration: Configuration = {
  create() {
    const app = newApp();
    app.config.update({ SESSION_REFRESH_EACH_REQUEST: false, PERMANENT_SESSION_LIFETIME: 2 * 60 * 60 });
    app.route("/set", function put() {
      session.permanent = true;
      session["a"] = 1;
      return "set";
    });
    app.route("/read", function read() {
      return String((session.get("a") as number | undefined) ?? "None");
    });
    app.route("/untouched", function untouched() {
      return "untouched";
    });
    return app;
  },
  refreshes: false,
  requests: [
    ["GET /set", "GET /read", "GET /untouched", "GET /nowhere", "GET /set"],
    { request: "GET /read", session: { _permanent: true, a: 1 }, age: 3600 },
    { request: "GET /read", session: { _permanent: true, a: 1 }, age: 7300 },
    { request: "GET /read", session: { a: 1 }, age: 7300 },
    "GET /read",
  ],
};
