import { InvalidOptionError } from "../../index.ts";
import type { ViewResult } from "../response/make-response.ts";
import type { ViewArguments } from "../routing/view-arguments.ts";

/** A function that answers a request. It is given the variables of its rule. */
export type View<RuleText extends string = string, Defaults extends object = object> = (
  values: ViewArguments<RuleText> & Defaults,
) => ViewResult | Promise<ViewResult>;

/** How a route is registered. */
export interface RouteOptions<Defaults extends object = object> {
  /** The methods that the view answers. Default: GET, and with it HEAD. Others get status 405. */
  readonly methods?: readonly string[] | undefined;
  /** The name for `urlFor`. Default: the name of the view function. */
  readonly endpoint?: string | undefined;
  /** Arguments of the view that the rule does not have: `{ page: 1 }`. */
  readonly defaults?: Defaults | undefined;
  /**
   * Whether the slash at the end matters. Default: true; a rule that ends with a slash redirects an
   * address without it, and a rule without it does not match an address with it.
   */
  readonly strictSlashes?: boolean | undefined;
  /** Whether an address with `//` is redirected to the one with `/`. Default: true. */
  readonly mergeSlashes?: boolean | undefined;
  /** Where the address leads with status 308: a rule such as `"/user/<id>"`, or a function. */
  readonly redirectTo?: string | ((values: Readonly<Record<string, unknown>>) => string) | undefined;
  /** The sub-domain, with the application's option `subdomainMatching`. */
  readonly subdomain?: string | undefined;
  /** The host, with the application's option `hostMatching`. */
  readonly host?: string | undefined;
  /**
   * Whether OPTIONS is answered by itself. Default: PROVIDE_AUTOMATIC_OPTIONS, unless `methods` has
   * OPTIONS. As in Flask, true takes effect only together with OPTIONS in `methods`.
   */
  readonly provideAutomaticOptions?: boolean | undefined;
}

/** The names of the options, for messages. */
export const ROUTE_OPTIONS: readonly string[] = [
  "methods",
  "endpoint",
  "defaults",
  "strictSlashes",
  "mergeSlashes",
  "redirectTo",
  "subdomain",
  "host",
  "provideAutomaticOptions",
];

/** What `addUrlRule` takes in addition. */
export interface UrlRuleOptions extends RouteOptions {
  /** The view. Without it, the rule leads to the view that has this endpoint already. */
  readonly viewFunc?: AnyView | undefined;
}

/** A view for any rule. `View.asView` makes one with methods of its own. */
export type AnyView = ((values: never) => unknown) & {
  readonly methods?: readonly string[] | undefined;
  readonly provideAutomaticOptions?: boolean | undefined;
};

/** The methods of a rule in upper case. Refuses anything but a list of them. */
export function checkedMethods(rule: string, methods: unknown): readonly string[] {
  if (Array.isArray(methods) && methods.every((method) => typeof method === "string") && methods.length > 0)
    return (methods as readonly string[]).map((method) => method.toUpperCase());
  throw new InvalidOptionError(
    `The option methods of the rule "${rule}" is a list of methods. Fix: methods: ["GET", "POST"].`,
  );
}
