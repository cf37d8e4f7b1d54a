import { readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import type { MiddlewareHandler } from "hono";
import { InvalidOptionError, KeyRing } from "../index.ts";
import { loadKeyRing } from "../keys/index.ts";
import { processEnvironment } from "../mode.ts";
import { checkOptions, checkText } from "../options.ts";
import { AppCli } from "./cli/app-cli.ts";
import { runAppCommand } from "./cli/run-app-command.ts";
import { createConfig, type Config } from "./config/config.ts";
import { inFlaskTerms } from "./config/in-flask-terms.ts";
import { warnOfGeneratedKey } from "./config/warn-of-generated-key.ts";
import { contextOrNone, isOfRequest, type ContextApplication, type UrlForOptions } from "./context/context.ts";
import { checkFunction } from "./context/current.ts";
import { buildUrl } from "./dispatch/build-url.ts";
import { inAppContext } from "./dispatch/answer.ts";
import { createApplication, propagated, type BuiltApplication } from "./dispatch/application.ts";
import type { ApplicationParts } from "./dispatch/parts.ts";
import {
  isStartedByCommand,
  notStarted,
  runServer,
  type RunningServer,
  type RunOptions,
} from "./dispatch/run-server.ts";
import { FLASK_OPTIONS, rootPathOf, type FlaskOptions } from "./flask-options.ts";
import { Logger } from "./logger.ts";
import { createAppTemplates, type TemplateContext, type Templates } from "./rendering.ts";
import { makeResponse } from "./response/make-response.ts";
import { sendFromDirectory } from "./response/send-file.ts";
import { UrlMap } from "./routing/url-map.ts";
import { checkBlueprint, type Blueprint, type BlueprintHost, type RegisterOptions } from "./scaffold/blueprint.ts";
import { AllHooks, type Hooks, type Teardown } from "./scaffold/hooks.ts";
import type { AnyView, RouteOptions } from "./scaffold/route-options.ts";
import { Scaffold } from "./scaffold/scaffold.ts";
import { CliRunner } from "./testing/cli-runner.ts";
import { FlaskClient, type TestClientOptions } from "./testing/flask-client.ts";
import { TestRequestContext } from "./testing/test-request-context.ts";
import type { TestRequestOptions } from "./testing/test-request.ts";

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
export class Flask extends Scaffold implements ContextApplication {
  /** The settings, by Flask's names. */
  readonly config: Config;
  /**
   * The folder of the file that made the application. It contains the folders `templates` and
   * `static`.
   */
  readonly rootPath: string;
  /** A folder for files that are not deployed: a database, settings of this machine. */
  readonly instancePath: string;
  readonly name: string;
  /** The folder of static files, if there is one. */
  readonly staticFolder: string | undefined;
  /** The address of static files, if there is a folder. */
  readonly staticUrlPath: string | undefined;
  readonly templates: Templates;
  readonly logger: Logger;
  /** The rules, and their converters. */
  readonly urlMap: UrlMap;
  /** Commands of the application: `npx latchkey flask init-db`. */
  readonly cli: AppCli = new AppCli();
  readonly extensions: Record<string, unknown> = {};
  /** The blueprints, by their whole names. */
  readonly blueprints: ReadonlyMap<string, Blueprint> = new Map<string, Blueprint>();
  protected readonly word = "app";
  readonly #options: FlaskOptions;
  readonly #hooks = new AllHooks();
  readonly #views = new Map<string, AnyView>();
  readonly #middleware: MiddlewareHandler[] = [];
  readonly #teardown: Teardown[] = [];
  #keys: { readonly made: unknown; readonly debug: boolean; readonly ring: KeyRing } | undefined;
  #built: BuiltApplication | undefined;
  #blueprintHost: BlueprintHost | undefined;

  /**
   * @param importName `import.meta.url`, instead of Python's `__name__`; or the path of the
   *   application's folder.
   */
  constructor(importName: string, options: FlaskOptions = {}) {
    super();
    if (typeof importName !== "string" || importName === "")
      throw new InvalidOptionError(
        "Flask(importName) is the address of the application's file: its templates are in the same folder. Fix: new Flask(import.meta.url).",
      );
    checkOptions("Flask", options, FLASK_OPTIONS);
    this.#options = options;
    this.rootPath = options.rootPath ?? rootPathOf(importName);
    this.name = basename(this.rootPath);
    this.instancePath = options.instancePath ?? join(this.rootPath, "instance");
    this.config = createConfig(options.instanceRelativeConfig === true ? this.instancePath : this.rootPath);
    this.logger = new Logger(this.name, () => this.debug);
    this.urlMap = new UrlMap(options.hostMatching === true);
    this.templates = createAppTemplates({
      folder: resolve(this.rootPath, options.templateFolder ?? "templates"),
      blueprintFolders: () => [...this.blueprints.values()].flatMap(({ templateFolder }) => templateFolder ?? []),
      isReloading: () => this.config.TEMPLATES_AUTO_RELOAD ?? this.debug,
      config: this.config,
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

  /** The same as `config["TESTING"]`: errors are thrown to the tests' client. */
  get testing(): boolean {
    return this.config.TESTING;
  }
  set testing(value: boolean) {
    this.config.TESTING = value;
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
      warnOfGeneratedKey(this.config);
      this.#keys = { made: secret, debug, ring };
    }
    return this.#keys.ring;
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

  /** Runs a function at the end of each request, and of each `appContext`. The last one runs first. */
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

  /**
   * The address of a view; see the function `urlFor`. Outside of a request it has scheme and host.
   *
   * @throws Error outside of a request without SERVER_NAME.
   */
  urlFor(endpoint: string, values: UrlForOptions = {}): string {
    checkText("app.urlFor(endpoint)", endpoint);
    return buildUrl(this.#parts(), endpoint, values);
  }

  /** Makes a response; see the function `makeResponse`. */
  readonly makeResponse: typeof makeResponse = makeResponse;

  /**
   * A context in which `currentApp` and `g` can be used outside of a request.
   *
   * @example
   * ```ts
   * await app.appContext().run(() => currentApp.config["DATABASE"]);
   * ```
   */
  appContext(): { run<Result>(run: () => Result): Promise<Awaited<Result>> } {
    const g = {};
    return { run: (run) => inAppContext(this.#parts(), g, run) };
  }

  /** Reads a file of the application's folder, as bytes or as text of an encoding. */
  openResource(path: string): Buffer;
  openResource(path: string, encoding: BufferEncoding): string;
  openResource(path: string, encoding?: BufferEncoding): Buffer | string {
    checkText("app.openResource(path)", path);
    const bytes = readFileSync(resolve(this.rootPath, path));
    return encoding === undefined ? bytes : bytes.toString(encoding);
  }

  /** The same for the instance folder. */
  openInstanceResource(path: string): Buffer;
  openInstanceResource(path: string, encoding: BufferEncoding): string;
  openInstanceResource(path: string, encoding?: BufferEncoding): Buffer | string {
    checkText("app.openInstanceResource(path)", path);
    const bytes = readFileSync(resolve(this.instancePath, path));
    return encoding === undefined ? bytes : bytes.toString(encoding);
  }

  /** The variables of the context processors, for the template of the present request. */
  templateContext(): TemplateContext {
    const context = contextOrNone();
    const blueprints = isOfRequest(context) ? context.request.blueprints : [];
    return Object.assign(
      {},
      ...this.#hooks.inwards(blueprints).flatMap(({ contextProcessors }) => contextProcessors.map((run) => run())),
    ) as TemplateContext;
  }

  /** A client for tests, which has a cookie jar. */
  testClient(options: TestClientOptions = {}): FlaskClient {
    return new FlaskClient(this.#tested(), options);
  }

  /** A request for tests, in which functions can be tried without a view. */
  testRequestContext(path = "/", options: TestRequestOptions = {}): TestRequestContext {
    return new TestRequestContext(this.#tested(), path, options);
  }

  /** Runs commands in tests. */
  testCliRunner(): CliRunner {
    return new CliRunner((argv, output) => this.runCommand(argv, output));
  }

  /**
   * Runs a command line of the application: `run`, `routes`, or one of `app.cli`. `npx latchkey
   * flask` does it.
   *
   * @returns the exit code.
   */
  async runCommand(
    argv: readonly string[],
    output: { out(text: string): void; error(text: string): void },
  ): Promise<number> {
    return await runAppCommand(this, argv, output);
  }

  /**
   * Answers a request without a server: for tests, and for any runtime with the fetch interface.
   */
  fetch: (request: Request, env?: unknown) => Response | Promise<Response> = async (request, env) => {
    const response = await this.#application().hono.fetch(request, env);
    const thrown = propagated.get(request);
    if (thrown !== undefined) throw thrown.error;
    return response;
  };

  /**
   * Serves the application until Ctrl-C, and prints the address. Started by `npx latchkey flask`, it
   * does nothing: the command serves the application itself.
   *
   * @returns a promise that resolves when the server listens; `close()` stops it.
   */
  async run(options: RunOptions & { readonly debug?: boolean } = {}): Promise<RunningServer> {
    checkOptions("app.run", options, ["host", "port", "debug"]);
    if (options.debug !== undefined) this.debug = options.debug;
    if (isStartedByCommand()) return notStarted();
    return await this.serve(options);
  }

  /** Serves the application, as `run` does, for commands as well. */
  async serve({ host, port }: RunOptions = {}): Promise<RunningServer> {
    const [name, known] = /^([^:]*)(?::(\d+))?$/.exec(this.config.SERVER_NAME ?? "")?.slice(1) ?? [];
    this.#application();
    return await runServer(this.fetch, {
      host: host ?? (name === "" || name === undefined ? "127.0.0.1" : name),
      port: port ?? (known === undefined ? 5000 : Number(known)),
    });
  }

  protected hooks(): Hooks {
    return this.#hooks.of("");
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
    const methods = methodsOf(rule, options.methods ?? ["GET"]);
    const isAutomatic =
      (options.provideAutomaticOptions ?? this.config.PROVIDE_AUTOMATIC_OPTIONS) && !methods.includes("OPTIONS");
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
      methods: isAutomatic ? [...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"] : methods,
      isAutomaticOptions: isAutomatic,
    });
    if (view !== undefined) this.#views.set(endpoint, view);
  }

  protected addView(endpoint: string, view: AnyView): void {
    this.#checkEndpoint(endpoint, endpoint, view);
    this.#views.set(endpoint, view);
  }

  protected mustBeOpen(what: string): void {
    if (this.#built !== undefined)
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
      hooksOf: (name) => this.#hooks.of(name),
      addRuleOf: (rule, endpoint, view, options) => this.addRule(rule, endpoint, view, options),
      addViewOf: (endpoint, view) => this.addView(endpoint, view),
      note: (name, blueprint) => {
        const known = this.blueprints.get(name);
        if (known !== undefined)
          throw new InvalidOptionError(
            `The name "${name}" is that of ${known === blueprint ? "this blueprint, which is registered already" : "another blueprint"}. Fix: app.registerBlueprint(blueprint, { name: "..." }).`,
          );
        (this.blueprints as Map<string, Blueprint>).set(name, blueprint);
      },
      cli: this.cli,
      templates: this.templates,
    });
  }

  #tested(): { readonly app: Flask; readonly parts: ApplicationParts; readonly built: () => BuiltApplication } {
    return { app: this, parts: this.#parts(), built: () => this.#application() };
  }

  #parts(): ApplicationParts {
    return {
      app: this,
      urlMap: this.urlMap,
      views: this.#views,
      hooks: this.#hooks,
      teardown: this.#teardown,
      middleware: this.#middleware,
      isByHost: this.#options.hostMatching === true,
      isBySubdomain: this.#options.subdomainMatching === true,
    };
  }

  /**
   * Built at the first request, so that settings, routes and extensions may be set in any order.
   */
  #application(): BuiltApplication {
    return (this.#built ??= createApplication(this.#parts()));
  }
}

function methodsOf(rule: string, methods: unknown): readonly string[] {
  if (Array.isArray(methods) && methods.every((method) => typeof method === "string") && methods.length > 0)
    return (methods as readonly string[]).map((method) => method.toUpperCase());
  throw new InvalidOptionError(
    `The option methods of the rule "${rule}" is a list of methods. Fix: methods: ["GET", "POST"].`,
  );
}
