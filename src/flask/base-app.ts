import { basename, resolve } from "node:path";
import type { MiddlewareHandler } from "hono";
import { InvalidOptionError } from "../index.ts";
import { checkText } from "../options.ts";
import { AppCli } from "./cli/app-cli.ts";
import { ConfiguredApp } from "./configured-app.ts";
import { checkFunction } from "./context/current.ts";
import type { ApplicationParts } from "./dispatch/parts.ts";
import type { FlaskOptions } from "./flask-options.ts";
import { createAppTemplates } from "./rendering.ts";
import type { Templates } from "./templates/templates.ts";
import { sendFromDirectory } from "./response/send-file.ts";
import { UrlMap } from "./routing/url-map.ts";
import { checkBlueprint, type Blueprint } from "./scaffold/blueprint.ts";
import type { BlueprintHost, RegisterOptions } from "./scaffold/blueprint-state.ts";
import { AllHooks, type Hooks, type Teardown } from "./scaffold/hooks.ts";
import { checkedMethods, type AnyView, type RouteOptions } from "./scaffold/route-options.ts";

/** What an application is made of: settings, rules, views, hooks, blueprints and templates. */
export abstract class BaseApp extends ConfiguredApp {
  /** The folder of static files, if there is one. */
  readonly staticFolder: string | undefined;
  /** The address of static files, if there is a folder. */
  readonly staticUrlPath: string | undefined;
  readonly templates: Templates;
  /** The rules, and their converters. */
  readonly urlMap: UrlMap;
  /** Commands of the application: `npx latchkey flask init-db`. */
  readonly cli: AppCli = new AppCli();
  readonly extensions: Record<string, unknown> = {};
  /** The blueprints, by their whole names. */
  readonly blueprints: ReadonlyMap<string, Blueprint> = new Map<string, Blueprint>();
  readonly #options: FlaskOptions;
  protected readonly allHooks: AllHooks = new AllHooks();
  readonly #views = new Map<string, AnyView>();
  readonly #middleware: MiddlewareHandler[] = [];
  readonly #teardown: Teardown[] = [];
  #blueprintHost: BlueprintHost | undefined;

  /**
   * @param importName `import.meta.url`, instead of Python's `__name__`; or the path of the
   *   application's folder.
   */
  constructor(importName: string, options: FlaskOptions = {}) {
    super(importName, options);
    this.#options = options;
    this.urlMap = new UrlMap(options.hostMatching === true);
    this.templates = createAppTemplates({
      folder: resolve(this.rootPath, options.templateFolder ?? "templates"),
      blueprintFolders: () => [...this.blueprints.values()].flatMap(({ templateFolder }) => templateFolder ?? []),
      isReloading: () => this.config.TEMPLATES_AUTO_RELOAD ?? this.debug,
      config: this.config,
      json: () => this.json,
    });
    const folder = options.staticFolder === undefined ? "static" : options.staticFolder;
    this.staticFolder = folder === null ? undefined : resolve(this.rootPath, folder);
    if (this.staticFolder !== undefined) {
      this.staticUrlPath = (options.staticUrlPath ?? `/${basename(this.staticFolder)}`).replace(/\/+$/, "");
      this.#addStatic(this.staticFolder, this.staticUrlPath);
    }
  }

  get hasStaticFolder(): boolean {
    return this.staticFolder !== undefined;
  }

