import type { MiddlewareHandler } from "hono";
import { debugToolbar } from "../adapters/hono/index.ts";
import { InvalidOptionError, KeyRing, SecretKeyError } from "../index.ts";
import { kindOf } from "../options.ts";
import { Toolbar } from "../toolbar/index.ts";
import type { Flask } from "./flask.ts";
import { globalsPanel } from "./globals-panel.ts";

/**
 * Shows the debug toolbar on the application's pages while `debug` is on, or DEBUG_TB_ENABLED.
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
  readonly #shown = new Map<Flask, { readonly toolbar: Toolbar; readonly show: MiddlewareHandler }>();

  /**
   * @param app the application. Without one, call `initApp` later, as in a factory of applications.
   * @throws SecretKeyError `key_missing` as `initApp` does.
   */
  constructor(app?: Flask) {
    if (app !== undefined) this.initApp(app);
  }

  /**
   * Shows the toolbar on the pages of an application. Call it before the first request.
   *
   * @throws SecretKeyError `key_missing` when the toolbar is on and the application has no secret
   *   key; InvalidOptionError without an application.
   */
  initApp(app: Flask): void {
    if (typeof (app as Partial<Flask> | null | undefined)?.use !== "function")
      throw new InvalidOptionError(
        `DebugToolbarExtension needs the application. It got ${kindOf(app)}. Fix: new DebugToolbarExtension(app), or initApp(app) later.`,
      );
    if (isOn(app)) this.#middleware(app);
    // Checked again for each request, so that the toolbar also shows if `debug` is set after this
    // line. Flask's extension stays off silently in that case.
    app.use((c, next) => (isOn(app) ? this.#middleware(app)(c, next) : next()));
  }

  /** Stops recording. */
  close(): void {
    for (const { toolbar } of this.#shown.values()) toolbar.close();
  }

  #middleware(app: Flask): MiddlewareHandler {
    const known = this.#shown.get(app);
    if (known !== undefined) return known.show;
    const toolbar = new Toolbar({
      keys: toolbarKeys(app),
      allow: app.config.DEBUG_TB_HOSTS,
      panels: [globalsPanel()],
    });
    toolbar.introduce(app, {
      name: "latchkey/flask",
      config: () => app.config,
      routes: () =>
        app.urlMap.iterRules().map(({ rule, methods, endpoint }) => ({
          methods: [...(methods ?? [])].join(","),
          path: rule,
          name: endpoint,
        })),
    });
    const show = debugToolbar(toolbar);
    this.#shown.set(app, { toolbar, show });
    return show;
  }
}

function isOn(app: Flask): boolean {
  return app.config.DEBUG_TB_ENABLED ?? app.debug;
}

/**
 * With `debug` off, the ring of the application says production, whatever NODE_ENV says. The
 * toolbar that DEBUG_TB_ENABLED turns on goes by NODE_ENV.
 */
function toolbarKeys(app: Flask): KeyRing {
  const keys = keysOf(app);
  const { SECRET_KEY: secret, SECRET_KEY_FALLBACKS: fallbacks } = app.config;
  return app.debug || secret === undefined || secret instanceof KeyRing ? keys : new KeyRing(secret, fallbacks ?? []);
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
