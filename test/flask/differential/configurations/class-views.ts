import { MethodView, request, View, type ViewResult } from "latchkey/flask";
import { newApp, type Configuration } from "../configuration.ts";
import { get, json } from "../requests.ts";
import { show } from "../show.ts";

type Values = Readonly<Record<string, unknown>>;
type Inner = (values: Values) => ViewResult | Promise<ViewResult>;

const shout =
  (view: Inner): Inner =>
  (values) =>
    (view(values) as string).toUpperCase();
const wrap =
  (view: Inner): Inner =>
  (values) =>
    `(${view(values) as string})`;

class Plain extends View {
  override dispatchRequest(values: Values): string {
    return `plain ${request.method} ${show(values)}`;
  }
}
class WithMethods extends View {
  static override methods = ["GET", "POST", "PUT"];
  override dispatchRequest(): string {
    return `methods ${request.method}`;
  }
}
class Decorated extends View {
  // Python applies the first one first, and so it is the innermost.
  static override decorators = [shout, wrap];
  override dispatchRequest({ name }: Values): string {
    return `hello ${name as string}`;
  }
}
class NoOptions extends View {
  static override provideAutomaticOptions = false;
  static override methods = ["GET"];
  override dispatchRequest(): string {
    return "none";
  }
}
class Fresh extends View {
  #count: number;
  constructor(start: number) {
    super();
    this.#count = start;
  }
  override dispatchRequest(): string {
    return String(++this.#count);
  }
}
class Counting extends Fresh {
  static override initEveryRequest = false;
}
class Api extends MethodView {
  get({ id }: Values): string {
    return id === undefined ? "list" : `one ${id as number}`;
  }
  post(): ViewResult {
    return [{ made: request.getJson({ silent: true }) as unknown }, 201];
  }
  delete(): ViewResult {
    return ["", 204];
  }
}
class Child extends Api {
  patch({ id }: Values): string {
    return `patched ${id as number}`;
  }
}
class HeadOnly extends MethodView {
  head(): ViewResult {
    return ["", 200, { "X-Head": "own" }];
  }
  get(): string {
    return "body";
  }
}
class PostOnly extends MethodView {
  post(): string {
    return "posted";
  }
}
class OwnOptions extends MethodView {
  options(): string {
    return "own options";
  }
  get(): string {
    return "get";
  }
}
class Narrow extends MethodView {
  static override methods = ["GET"];
  get(): string {
    return "get";
  }
  post(): string {
    return "post";
  }
}

const PATHS = [
  "/plain",
  "/plain/7",
  "/methods",
  "/methods/post",
  "/decorated/x",
  "/nooptions",
  "/api/",
  "/api/7",
  "/head",
  "/post",
  "/options",
  "/narrow",
];

/** Views as classes. */
export const configuration: Configuration = {
  create() {
    const app = newApp();
    app.addUrlRule("/plain", { viewFunc: Plain.asView("plain") });
    app.addUrlRule("/plain/<int:id>", { viewFunc: Plain.asView("plainid") });
    app.addUrlRule("/methods", { viewFunc: WithMethods.asView("methods") });
    app.addUrlRule("/methods/post", { viewFunc: WithMethods.asView("methodspost"), methods: ["POST"] });
    app.addUrlRule("/decorated/<name>", { viewFunc: Decorated.asView("decorated") });
    app.addUrlRule("/nooptions", { viewFunc: NoOptions.asView("nooptions") });
    app.addUrlRule("/counting", { viewFunc: Counting.asView("counting", 10) });
    app.addUrlRule("/fresh", { viewFunc: Fresh.asView("fresh", 10) });
    const api = Child.asView("api");
    app.addUrlRule("/api/", { viewFunc: api, methods: ["GET", "POST"] });
    app.addUrlRule("/api/<int:id>", { viewFunc: api, methods: ["GET", "DELETE", "PATCH"] });
    app.addUrlRule("/head", { viewFunc: HeadOnly.asView("head") });
    app.addUrlRule("/post", { viewFunc: PostOnly.asView("post") });
    app.addUrlRule("/options", { viewFunc: OwnOptions.asView("options") });
    app.addUrlRule("/narrow", { viewFunc: Narrow.asView("narrow") });
    return app;
  },
  requests: [
    ...["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"].flatMap((method) =>
      PATHS.map((path) => `${method} ${path}`),
    ),
    [get("/counting"), get("/counting"), get("/fresh"), get("/fresh")],
    json("/api/", '{"a":1}'),
    json("/api/", "[]"),
  ],
};
