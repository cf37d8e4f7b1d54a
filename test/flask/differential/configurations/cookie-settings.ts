import { session } from "latchkey/flask";
import { newApp, type Configuration } from "../configuration.ts";
import { show } from "../show.ts";

/** Every SESSION_COOKIE setting. */
export const configuration: Configuration = {
  create() {
    const app = newApp();
    app.config.update({
      SESSION_COOKIE_NAME: "app_session",
      SESSION_COOKIE_DOMAIN: "example.com",
      SESSION_COOKIE_PATH: "/s",
      SESSION_COOKIE_SECURE: true,
      SESSION_COOKIE_SAMESITE: "Strict",
      SESSION_COOKIE_PARTITIONED: true,
      PERMANENT_SESSION_LIFETIME: 3600,
    });
    app.route("/set", function put() {
      session["a"] = 1;
      return "set";
    });
    app.route("/permanent", function permanent() {
      session.permanent = true;
      session["a"] = 1;
      return "set";
    });
    app.route("/clear", function clear() {
      session.clear();
      return "cleared";
    });
    app.route("/s/read", function read() {
      return show({ ...session });
    });
    return app;
  },
  requests: [
    ["GET /set", "GET /s/read", "GET /clear"],
    ["GET /permanent", "GET /s/read", "GET /set", "GET /clear", "GET /s/read"],
    "GET /s/read",
    "GET /clear",
  ],
};
