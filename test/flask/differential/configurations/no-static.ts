import { newApp, type Configuration } from "../configuration.ts";

/** No static folder at all, and a view in its place. */
export const configuration: Configuration = {
  create() {
    const app = newApp({ staticFolder: null });
    app.route("/static/<path:filename>", { endpoint: "static" }, ({ filename }) => `own ${filename}`);
    return app;
  },
  requests: ["GET /static/style.css", "GET /static/a/b", "GET /static/", "GET /"],
};
