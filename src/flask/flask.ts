import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Hono, MiddlewareHandler } from "hono";
import { InvalidOptionError, KeyRing } from "../index.ts";
import { loadKeyRing } from "../keys/index.ts";
import {
  createApplication,
  type AfterRequest,
  type BeforeRequest,
  type ErrorHandler,
  type Route,
} from "./application.ts";
import { processEnvironment } from "../mode.ts";
import { createConfig, type Config } from "./config.ts";
import { inFlaskTerms } from "./in-flask-terms.ts";
import type { ViewResult } from "./response.ts";
import { Rule, type ViewArguments } from "./rule.ts";
import { runServer, type RunningServer, type RunOptions } from "./run-server.ts";
import { applicationTemplates, type Templates } from "./templating.ts";
import { checkOptions, checkText, kindOf } from "../options.ts";

/** A function that answers a request. It is given the variables of its rule. */
export type View<RuleText extends string = string> = (
  values: ViewArguments<RuleText>,
) => ViewResult | Promise<ViewResult>;

/** How a route is registered. */
export interface RouteOptions {
  /** The methods that the view answers. Default: GET, and with it HEAD. Others get status 405. */
  readonly methods?: readonly string[];
  /** The name for `urlFor`. Default: the name of the view function. */
  readonly endpoint?: string;
}

/**
 * A web application with Flask's interface, built on Hono.
 *
 * @example
 * ```ts
 * const app = new Flask(import.meta.url);
 * app.debug = true; // takes effect with NODE_ENV=development
 * app.config["SECRET_KEY"] = generateSecretKey();
 * app.route("/", () => renderTemplate("index.html"));
 * await app.run();
 * ```
 */
export class Flask {
  /** The settings, by Flask's names. */
  readonly config: Config = createConfig();
  /**
   * The folder of the file that made the application. It contains the folders `templates` and
   * `static`.
   */
  readonly rootPath: string;
  readonly templates: Templates;
  readonly #routes: Route[] = [];
  readonly #middleware: MiddlewareHandler[] = [];
  readonly #errorHandlers = new Map<number, ErrorHandler>();
  readonly #before: BeforeRequest[] = [];
  readonly #after: AfterRequest[] = [];
  #keys: { readonly made: unknown; readonly debug: boolean; readonly ring: KeyRing } | undefined;
  #hono: Hono | undefined;

  /**
   * @param importName `import.meta.url`, instead of Python's `__name__`; or the path of the
   *   application's folder.
   */
  constructor(importName: string) {
    if (typeof importName !== "string" || importName === "")
      throw new InvalidOptionError(
        "Flask(importName) is the address of the application's file: its templates are in the same folder. Fix: new Flask(import.meta.url).",
      );
    this.rootPath = importName.startsWith("file:") ? dirname(fileURLToPath(importName)) : importName;
    this.templates = applicationTemplates(join(this.rootPath, "templates"), () => this.debug);
  }

  /**
   * The same as `config["DEBUG"]`. It takes effect only in development: where NODE_ENV (or
   * LATCHKEY_ENV) or the key ring says so, and none of them says production. Elsewhere errors show
   * no stack trace and pages no toolbar, so the line may stay in code for production.
   */
  get debug(): boolean {
    return this.config.DEBUG;
  }
  set debug(value: boolean) {
    this.config.DEBUG = value;
  }

  /** The same as `config["SECRET_KEY"]`. */
  get secretKey(): Config["SECRET_KEY"] {
    return this.config.SECRET_KEY;
  }
  set secretKey(value: Config["SECRET_KEY"]) {
    this.config.SECRET_KEY = value;
  }

  /**
   * The keys that `SECRET_KEY` and `SECRET_KEY_FALLBACKS` hold; undefined without a key.
   *
   * A key in text is graded here: one that can be guessed or was published is refused, unless
   * `debug` is on and NODE_ENV says development.
   *
   * @throws SecretKeyError `key_refused`, `key_invalid`.
   */
  get keys(): KeyRing | undefined {
    const { SECRET_KEY: secret, SECRET_KEY_FALLBACKS: fallbacks } = this.config;
    if (secret instanceof KeyRing) return secret;
    // Flask treats everything falsy as "no key".
    if (secret === undefined || secret === null || secret.length === 0) return undefined;
    const { debug } = this;
    if (this.#keys?.made !== secret || this.#keys.debug !== debug) {
      const env = debug ? processEnvironment() : { NODE_ENV: "production" };
      const ring = inFlaskTerms(() => loadKeyRing({ env, secretKey: secret, ...(fallbacks ? { fallbacks } : {}) }));
      this.#keys = { made: secret, debug, ring };
    }
    return this.#keys.ring;
  }

  /** The rules, in the order in which they were added, as Flask's `url_map` has them. */
  get urlMap(): readonly { readonly rule: string; readonly methods: readonly string[]; readonly endpoint: string }[] {
    return this.#routes.map(({ rule, methods, endpoint }) => ({ rule: rule.text, methods, endpoint }));
  }

