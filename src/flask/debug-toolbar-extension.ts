import type { MiddlewareHandler } from "hono";
import { debugToolbar } from "../adapters/hono/index.ts";
import { InvalidOptionError, SecretKeyError, type KeyRing } from "../index.ts";
import { Toolbar } from "../toolbar/index.ts";
import type { Flask } from "./flask.ts";
import { kindOf } from "../options.ts";

/**
 * Shows the debug toolbar on the application's pages while `debug` is on.
 *
 * It is for development: NODE_ENV (or LATCHKEY_ENV) or the key ring has to say so. Elsewhere the
 * toolbar is off, and one line on standard error says how to turn it on.
 *
 * @example
 * ```ts
 * const app = new Flask(import.meta.url);
 * app.debug = true;
 * app.config["SECRET_KEY"] = generateSecretKey();
 * new DebugToolbarExtension(app);
 * ```
 */
export class DebugToolbarExtension {
  #toolbar: Toolbar | undefined;
  #show: MiddlewareHandler | undefined;

  /**
   * @throws SecretKeyError `key_missing` when the application has no secret key; InvalidOptionError
   *   without an application.
   */
  constructor(app: Flask) {
    // Python also allows a call without an application, for init_app. That is not supported here.
    if (typeof (app as Partial<Flask> | null | undefined)?.use !== "function")
      throw new InvalidOptionError(
        `DebugToolbarExtension needs the application. It got ${kindOf(app)}. Fix: new DebugToolbarExtension(app).`,
      );
    keysOf(app);
    if (app.debug) this.#middleware(app);
    // Checked again for each request, so that the toolbar also shows if `debug` is set after this
    // line. Flask's extension stays off silently in that case.
    app.use((c, next) => (app.debug ? this.#middleware(app)(c, next) : next()));
  }

  /** Stops recording. */
  close(): void {
    this.#toolbar?.close();
  }

  #middleware(app: Flask): MiddlewareHandler {
    this.#toolbar ??= new Toolbar({ keys: keysOf(app), allow: app.config.DEBUG_TB_HOSTS });
    this.#toolbar.introduce(app, {
      name: "latchkey/flask",
      config: () => app.config,
      routes: () =>
        app.urlMap.map(({ rule, methods, endpoint }) => ({ methods: methods.join(","), path: rule, name: endpoint })),
    });
    return (this.#show ??= debugToolbar(this.#toolbar));
  }
}

function keysOf({ keys }: Flask): KeyRing {
  if (keys !== undefined) return keys;
  throw new SecretKeyError(
    "key_missing",
    "The Latchkey debug toolbar requires the 'SECRET_KEY' config var to be set. " +
      "It derives from it the key that signs its tokens, so that only a page that this server sent can read a record. " +
      'Fix: before this line, app.config["SECRET_KEY"] = generateSecretKey().',
  );
}
