import {
  abort,
  afterThisRequest,
  Blueprint,
  flash,
  type Flask,
  g,
  getFlashedMessages,
  HTTPException,
  jsonify,
  makeResponse,
  redirect,
  renderTemplateString,
  request,
  session,
  urlFor,
  type ViewResult,
} from "latchkey/flask";
import { FOLDER, newApp } from "../configuration.ts";
import { show } from "../show.ts";
import type { AppSpec, Body, HandlerSpec, HookSpec } from "./spec.ts";

class Base extends Error {}
class Derived extends Base {}
class Other extends Error {}
const CLASSES = { Base, Derived, Other, HTTP: HTTPException, Error };

/** The types of arguments are those of generated.py. */
// oxlint-disable-next-line typescript/no-explicit-any
type Any = any;

function trail(word: string): void {
  g["trail"] = [...(g.get("trail", []) as string[]), word];
}

const STEPS: Readonly<Record<string, (argument: Any) => Any>> = {
  trail,
  set: ([key, value]) => void (session[key] = value),
  count: (key) => void (session[key] = (session.get(key, 0) as number) + 1),
  pop: (key) => void session.pop(key, null),
  clear: () => session.clear(),
  permanent: (value) => void (session.permanent = value),
  append(value) {
    (session.setdefault("list", []) as unknown[]).push(value);
    session.modified = true;
  },
  flash: ([message, category]) => flash(message, category),
  raise(name: keyof typeof CLASSES) {
    throw new (CLASSES[name] as typeof Error)(name);
  },
  abort: (code) => abort(code),
  abortresponse: (code) => abort(makeResponse("aborted", code)),
  after: (word) =>
    afterThisRequest((response) => {
      trail(`this-${word}`);
      response.headers.set("X-This", word);
      return response;
    }),
  form: () => trail(show(request.form.items({ multi: true }))),
  key: (name) => trail(request.form[name]!),
  json: () => void request.getJson(),
  if: ([word, body]) => (request.args.get("if") === word ? run(body) : undefined),
  url([endpoint, values]) {
    let url: string;
    try {
      url = urlFor(endpoint, values);
    } catch {
      url = "no address";
    }
    trail(url);
  },
};

const RESULTS: Readonly<Record<string, (argument: Any) => Any>> = {
  text: (text) => text,
  facts: () =>
    show([
      request.method,
      request.path,
      request.endpoint,
      request.blueprint,
      request.blueprints,
      request.viewArgs === undefined ? null : { ...request.viewArgs },
      request.args.items({ multi: true }),
      request.fullPath,
      g.get("trail", []),
    ]),
  json: (value) => value,
  status: (status) => ["text", status],
  headers: ([status, headers]) => ["text", status, headers],
  redirect: ([location, code = 302]) => redirect(location, code),
  session: () => show({ ...session }),
  flashes: () => show(getFlashedMessages({ withCategories: true })),
  body: () => show([request.getData({ asText: true }), request.mimetype]),
  jsonin: () => show(request.getJson({ silent: true })),
  values: () => show(request.values.items({ multi: true })),
  cookie([name, value]) {
    const response = makeResponse("cookie");
    response.setCookie(name, value);
    return response;
  },
  cookies: () => show(request.cookies.toDict()),
  template: (source) => renderTemplateString(source),
  *stream(parts) {
    yield* parts;
  },
  nothing: () => null,
  jsonify: (value) => jsonify(value),
};

function run({ steps, result }: Body): Any {
  for (const [what, argument] of steps) {
    const early: unknown = STEPS[what]!(argument);
    if (early !== undefined && early !== null) return early;
  }
  return result === null ? undefined : RESULTS[result[0]]!(result[1]);
}

/** An application that is made of random pieces; configurations/generated.py makes the same one. */
export function generatedApp(spec: AppSpec): Flask {
  const app = newApp();
  app.config.update(spec.settings);
  const places = new Map<string, Flask | Blueprint>([["", app]]);
  for (const { name, prefix } of spec.blueprints)
    places.set(name, new Blueprint(name, FOLDER, prefix === null ? {} : { urlPrefix: prefix }));
  for (const {
    place,
    rule,
    endpoint,
    body,
    methods,
    defaults,
    strict_slashes,
    provide_automatic_options,
  } of spec.rules)
    places.get(place)!.addUrlRule(rule, {
      endpoint,
      viewFunc: () => run(body),
      methods: methods ?? undefined,
      defaults: defaults ?? undefined,
      strictSlashes: strict_slashes ?? undefined,
      provideAutomaticOptions: provide_automatic_options ?? undefined,
    });
  for (const hook of spec.hooks) addHook(places.get(hook.place)!, hook);
  for (const handler of spec.handlers) addHandler(places.get(handler.place)!, handler);
  for (const { name, parent } of spec.blueprints.toReversed())
    places.get(parent)!.registerBlueprint(places.get(name) as Blueprint);
  return app;
}

function addHook(place: Flask | Blueprint, { kind, name, body }: HookSpec): void {
  if (kind === "before")
    place.beforeRequest(() => {
      trail(`before-${name}`);
      return run(body) as undefined;
    });
  else if (kind === "after")
    place.afterRequest((response) => {
      trail(`after-${name}`);
      const found: unknown = run(body);
      if (found !== undefined && found !== null) return makeResponse(found as string);
      response.headers.set("X-Trail", (g.get("trail", []) as string[]).join(","));
      return response;
    });
  else if (kind === "values") place.urlValuePreprocessor((endpoint) => trail(`values-${name}-${endpoint ?? "None"}`));
  else place.contextProcessor(() => ({ word: name }));
}

function addHandler(place: Flask | Blueprint, { name, what, status, body }: HandlerSpec): void {
  const handle = (error: unknown): ViewResult => {
    trail(`handler-${name}-${error instanceof HTTPException ? error.code : "None"}`);
    if (body === null) return error instanceof HTTPException ? error : ["handled", 500];
    const found: unknown = run(body);
    return (typeof found === "string" ? [found, status] : found) as ViewResult;
  };
  // The method has a form for numbers and one for classes.
  const first = typeof what === "number" ? what : CLASSES[what as keyof typeof CLASSES];
  place.errorHandler(first as never, handle);
}
