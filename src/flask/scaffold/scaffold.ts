import { InvalidOptionError } from "../../index.ts";
import { checkOptions, checkText } from "../../options.ts";
import { checkFunction } from "../context/current.ts";
import type {
  AfterRequest,
  BeforeRequest,
  ContextProcessor,
  ErrorClass,
  ErrorHandler,
  Hooks,
  Teardown,
  UrlDefaults,
  UrlValuePreprocessor,
} from "./hooks.ts";
import { ROUTE_OPTIONS, type AnyView, type RouteOptions, type UrlRuleOptions, type View } from "./route-options.ts";

/** What an application and a blueprint share: routes, and what runs around the views. */
export abstract class Scaffold {
  /** "app" or "blueprint", for messages. */
  protected abstract readonly word: string;

  protected abstract hooks(): Hooks;
  /** Throws when it is too late for another one. */
  protected abstract mustBeOpen(what: string): void;
  protected abstract addRule(rule: string, endpoint: string, view: AnyView | undefined, options: RouteOptions): void;
  protected abstract addView(endpoint: string, view: AnyView): void;

  /**
   * Answers the addresses of a rule with a view.
   *
   * @param rule Flask's rule, such as `/user/<int:id>`; converters are string, int, float, path,
   *   uuid, any, and those of `app.urlMap.converters`.
   * @throws InvalidOptionError for an invalid rule or endpoint, or after the first request.
   */
  route<RuleText extends string>(rule: RuleText, view: View<RuleText>): this;
  route<RuleText extends string, Defaults extends object = object>(
    rule: RuleText,
    options: RouteOptions<Defaults>,
    view: View<RuleText, Defaults>,
  ): this;
  route(rule: string, optionsOrView: RouteOptions | View<never>, maybeView?: unknown): this {
    const view = (typeof optionsOrView === "function" ? optionsOrView : maybeView) as AnyView | undefined;
    const options = typeof optionsOrView === "function" ? {} : optionsOrView;
    checkText(`${this.word}.route(rule)`, rule);
    // Without a view, only the missing view is reported.
    if (typeof view === "function") checkOptions(`${this.word}.route`, options, ROUTE_OPTIONS);
    if (typeof view !== "function")
      throw new InvalidOptionError(
        `The rule "${rule}" has no view. Fix: ${this.word}.route("${rule}", () => "Hello").`,
      );
    this.mustBeOpen("A route");
    this.addRule(rule, this.#endpointOf(rule, options, view), view, options);
    return this;
  }

  /** `route` for GET alone. */
  get<RuleText extends string>(rule: RuleText, view: View<RuleText>): this;
  get<RuleText extends string, Defaults extends object = object>(
    rule: RuleText,
    options: Omit<RouteOptions<Defaults>, "methods">,
    view: View<RuleText, Defaults>,
  ): this;
  get(rule: string, ...rest: readonly unknown[]): this {
    return this.#routeFor("GET", rule, rest);
  }

  /** `route` for POST alone. */
  post<RuleText extends string>(rule: RuleText, view: View<RuleText>): this;
  post<RuleText extends string, Defaults extends object = object>(
    rule: RuleText,
    options: Omit<RouteOptions<Defaults>, "methods">,
    view: View<RuleText, Defaults>,
  ): this;
  post(rule: string, ...rest: readonly unknown[]): this {
    return this.#routeFor("POST", rule, rest);
  }

  /** `route` for PUT alone. */
  put<RuleText extends string>(rule: RuleText, view: View<RuleText>): this;
  put<RuleText extends string, Defaults extends object = object>(
    rule: RuleText,
    options: Omit<RouteOptions<Defaults>, "methods">,
    view: View<RuleText, Defaults>,
  ): this;
  put(rule: string, ...rest: readonly unknown[]): this {
    return this.#routeFor("PUT", rule, rest);
  }

  /** `route` for PATCH alone. */
  patch<RuleText extends string>(rule: RuleText, view: View<RuleText>): this;
  patch<RuleText extends string, Defaults extends object = object>(
    rule: RuleText,
    options: Omit<RouteOptions<Defaults>, "methods">,
    view: View<RuleText, Defaults>,
  ): this;
  patch(rule: string, ...rest: readonly unknown[]): this {
    return this.#routeFor("PATCH", rule, rest);
  }

  /** `route` for DELETE alone. */
  delete<RuleText extends string>(rule: RuleText, view: View<RuleText>): this;
  delete<RuleText extends string, Defaults extends object = object>(
    rule: RuleText,
    options: Omit<RouteOptions<Defaults>, "methods">,
    view: View<RuleText, Defaults>,
  ): this;
  delete(rule: string, ...rest: readonly unknown[]): this {
    return this.#routeFor("DELETE", rule, rest);
  }

  /**
   * Adds a rule, with a view or for an endpoint that has one.
   *
   * @throws InvalidOptionError as `route` does, and without a view and an endpoint.
   * @example
   * ```ts
   * app.addUrlRule("/start", { endpoint: "index" });
   * app.addUrlRule("/users", { viewFunc: Users.asView("users") });
   * ```
   */
  addUrlRule(rule: string, options: UrlRuleOptions): this {
    checkText(`${this.word}.addUrlRule(rule)`, rule);
    checkOptions(`${this.word}.addUrlRule`, options, ["viewFunc", ...ROUTE_OPTIONS]);
    this.mustBeOpen("A route");
    const { viewFunc, ...rest } = options;
    if (viewFunc !== undefined) checkFunction(`${this.word}.addUrlRule(rule, { viewFunc })`, viewFunc);
    else if (rest.endpoint === undefined)
      throw new InvalidOptionError(
        `The rule "${rule}" has neither a view nor an endpoint. Fix: ${this.word}.addUrlRule("${rule}", { endpoint: "index" }).`,
      );
    const methods = rest.methods ?? viewFunc?.methods;
    const provided = rest.provideAutomaticOptions ?? viewFunc?.provideAutomaticOptions;
    this.addRule(rule, this.#endpointOf(rule, rest, viewFunc), viewFunc, {
      ...rest,
      methods,
      provideAutomaticOptions: provided,
    });
    return this;
  }

