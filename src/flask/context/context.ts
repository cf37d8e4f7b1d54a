import { AsyncLocalStorage } from "node:async_hooks";
import type { Session } from "../../index.ts";
import type { Config } from "../config/config.ts";
import type { JSONProvider } from "../json/json-provider.ts";
import type { Logger } from "../logger.ts";
import type { FlaskRequest } from "../request/request.ts";
import type { SessionUse } from "../session/session-facade.ts";
import type { Store } from "./global-values.ts";

/** What `urlFor` takes beside the rule's variables. */
export interface UrlForOptions {
  /** With scheme and host: "https://example.com/login". Outside of a request it is the default. */
  readonly _external?: boolean | null | undefined;
  /** Another scheme, together with `_external`. */
  readonly _scheme?: string | null | undefined;
  /** The part after `#`. */
  readonly _anchor?: string | null | undefined;
  /** Of several rules of the endpoint, one that answers this method. */
  readonly _method?: string | null | undefined;
  readonly [name: string]: unknown;
}

/** The part of the application that functions called by views use, and `currentApp`. */
export interface ContextApplication {
  /** The last part of `rootPath`, or the name of the file. */
  readonly name: string;
  readonly config: Config;
  readonly debug: boolean;
  readonly testing: boolean;
  readonly rootPath: string;
  readonly instancePath: string;
  readonly logger: Logger;
  /** How JSON is written and read. */
  readonly json: JSONProvider;
  /** Free for extensions: by name, what each has to keep. */
  readonly extensions: Record<string, unknown>;
  urlFor(endpoint: string, values?: UrlForOptions): string;
  /** Reads a file of the application's folder. */
  openResource(path: string): Buffer;
  openResource(path: string, encoding: BufferEncoding): string;
}

/** What belongs to the application while it is used: in a request, a command or a test. */
export interface AppContext<App extends ContextApplication = ContextApplication> {
  readonly app: App;
  readonly g: Store;
}

/** Everything that belongs to the request being answered. */
export interface RequestContext<App extends ContextApplication = ContextApplication> extends AppContext<App> {
  readonly request: FlaskRequest;
  /** Undefined while the application has no secret key. */
  readonly session: Session | undefined;
  /** What the application did with the session through `session`. */
  readonly sessionUse: SessionUse;
  /** The flash messages after the first read, because templates may read them again. */
  flashes?: readonly { readonly category: string; readonly message: string }[];
  /** What `afterThisRequest` was given. */
  readonly afterThis: ((response: Response) => Response | Promise<Response>)[];
}

const storage = new AsyncLocalStorage<AppContext | RequestContext>();

/** Runs a function with this context as the current one. */
export function withContext<Result>(context: AppContext | RequestContext, run: () => Result): Result {
  return storage.run(context, run);
}

/** The current context, if there is one. */
export function contextOrNone(): AppContext | RequestContext | undefined {
  return storage.getStore();
}

/** Whether a request is being answered. */
export function isOfRequest(context: AppContext | RequestContext | undefined): context is RequestContext {
  return context !== undefined && "request" in context;
}

/**
 * The context of the request being answered.
 *
 * @throws Error outside of a request, as Flask does.
 */
export function currentContext(): RequestContext {
  const context = storage.getStore();
  if (isOfRequest(context)) return context;
  throw new Error(
    "Working outside of request context. `request`, `session` and `g` exist only while a request is being answered. Fix: use them inside of a view, or in a function that a view calls; in a test, app.testRequestContext().run(() => …).",
  );
}

/**
 * The context of the application that is used.
 *
 * @throws Error outside of one, as Flask does.
 */
export function currentAppContext(): AppContext {
  const context = storage.getStore();
  if (context !== undefined) return context;
  throw new Error(
    "Working outside of application context. `currentApp` and `g` exist while a request is being answered, or inside of app.appContext(). Fix: app.appContext().run(() => …).",
  );
}