  /**
   * Answers the addresses of a rule with a view.
   *
   * @param rule Flask's rule, such as `/user/<int:id>`; converters are string, int, float, path and
   *   uuid.
   * @throws InvalidOptionError for an invalid rule or endpoint, or after the first request.
   */
  route<RuleText extends string>(rule: RuleText, view: View<RuleText>): this;
  route<RuleText extends string>(rule: RuleText, options: RouteOptions, view: View<RuleText>): this;
  route(rule: string, optionsOrView: RouteOptions | View<never>, maybeView?: View<never>): this {
    const view = (typeof optionsOrView === "function" ? optionsOrView : maybeView) as View | undefined;
    const options = typeof optionsOrView === "function" ? {} : optionsOrView;
    checkText("app.route(rule)", rule);
    // Without a view, only the missing view is reported.
    if (typeof view === "function") checkOptions("app.route", options, ["methods", "endpoint"]);
    if (typeof view !== "function")
      throw new InvalidOptionError(`The rule "${rule}" has no view. Fix: app.route("${rule}", () => "Hello").`);
    this.#mustBeOpen("A route");
    const endpoint = options.endpoint ?? (view.name || rule);
    const taken = this.#routes.find((route) => route.endpoint === endpoint);
    if (taken !== undefined && taken.view !== view) {
      throw new InvalidOptionError(
        `Two views have the endpoint "${endpoint}". Fix: give one of them another name: app.route("${rule}", { endpoint: "..." }, view).`,
      );
    }
    const methods = (options.methods ?? ["GET"]).map((method) => method.toUpperCase());
    this.#routes.push({ rule: new Rule(rule), methods, endpoint, view: view });
    return this;
  }

  /** `route` for GET alone. */
  get<RuleText extends string>(rule: RuleText, view: View<RuleText>): this {
    return this.route(rule, { methods: ["GET"] }, view);
  }

  /** `route` for POST alone. */
  post<RuleText extends string>(rule: RuleText, view: View<RuleText>): this {
    return this.route(rule, { methods: ["POST"] }, view);
  }

  /** Runs a function before each view. If it returns anything, the view does not run. */
  beforeRequest(run: BeforeRequest): this {
    checkFunction("app.beforeRequest(run)", run);
    this.#before.push(run);
    return this;
  }

  /** Runs a function after each view. It is given the answer, and returns it or another one. */
  afterRequest(run: AfterRequest): this {
    checkFunction("app.afterRequest(run)", run);
    this.#after.push(run);
    return this;
  }

  /** Makes the page for errors of one status, instead of the default page. */
  errorHandler(status: number, handler: ErrorHandler): this {
    if (!Number.isInteger(status))
      throw new InvalidOptionError(
        `app.errorHandler(status, handler): status is an integer, such as 404. It got ${kindOf(status)}. Fix: app.errorHandler(404, handler).`,
      );
    checkFunction("app.errorHandler(status, handler): handler", handler);
    this.#errorHandlers.set(status, handler);
    return this;
  }

  /** Adds a Hono middleware that runs before everything else; extensions use it. */
  use(middleware: MiddlewareHandler): this {
    checkFunction("app.use(middleware)", middleware);
    this.#mustBeOpen("A middleware");
    this.#middleware.push(middleware);
    return this;
  }

  /** The address of a view; see `urlFor`, which is for use inside of a request. */
  urlFor(endpoint: string, values: Readonly<Record<string, unknown>> = {}): string {
    if (endpoint === "static") return new Rule("/static/<path:filename>").build(values);
    const route = this.#routes.find((candidate) => candidate.endpoint === endpoint);
    if (route === undefined) {
      throw new InvalidOptionError(
        `There is no endpoint "${endpoint}". There are: ${this.#routes.map((known) => known.endpoint).join(", ") || "none"}. Fix: use one of these names, or add a route with this endpoint.`,
      );
    }
    return route.rule.build(values);
  }

  /**
   * Answers a request without a server: for tests, and for any runtime with the fetch interface.
   */
  fetch: (request: Request, env?: unknown) => Response | Promise<Response> = (request, env) =>
    this.#application().fetch(request, env);

  /**
   * Serves the application until Ctrl-C, and prints the address.
   *
   * @returns a promise that resolves when the server listens; `close()` stops it.
   */
  async run(options: RunOptions & { readonly debug?: boolean } = {}): Promise<RunningServer> {
    checkOptions("app.run", options, ["host", "port", "debug"]);
    if (options.debug !== undefined) this.debug = options.debug;
    return await runServer(this.#application().fetch, options);
  }

  #mustBeOpen(what: string): void {
    if (this.#hono !== undefined)
      throw new InvalidOptionError(
        `${what} was added after the application had answered its first request. Fix: add it before the first request.`,
      );
  }

  /**
   * Built at the first request, so that settings, routes and extensions may be set in any order.
   */
  #application(): Hono {
    this.#hono ??= createApplication({
      app: this,
      routes: this.#routes,
      middleware: this.#middleware,
      before: this.#before,
      after: this.#after,
      errorHandlers: this.#errorHandlers,
    });
    return this.#hono;
  }
}

function checkFunction(place: string, value: unknown): void {
  if (typeof value !== "function")
    throw new InvalidOptionError(`${place} is a function. It got ${kindOf(value)}. Fix: pass a function.`);
}
