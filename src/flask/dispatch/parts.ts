import type { MiddlewareHandler } from "hono";
import type { KeyRing } from "../../index.ts";
import type { ContextApplication } from "../context/context.ts";
import type { UrlMap } from "../routing/url-map.ts";
import type { AllHooks } from "../scaffold/hooks.ts";
import type { AnyView } from "../scaffold/route-options.ts";

/** The settings, routes and functions of a `Flask` at its first request. */
export interface ApplicationParts {
  readonly app: ContextApplication & { readonly keys: KeyRing | undefined };
  readonly urlMap: UrlMap;
  readonly views: ReadonlyMap<string, AnyView>;
  readonly hooks: AllHooks;
  /** What `teardownAppcontext` was given. */
  readonly teardown: readonly ((error: unknown) => unknown)[];
  readonly middleware: readonly MiddlewareHandler[];
  /** Whether rules have hosts, and whether they have sub-domains of SERVER_NAME. */
  readonly isByHost: boolean;
  readonly isBySubdomain: boolean;
}
