import { createHash } from "node:crypto";
import { session } from "latchkey/flask";
import { newApp, type Configuration } from "../configuration.ts";

const incompressible = (length: number): string =>
  Array.from({ length: Math.floor(length / 64) + 1 }, (_, n) => createHash("sha256").update(String(n)).digest("hex"))
    .join("")
    .slice(0, length);

/** Cookies that are too large for browsers. */
export const configuration: Configuration = {
  create() {
    const app = newApp();
    app.route("/<int:length>", { endpoint: "put" }, ({ length }) => {
      session["x"] = incompressible(length);
      return "put";
    });
    app.route("/text/<int:length>", { endpoint: "text" }, ({ length }) => {
      session["x"] = "a".repeat(length);
      return "put";
    });
    return app;
  },
  requests: ["GET /100", "GET /2000", "GET /4000", "GET /6000", "GET /text/100", "GET /text/3000", "GET /text/60000"],
};