  /**
   * Adds a blueprint: its routes, hooks, error handlers, templates, static files and commands.
   *
   * @throws InvalidOptionError for a name that another blueprint has, and after the first request.
   */
  registerBlueprint(blueprint: Blueprint, options: RegisterOptions = {}): this {
    checkBlueprint(blueprint);
    this.mustBeOpen("A blueprint");
    blueprint.register(this.#host(), options);
    return this;
  }

  /** A filter for all templates: `{{ value|name }}`. */
  templateFilter(name: string, filter: (...args: never[]) => unknown): this {
    checkText("app.templateFilter(name)", name);
    checkFunction("app.templateFilter(name, filter): filter", filter);
    this.templates.addFilter(name, filter);
    return this;
  }

  /** A test for all templates: `{% if value is name %}`. */
  templateTest(name: string, test: (...args: never[]) => boolean): this {
    checkText("app.templateTest(name)", name);
    checkFunction("app.templateTest(name, test): test", test);
    this.templates.addTest(name, test);
    return this;
  }

  /** A function or a value for all templates. */
  templateGlobal(name: string, value: unknown): this {
    checkText("app.templateGlobal(name)", name);
    this.templates.addGlobal(name, value);
    return this;
  }

  /**
   * Runs a function at the end of each request, and of each `appContext`. The last one runs first.
   */
  teardownAppcontext(run: Teardown): this {
    checkFunction("app.teardownAppcontext(run)", run);
    this.mustBeOpen("A function");
    this.#teardown.push(run);
    return this;
  }

  /** Adds a Hono middleware that runs before everything else; extensions use it. */
  use(middleware: MiddlewareHandler): this {
    checkFunction("app.use(middleware)", middleware);
    this.mustBeOpen("A middleware");
    this.#middleware.push(middleware);
    return this;
  }

  /** Whether the first request was answered. */
  protected abstract isBuilt(): boolean;
  /** The same object, with all its members. */
  protected abstract asContext(): ApplicationParts["app"];

  protected hooks(): Hooks {
    return this.allHooks.of("");
  }

  protected addRule(rule: string, endpoint: string, view: AnyView | undefined, options: RouteOptions): void {
    if (view !== undefined) this.#checkEndpoint(rule, endpoint, view);
    if (options.host !== undefined && this.#options.hostMatching !== true)
      throw new InvalidOptionError(
        `The rule "${rule}" has a host, and the application does not look at hosts. Fix: new Flask(import.meta.url, { hostMatching: true }).`,
      );
    if (options.subdomain !== undefined && this.#options.subdomainMatching !== true)
      throw new InvalidOptionError(
        `The rule "${rule}" has a sub-domain, and the application does not look at sub-domains. Fix: new Flask(import.meta.url, { subdomainMatching: true }), and set SERVER_NAME.`,
      );
    const methods = checkedMethods(rule, options.methods ?? ["GET"]);
    const { provideAutomaticOptions: provided } = options;
    const isAdded = provided === undefined && this.config.PROVIDE_AUTOMATIC_OPTIONS && !methods.includes("OPTIONS");
    const defaults = options.defaults as Readonly<Record<string, unknown>> | undefined;
    const { subdomain, host, strictSlashes, mergeSlashes, redirectTo } = options;
    this.urlMap.add(rule, {
      subdomain,
      host,
      defaults,
      strictSlashes,
      mergeSlashes,
      redirectTo,
      endpoint,
      methods: isAdded ? [...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"] : methods,
      isAutomaticOptions: provided ?? isAdded,
    });
    if (view !== undefined) this.#views.set(endpoint, view);
  }

  protected addView(endpoint: string, view: AnyView): void {
    this.#checkEndpoint(endpoint, endpoint, view);
    this.#views.set(endpoint, view);
  }

  protected mustBeOpen(what: string): void {
    if (this.isBuilt())
      throw new InvalidOptionError(
        `${what} was added after the application had answered its first request. Fix: add it before the first request.`,
      );
  }

  #addStatic(folder: string, address: string): void {
    const { staticHost } = this.#options;
    this.addRule(
      `${address}/<path:filename>`,
      "static",
      async ({ filename }: { readonly filename: string }) => await sendFromDirectory(folder, filename),
      staticHost === undefined ? {} : { host: staticHost },
    );
  }

  #checkEndpoint(rule: string, endpoint: string, view: AnyView): void {
    const taken = this.#views.get(endpoint);
    if (taken !== undefined && taken !== view)
      throw new InvalidOptionError(
        `Two views have the endpoint "${endpoint}". Fix: give one of them another name: app.route("${rule}", { endpoint: "..." }, view).`,
      );
  }

  /** One object, by which a blueprint knows that it was registered here before. */
  #host(): BlueprintHost {
    return (this.#blueprintHost ??= {
      hooksOf: (name) => this.allHooks.of(name),
      addRuleOf: (rule, endpoint, view, options) => this.addRule(rule, endpoint, view, options),
      addViewOf: (endpoint, view) => this.addView(endpoint, view),
      note: (name, blueprint) => {
        const known = this.blueprints.get(name);
        if (known !== undefined)
          throw new InvalidOptionError(
            `The name "${name}" is that of ${known === blueprint ? "this blueprint, which is registered already" : "another blueprint"}. Fix: app.registerBlueprint(blueprint, { name: "..." }).`,
          );
        (this.blueprints as Map<string, Blueprint>).set(name, blueprint as Blueprint);
      },
      cli: this.cli,
      templates: this.templates,
    });
  }

  /** What answers requests, as far as it is known by now. */
  protected parts(): ApplicationParts {
    return {
      app: this.asContext(),
      urlMap: this.urlMap,
      views: this.#views,
      hooks: this.allHooks,
      teardown: this.#teardown,
      middleware: this.#middleware,
      isByHost: this.#options.hostMatching === true,
      isBySubdomain: this.#options.subdomainMatching === true,
    };
  }
}
