import { basename, dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { AppCli } from "../cli/app-cli.ts";
import { InvalidOptionError } from "../../index.ts";
import { checkOptions, checkText } from "../../options.ts";
import { sendFromDirectory } from "../response/send-file.ts";
import type {
  AfterRequest,
  BeforeRequest,
  ContextProcessor,
  ErrorClass,
  ErrorHandler,
  Teardown,
  UrlDefaults,
  UrlValuePreprocessor,
} from "./hooks.ts";
import { Hooks } from "./hooks.ts";
import type { AnyView, RouteOptions } from "./route-options.ts";
import { Scaffold } from "./scaffold.ts";

/** How a blueprint is made. */
export interface BlueprintOptions {
  /** What its rules begin with: "/auth". */
  readonly urlPrefix?: string | undefined;
  /** Its folder of static files, relative to its own file. Default: none. */
  readonly staticFolder?: string | undefined;
  /** Their address, after the prefix. Default: `/` and the folder's name. */
  readonly staticUrlPath?: string | undefined;
  /** Its folder of templates, relative to its own file. The application's own come first. */
  readonly templateFolder?: string | undefined;
  readonly subdomain?: string | undefined;
  /** Values of `urlFor`, and arguments of its views, that its rules do not have. */
  readonly urlDefaults?: Readonly<Record<string, unknown>> | undefined;
  /** The name of its commands. Default: its own; null for none. */
  readonly cliGroup?: string | null | undefined;
}

/** How a blueprint is registered: this wins over what it was made with. */
export interface RegisterOptions {
  readonly urlPrefix?: string | undefined;
  /** Another name, so that one blueprint can be registered twice. */
  readonly name?: string | undefined;
  readonly subdomain?: string | undefined;
  readonly urlDefaults?: Readonly<Record<string, unknown>> | undefined;
  readonly cliGroup?: string | null | undefined;
}

/** What a blueprint needs of the application that it is registered on. */
export interface BlueprintHost {
  /** The hooks of a blueprint by its whole name; "" for those of the application. */
  hooksOf(name: string): Hooks;
  addRuleOf(rule: string, endpoint: string, view: AnyView | undefined, options: RouteOptions): void;
  addViewOf(endpoint: string, view: AnyView): void;
  /** Notes the name, and throws if another blueprint has it. */
  note(name: string, blueprint: Blueprint): void;
  readonly cli: AppCli;
  readonly templates: {
    addFilter(name: string, filter: (...args: never[]) => unknown): unknown;
    addTest(name: string, test: (...args: never[]) => boolean): unknown;
    addGlobal(name: string, value: unknown): unknown;
  };
}

/** Where and how a blueprint is being registered. */
export interface BlueprintState {
  readonly app: BlueprintHost;
  /** With the names of the blueprints around it: "admin.users". */
  readonly name: string;
  readonly urlPrefix: string;
  readonly subdomain: string | undefined;
  readonly urlDefaults: Readonly<Record<string, unknown>>;
  /** Whether this blueprint was not registered on this application before. */
  readonly isFirst: boolean;
}

/** What a blueprint records until it is registered. */
export type Deferred = (state: BlueprintState) => void;

const OPTIONS = [
  "urlPrefix",
  "staticFolder",
  "staticUrlPath",
  "templateFolder",
  "subdomain",
  "urlDefaults",
  "cliGroup",
];
const REGISTER_OPTIONS = ["urlPrefix", "name", "subdomain", "urlDefaults", "cliGroup"];

/**
 * A part of an application: routes under a prefix, with their own hooks, error handlers, templates
 * and static files.
 *
 * @example
 * ```ts
 * const auth = new Blueprint("auth", import.meta.url, { urlPrefix: "/auth" });
 * auth.get("/login", function login() {
 *   return renderTemplate("auth/login.html");
 * });
 * app.registerBlueprint(auth); // urlFor("auth.login") is "/auth/login"
 * ```
 */
export class Blueprint extends Scaffold {
  readonly name: string;
  /** The folder of the file that made the blueprint. */
  readonly rootPath: string;
  /** Commands: `npx latchkey flask auth create-user`. */
  readonly cli: AppCli = new AppCli();
  readonly options: BlueprintOptions;
  protected readonly word = "blueprint";
  readonly #hooks = new Hooks();
  readonly #deferred: Deferred[] = [];
  readonly #children: { readonly blueprint: Blueprint; readonly options: RegisterOptions }[] = [];
  readonly #hosts = new WeakSet<BlueprintHost>();
  #isRegistered = false;

  /**
   * @param name without a dot. Its endpoints begin with it: "auth.login".
   * @param importName `import.meta.url`, instead of Python's `__name__`.
   */
  constructor(name: string, importName: string, options: BlueprintOptions = {}) {
    super();
    checkText("Blueprint(name)", name);
    if (name === "" || name.includes("."))
      throw new InvalidOptionError(
        `Blueprint(name): a name has no dot and is not empty. It got ${JSON.stringify(name)}. Fix: new Blueprint("auth", import.meta.url).`,
      );
    checkText("Blueprint(name, importName): importName", importName);
    checkOptions("Blueprint", options, OPTIONS);
    this.name = name;
    this.options = options;
    this.rootPath = importName.startsWith("file:") ? dirname(fileURLToPath(importName)) : importName;
    const { staticFolder, staticUrlPath } = options;
    if (staticFolder !== undefined) {
      const folder = resolve(this.rootPath, staticFolder);
      this.addRule(
        `${(staticUrlPath ?? `/${basename(folder)}`).replace(/\/+$/, "")}/<path:filename>`,
        "static",
        async ({ filename }: { readonly filename: string }) => await sendFromDirectory(folder, filename),
        {},
      );
    }
  }

  /** Its folder of templates, if it has one. */
  get templateFolder(): string | undefined {
    const { templateFolder } = this.options;
    return templateFolder === undefined ? undefined : resolve(this.rootPath, templateFolder);
  }

  /** Runs a function each time that the blueprint is registered. */
  record(run: Deferred): this {
    this.mustBeOpen("A function");
    this.#deferred.push(run);
    return this;
  }

  /** Runs a function when the blueprint is registered on an application for the first time. */
  recordOnce(run: Deferred): this {
    return this.record((state) => {
      if (state.isFirst) run(state);
    });
  }

  /** Registers another blueprint inside of this one: "admin.users", under both prefixes. */
  registerBlueprint(blueprint: Blueprint, options: RegisterOptions = {}): this {
    checkBlueprint(blueprint);
    checkOptions("blueprint.registerBlueprint", options, REGISTER_OPTIONS);
    if (blueprint === this)
      throw new InvalidOptionError("A blueprint cannot be registered on itself. Fix: register another one.");
    this.mustBeOpen("A blueprint");
    this.#children.push({ blueprint, options });
    return this;
  }

  /** `beforeRequest` for the whole application. */
  beforeAppRequest(run: BeforeRequest): this {
    return this.recordOnce(({ app }) => void app.hooksOf("").before.push(run));
  }
  /** `afterRequest` for the whole application. */
  afterAppRequest(run: AfterRequest): this {
    return this.recordOnce(({ app }) => void app.hooksOf("").after.push(run));
  }
  /** `teardownRequest` for the whole application. */
  teardownAppRequest(run: Teardown): this {
    return this.recordOnce(({ app }) => void app.hooksOf("").teardown.push(run));
  }
  /** `contextProcessor` for the whole application. */
  appContextProcessor(run: ContextProcessor): this {
    return this.recordOnce(({ app }) => void app.hooksOf("").contextProcessors.push(run));
  }
  /** `urlDefaults` for the whole application. */
  appUrlDefaults(run: UrlDefaults): this {
    return this.recordOnce(({ app }) => void app.hooksOf("").urlDefaults.push(run));
  }
  /** `urlValuePreprocessor` for the whole application. */
  appUrlValuePreprocessor(run: UrlValuePreprocessor): this {
    return this.recordOnce(({ app }) => void app.hooksOf("").urlValuePreprocessors.push(run));
  }
  /** `errorHandler` for the whole application. */
  appErrorHandler(status: number, handler: ErrorHandler): this;
  appErrorHandler<Failure>(failure: ErrorClass<Failure>, handler: ErrorHandler<Failure>): this;
  appErrorHandler(what: unknown, handler: ErrorHandler<never>): this {
    return this.recordOnce(({ app }) => app.hooksOf("").addErrorHandler(what, handler));
  }
  /** A filter for all templates of the application: `{{ value|name }}`. */
  appTemplateFilter(name: string, filter: (...args: never[]) => unknown): this {
    return this.recordOnce(({ app }) => void app.templates.addFilter(name, filter));
  }
  /** A test for all templates of the application: `{% if value is name %}`. */
  appTemplateTest(name: string, test: (...args: never[]) => boolean): this {
    return this.recordOnce(({ app }) => void app.templates.addTest(name, test));
  }
  /** A variable or a function for all templates of the application. */
  appTemplateGlobal(name: string, value: unknown): this {
    return this.recordOnce(({ app }) => void app.templates.addGlobal(name, value));
  }

  /** Called by the application. */
  register(app: BlueprintHost, given: RegisterOptions, outer?: BlueprintState): void {
    checkOptions("registerBlueprint", given, REGISTER_OPTIONS);
    const state: BlueprintState = {
      app,
      name: [outer?.name, given.name ?? this.name].filter((name) => name !== undefined).join("."),
      urlPrefix: joined(outer?.urlPrefix, given.urlPrefix ?? this.options.urlPrefix),
      subdomain: subdomainOf(outer?.subdomain, given.subdomain ?? this.options.subdomain),
      urlDefaults: { ...this.options.urlDefaults, ...given.urlDefaults },
      isFirst: !this.#hosts.has(app),
    };
    app.note(state.name, this);
    this.#hosts.add(app);
    this.#isRegistered = true;
    app.hooksOf(state.name).addAll(this.#hooks);
    for (const run of this.#deferred) run(state);
    const group = given.cliGroup === undefined ? this.options.cliGroup : given.cliGroup;
    if (this.cli.commands.length > 0) app.cli.addAll(this.cli, group === undefined ? this.name : group);
    for (const { blueprint, options } of this.#children) blueprint.register(app, options, state);
  }

  protected hooks(): Hooks {
    return this.#hooks;
  }

  protected mustBeOpen(what: string): void {
    if (this.#isRegistered)
      throw new InvalidOptionError(
        `${what} was added to the blueprint "${this.name}" after it had been registered, and would have no effect. Fix: add it before app.registerBlueprint.`,
      );
  }

  protected addRule(rule: string, endpoint: string, view: AnyView | undefined, options: RouteOptions): void {
    // One that was named after its rule may have dots.
    if (endpoint.includes(".") && !endpoint.startsWith("/"))
      throw new InvalidOptionError(
        `The endpoint "${endpoint}" of the blueprint "${this.name}" has a dot. Fix: leave the blueprint's name out; it is added.`,
      );
    this.#deferred.push(({ app, name, urlPrefix, subdomain, urlDefaults }) =>
      app.addRuleOf(withPrefix(urlPrefix, rule), `${name}.${endpoint}`, view, {
        subdomain,
        ...options,
        defaults: { ...urlDefaults, ...options.defaults },
      }),
    );
  }

  protected addView(endpoint: string, view: AnyView): void {
    this.#deferred.push(({ app, name }) => app.addViewOf(`${name}.${endpoint}`, view));
  }
}

/** Refuses anything but a blueprint. */
export function checkBlueprint(blueprint: unknown): asserts blueprint is Blueprint {
  if (!(blueprint instanceof Blueprint))
    throw new InvalidOptionError(
      'app.registerBlueprint(blueprint) takes a Blueprint. Fix: app.registerBlueprint(new Blueprint("auth", import.meta.url)).',
    );
}

function withPrefix(prefix: string, rule: string): string {
  if (prefix === "") return rule;
  return rule === "" ? prefix : `${prefix.replace(/\/+$/, "")}/${rule.replace(/^\/+/, "")}`;
}

function joined(outer: string | undefined, inner: string | undefined): string {
  if (outer === undefined || outer === "" || inner === undefined) return outer || (inner ?? "");
  return `${outer.replace(/\/+$/, "")}/${inner.replace(/^\/+/, "")}`;
}

function subdomainOf(outer: string | undefined, inner: string | undefined): string | undefined {
  return outer !== undefined && inner !== undefined ? `${inner}.${outer}` : (inner ?? outer);
}
