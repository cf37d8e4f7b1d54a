import type { AppCli } from "../cli/app-cli.ts";
import type { Hooks } from "./hooks.ts";
import type { AnyView, RouteOptions } from "./route-options.ts";

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
  note(name: string, blueprint: object): void;
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
