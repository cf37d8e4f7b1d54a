import { Blueprint, urlFor } from "latchkey/flask";
import { FOLDER, newApp, type Configuration } from "../configuration.ts";
import { get } from "../requests.ts";
import { show } from "../show.ts";

/** Subdomains. */
export const configuration: Configuration = {
  create() {
    const app = newApp({ subdomainMatching: true });
    app.config["SERVER_NAME"] = "example.com";
    const api = new Blueprint("api", FOLDER, { subdomain: "api" });
    app.route("/", function home() {
      return show(["home", urlFor("home"), urlFor("api.index"), urlFor("user", { name: "ada" })]);
    });
    app.route("/", { subdomain: "<name>", endpoint: "user" }, ({ name }: { readonly name: string }) =>
      show(["user", name, urlFor("user", { name }), urlFor("home"), urlFor("user", { name: "bob" })]),
    );
    api.route("/", function index() {
      return show(["api", urlFor(".index"), urlFor("home")]);
    });
    app.registerBlueprint(api);
    return app;
  },
  requests: [
    get("/", "Host: example.com"),
    get("/", "Host: ada.example.com"),
    get("/", "Host: api.example.com"),
    get("/", "Host: a.b.example.com"),
    get("/", "Host: other.test"),
    get("/", "Host: example.com:8080"),
    get("/x", "Host: api.example.com"),
  ],
};
