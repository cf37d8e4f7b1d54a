import { AsyncLocalStorage } from "node:async_hooks";
import type { Session } from "../index.ts";
import type { FlaskRequest } from "./request.ts";

/** The part of the application that functions called by views use. */
export interface ContextApplication {
  readonly templates: { render(name: string, context: Readonly<Record<string, unknown>>): string };
  urlFor(endpoint: string, values?: Readonly<Record<string, unknown>>): string;
}

/** Everything that belongs to the request being answered. */
export interface RequestContext {
  readonly app: ContextApplication;
  readonly request: FlaskRequest;
  /** Undefined while the application has no secret key. */
  readonly session: Session | undefined;
  readonly g: Record<string, unknown>;
  /** The flash messages after the first read, because templates may read them again. */
  flashes?: readonly { readonly category: string; readonly message: string }[];
}

const storage = new AsyncLocalStorage<RequestContext>();

/** Runs a function with this context as the current one. */
export function withContext<Result>(context: RequestContext, run: () => Result): Result {
  return storage.run(context, run);
}

/**
 * The context of the request being answered.
 *
 * @throws Error outside of a request, as Flask does.
 */
export function currentContext(): RequestContext {
  const context = storage.getStore();
  if (context === undefined) {
    throw new Error(
      "Working outside of request context. `request`, `session` and `g` exist only while a request is being answered. Fix: use them inside of a view, or in a function that a view calls.",
    );
  }
  return context;
}
