import { request, urlFor } from "latchkey/flask";
import { newApp, type Configuration } from "../configuration.ts";
import { get } from "../requests.ts";

/** TRUSTED_HOSTS. */
export const configuration: Configuration = {
  create() {
    const app = newApp();
    app.config["TRUSTED_HOSTS"] = ["good.test", ".sub.test", "localhost"];
    app.route("/", function home() {
      return `${request.host} ${urlFor("home", { _external: true })}`;
    });
    app.route("/quiet", function quiet() {
      return "quiet";
    });
    app.errorHandler(400, () => ["a bad host", 400]);
    return app;
  },
  requests: [
    get("/"),
    get("/", "Host: good.test"),
    get("/", "Host: GOOD.test"),
    get("/", "Host: good.test:8080"),
    get("/", "Host: bad.test"),
    get("/", "Host: sub.test"),
    get("/", "Host: a.sub.test"),
    get("/", "Host: a.b.sub.test"),
    get("/", "Host: xsub.test"),
    get("/", "Host: evilgood.test"),
    get("/quiet", "Host: good.test"),
    get("/quiet", "Host: bad.test"),
    get("/nowhere", "Host: bad.test"),
    get("/static/style.css", "Host: bad.test"),
  ],
};
