import { debugToolbar } from "../adapters/hono/index.ts";
import { SecretKeyError } from "../index.ts";
import { Toolbar } from "../toolbar/index.ts";
import type { Flask } from "./flask.ts";

/**
 * Shows the debug toolbar on the application's pages while `debug` is on.
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

  /** @throws SecretKeyError `key_missing` when the application has no secret key. */
  constructor(app: Flask) {
    const { keys } = app;
    if (keys === undefined) {
      throw new SecretKeyError(
        "key_missing",
        "The Latchkey debug toolbar requires the 'SECRET_KEY' config var to be set. " +
          "It signs the addresses of its own pages with a key derived from it, so that only a page that this server sent can read what was recorded. " +
          'Set it before: app.config["SECRET_KEY"] = generateSecretKey()',
      );
    }
    const toolbar = (): Toolbar => (this.#toolbar ??= new Toolbar({ keys, mode: "development", allow: app.config.DEBUG_TB_HOSTS }));
    if (app.debug) toolbar();
    // Asked again for each request: in Flask, an extension that was made before `debug` was set silently stays away.
    app.use(async (c, next) => (app.debug ? await debugToolbar(toolbar())(c, next) : await next()));
  }

  /** Stops recording. */
  close(): void {
    this.#toolbar?.close();
  }
}
