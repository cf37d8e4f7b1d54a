import { MethodView, request, View } from "latchkey/flask";
import { newApp, type Configuration } from "../configuration.ts";
import { form } from "../requests.ts";

class Items extends MethodView {
  static override initEveryRequest = false;
  readonly word: string;
  constructor({ word = "items" }: { readonly word?: string } = {}) {
    super();
    this.word = word;
  }
  get({ id }: { readonly id?: number }): string {
    return `${this.word} get ${id ?? "None"}`;
  }
  post(): [string, number] {
    return [`${this.word} post`, 201];
  }
  delete(): [string, number] {
    return ["", 204];
  }
}

class Plain extends View {
  static override methods = ["GET", "POST"];
  override dispatchRequest({ name }: { readonly name: string }): string {
    return `${request.method} ${name}`;
  }
}

class Loud extends View {
  static override decorators: typeof View.decorators = [(view) => (values) => (view(values) as string).toUpperCase()];
  override dispatchRequest(): string {
    return "quiet";
  }
}

/** Which methods an address answers. */
export const configuration: Configuration = {
  create() {
    const app = newApp();
    const add = (rule: string, endpoint: string, options: object = {}): void => {
      app.route(rule, { endpoint, ...options }, () => `${endpoint} ${request.method}`);
    };
    add("/get", "get");
    add("/both", "both", { methods: ["GET", "POST"] });
    add("/post", "post", { methods: ["POST"] });
    add("/lower", "lower", { methods: ["put"] });
    add("/head", "head", { methods: ["HEAD"] });
    add("/options", "options", { methods: ["OPTIONS"] });
    add("/mute", "mute", { provideAutomaticOptions: false });
    add("/split", "split1", { methods: ["GET"] });
    add("/split", "split2", { methods: ["POST", "PUT"] });
    add("/brew", "brew", { methods: ["BREW"] });
    app.get("/s/get", () => "get");
    app.post("/s/post", { endpoint: "spost" }, () => "post");
    app.put("/s/put", { endpoint: "sput" }, () => "put");
    app.patch("/s/patch", { endpoint: "spatch" }, () => "patch");
    app.delete("/s/delete", { endpoint: "sdelete" }, () => "delete");
    const view = Items.asView("items", { word: "things" });
    app.addUrlRule("/items/", { viewFunc: view, methods: ["GET", "POST"] });
    app.addUrlRule("/items/<int:id>", { viewFunc: view, methods: ["GET", "DELETE"] });
    app.addUrlRule("/all/", { viewFunc: Items.asView("all") });
    app.addUrlRule("/plain/<name>", { viewFunc: Plain.asView("plain") });
    app.addUrlRule("/loud", { viewFunc: Loud.asView("loud") });
    return app;
  },
  requests: [
    ...["/get", "/both", "/post", "/lower", "/head", "/options", "/mute", "/split", "/brew", "/nothing"].flatMap(
      (path) => [`GET ${path}`, `POST ${path}`, `OPTIONS ${path}`],
    ),
    "HEAD /get",
    "HEAD /head",
    "HEAD /post",
    "PUT /lower",
    "PUT /split",
    "DELETE /get",
    "PATCH /both",
    "BREW /get",
    "BREW /brew",
    "GET /s/get",
    "POST /s/post",
    "PUT /s/put",
    "PATCH /s/patch",
    "DELETE /s/delete",
    "GET /s/delete",
    "GET /items/",
    form("/items/", ""),
    "PUT /items/",
    "GET /items/7",
    "HEAD /items/7",
    "DELETE /items/7",
    "POST /items/7",
    "OPTIONS /items/",
    "OPTIONS /items/7",
    "GET /all/",
    "OPTIONS /all/",
    "PUT /all/",
    "GET /plain/ada",
    "POST /plain/ada",
    "PUT /plain/ada",
    "GET /loud",
  ],
};
