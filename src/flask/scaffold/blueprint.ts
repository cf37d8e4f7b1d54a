import { basename, dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { AppCli } from "../cli/app-cli.ts";
import { InvalidOptionError } from "../../index.ts";
import { checkOptions, checkText } from "../../options.ts";
import { sendFromDirectory } from "../response/send-file.ts";
import { AppWideScaffold } from "./app-wide-scaffold.ts";
import type { BlueprintHost, BlueprintOptions, BlueprintState, RegisterOptions } from "./blueprint-state.ts";
import { Hooks } from "./hooks.ts";
import type { AnyView, RouteOptions } from "./route-options.ts";

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
export class Blueprint extends AppWideScaffold {
  readonly name: string;
  /** The folder of the file that made the blueprint. */
  readonly rootPath: string;
  /** Commands: `npx latchkey flask auth create-user`. */
  readonly cli: AppCli = new AppCli();
  readonly options: BlueprintOptions;
  protected readonly word = "blueprint";
  readonly #hooks = new Hooks();
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
    for (const run of this.deferred) run(state);
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
    this.deferred.push(({ app, name, urlPrefix, subdomain, urlDefaults }) =>
      app.addRuleOf(withPrefix(urlPrefix, rule), `${name}.${endpoint}`, view, {
        subdomain,
        ...options,
        defaults: { ...urlDefaults, ...options.defaults },
      }),
    );
  }

  protected addView(endpoint: string, view: AnyView): void {
    this.deferred.push(({ app, name }) => app.addViewOf(`${name}.${endpoint}`, view));
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
