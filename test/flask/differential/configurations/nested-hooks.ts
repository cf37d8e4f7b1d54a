import {
  abort,
  afterThisRequest,
  Blueprint,
  FlaskResponse,
  g,
  renderTemplateString,
  request,
  urlFor,
  type Flask,
} from "latchkey/flask";
import { FOLDER, newApp, type Configuration, type Visit } from "../configuration.ts";
import { get } from "../requests.ts";
import { show } from "../show.ts";

class LookupFailure extends Error {}

/** As Python writes it. */
const py = (value: unknown): string =>
  value === null || value === undefined
    ? "None"
    : value instanceof Error
      ? value.message
      : `{${Object.entries(value as object)
          .map(([name, each]) => `'${name}': ${typeof each === "string" ? `'${each}'` : String(each)}`)
          .join(", ")}}`;

function addHooks(place: Flask | Blueprint, name: string, log: string[]): void {
  place.beforeRequest(() => {
    log.push(`before ${name}`);
    if (request.args.get("stop") === name) return `stopped by ${name}`;
    if (request.args.get("fail") === `before-${name}`) throw new LookupFailure(name);
    if (request.args.get("abort") === name) abort(409);
    return undefined;
  });
  place.afterRequest((response) => {
    log.push(`after ${name}`);
    if (request.args.get("fail") === `after-${name}`) throw new LookupFailure(name);
    if (request.args.get("replace") === name)
      return new FlaskResponse(`replaced by ${name}`, {
        status: 203,
        headers: { "Content-Type": "text/html; charset=utf-8" },
      });
    response.headers.append("X-After", name);
    return response;
  });
  place.teardownRequest((error) => {
    log.push(`teardown ${name} ${py(error)}`);
    if (request.args.get("fail") === `teardown-${name}`) throw new LookupFailure(name);
  });
  place.urlValuePreprocessor((endpoint, values) => void log.push(`values ${name} ${endpoint ?? "None"} ${py(values)}`));
  place.urlDefaults((endpoint) => void log.push(`defaults ${name} ${endpoint}`));
  place.contextProcessor(() => {
    log.push(`context ${name}`);
    return { word: name, [name]: true };
  });
}

function view(log: string[]): () => string {
  return () => {
    log.push("view");
    afterThisRequest((response) => {
      log.push("this one");
      return response;
    });
    afterThisRequest((response) => {
      log.push("this two");
      response.headers.set("X-This", "two");
      return response;
    });
    if (request.args.get("fail") === "view") throw new LookupFailure("view");
    if (request.args.get("abort") === "view") abort(410);
    if (request.args.has("template")) return renderTemplateString("{{ word }} {{ app }} {{ outer }} {{ inner }}");
    if (request.args.has("url")) return urlFor("outer.inner.view") + urlFor("view");
    return "view";
  };
}

const QUERIES = [
  "",
  "?stop=app",
  "?stop=outer",
  "?stop=inner",
  "?fail=before-app",
  "?fail=before-inner",
  "?fail=view",
  "?fail=after-app",
  "?fail=after-inner",
  "?abort=outer",
  "?abort=view",
  "?replace=inner",
  "?replace=app",
  "?template=1",
  "?url=1",
];

const visit = (path: string): Visit => [get(path), get("/log")];

/** Hooks of nested blueprints, and their order. */
export const configuration: Configuration = {
  create() {
    const app = newApp();
    const log: string[] = [];
    const outer = new Blueprint("outer", FOLDER, { urlPrefix: "/outer" });
    const inner = new Blueprint("inner", FOLDER, { urlPrefix: "/inner" });
    const twin = new Blueprint("inner", FOLDER, { urlPrefix: "/twin" });
    addHooks(app, "app", log);
    addHooks(outer, "outer", log);
    addHooks(inner, "inner", log);
    outer.beforeAppRequest(() => void log.push("before all"));
    inner.afterAppRequest((response) => {
      log.push("after all");
      return response;
    });
    outer.teardownAppRequest(() => void log.push("teardown all"));
    app.teardownAppcontext((error) => void log.push(`appcontext ${py(error)}`));
    for (const place of [app, outer, inner, twin]) place.addUrlRule("/view", { endpoint: "view", viewFunc: view(log) });
    inner.addUrlRule("/<int:id>", { endpoint: "id", viewFunc: ({ id }: { readonly id: number }) => String(id) });
    outer.registerBlueprint(inner);
    app.registerBlueprint(outer);
    app.registerBlueprint(twin);
    app.route("/log", { endpoint: "read" }, () => show(log.splice(0).slice(0, -3)));
    app.errorHandler(LookupFailure, (error) => [`lookup ${error.message}`, 500]);
    app.beforeRequest(() => {
      if (request.path === "/log") g["keep"] = true;
    });
    return app;
  },
  requests: [
    ...["/view", "/outer/view", "/outer/inner/view", "/twin/view"].flatMap((path) =>
      QUERIES.map((query) => visit(`${path}${query}`)),
    ),
    visit("/outer/inner/7"),
    visit("/outer/inner/x"),
    visit("/outer/nothing"),
    ["POST /outer/view", get("/log")],
    ["OPTIONS /outer/inner/view", get("/log")],
    ["HEAD /outer/inner/view", get("/log")],
    visit("/static/notes.txt"),
  ],
};