  /** Gives an endpoint its view, for rules that were added without one. */
  endpoint(name: string, view: (values: never) => unknown): this {
    checkText(`${this.word}.endpoint(name)`, name);
    checkFunction(`${this.word}.endpoint(name, view): view`, view);
    this.mustBeOpen("A view");
    this.addView(name, view);
    return this;
  }

  /** Runs a function before each view. If it returns anything, the view does not run. */
  beforeRequest(run: BeforeRequest): this {
    return this.addHook("beforeRequest", "before", run);
  }

  /**
   * Runs a function after each view. It is given the answer, and returns it or another one. The one
   * that was added last runs first, as in Flask.
   */
  afterRequest(run: AfterRequest): this {
    return this.addHook("afterRequest", "after", run);
  }

  /** Runs a function when the answer is made, after an error too. The last one runs first. */
  teardownRequest(run: Teardown): this {
    return this.addHook("teardownRequest", "teardown", run);
  }

  /** Gives variables to all templates. Those that a view gives itself win. */
  contextProcessor(run: ContextProcessor): this {
    return this.addHook("contextProcessor", "contextProcessors", run);
  }

  /** Runs a function before `urlFor` builds an address. It may add values. */
  urlDefaults(run: UrlDefaults): this {
    return this.addHook("urlDefaults", "urlDefaults", run);
  }

  /** Runs a function before `beforeRequest`. It may change the arguments of the view. */
  urlValuePreprocessor(run: UrlValuePreprocessor): this {
    return this.addHook("urlValuePreprocessor", "urlValuePreprocessors", run);
  }

  /**
   * Makes the page for errors of one status, or of one class, instead of the default page.
   *
   * The answer has the status of the error, unless the handler gives one: `["text", 200]`. A
   * handler for 500 gets an HTTPException with the error as its `cause`.
   */
  errorHandler(status: number, handler: ErrorHandler): this;
  errorHandler<Failure>(failure: ErrorClass<Failure>, handler: ErrorHandler<Failure>): this;
  errorHandler(what: unknown, handler: unknown): this {
    this.mustBeOpen("An error handler");
    if (typeof what === "number" || typeof what === "function")
      checkFunction(`${this.word}.errorHandler(error, handler): handler`, handler);
    this.hooks().addErrorHandler(what, handler as ErrorHandler<never>);
    return this;
  }

  /** The same as `errorHandler`. */
  registerErrorHandler(status: number, handler: ErrorHandler): this;
  registerErrorHandler<Failure>(failure: ErrorClass<Failure>, handler: ErrorHandler<Failure>): this;
  registerErrorHandler(what: never, handler: never): this {
    return this.errorHandler(what, handler);
  }

  protected addHook<Name extends HookName>(method: string, name: Name, run: Hooks[Name][number]): this {
    checkFunction(`${this.word}.${method}(run)`, run);
    this.mustBeOpen("A function");
    (this.hooks()[name] as unknown[]).push(run);
    return this;
  }

  #routeFor(method: string, rule: string, rest: readonly unknown[]): this {
    const [first, second] = rest;
    const options = typeof first === "function" ? {} : (first as RouteOptions | undefined);
    if (options !== undefined && "methods" in options)
      throw new InvalidOptionError(
        `${this.word}.${method.toLowerCase()}("${rule}") has its method by its name. Fix: ${this.word}.route with the option methods.`,
      );
    return this.route(rule, { ...options, methods: [method] }, (typeof first === "function" ? first : second) as never);
  }

  #endpointOf(rule: string, { endpoint }: RouteOptions, view: AnyView | undefined): string {
    if (endpoint !== undefined) checkText(`${this.word}.route(rule, { endpoint }): endpoint`, endpoint);
    return endpoint ?? (view?.name === "" || view === undefined ? rule : view.name);
  }
}

type HookName = "before" | "after" | "teardown" | "contextProcessors" | "urlDefaults" | "urlValuePreprocessors";
