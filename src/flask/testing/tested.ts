import type { ContextApplication } from "../context/context.ts";
import type { BuiltApplication } from "../dispatch/application.ts";
import type { ApplicationParts } from "../dispatch/parts.ts";

/** What the helpers for tests need of an application. */
export interface Tested {
  readonly app: ContextApplication & {
    fetch(request: Request, env?: unknown): Response | Promise<Response>;
  };
  readonly parts: ApplicationParts;
  /** Builds the application, as its first request does. */
  readonly built: () => BuiltApplication;
}

/** The address that requests of tests come from, as Deno's server tells it. */
export const TEST_ENVIRONMENT = { remoteAddr: { hostname: "127.0.0.1" } };
