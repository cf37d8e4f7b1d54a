import { join } from "node:path";
import { urlFor } from "latchkey/flask";
import { FOLDER, newApp, type Configuration } from "../configuration.ts";
import { show } from "../show.ts";

/** Another static folder, its address, and the age of its files. */
export const configuration: Configuration = {
  create() {
    const app = newApp({ staticFolder: join(FOLDER, "static", "folder"), staticUrlPath: "/assets" });
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 3600;
    app.route("/", function home() {
      return show([urlFor("static", { filename: "index.html" }), app.staticUrlPath, app.hasStaticFolder]);
    });
    return app;
  },
  requests: [
    "GET /",
    "GET /assets/index.html",
    "GET /assets/none.html",
    "GET /static/style.css",
    "GET /static/index.html",
  ],
};
