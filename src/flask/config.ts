import type { KeyRing, SessionStore } from "../index.ts";

/**
 * The settings that `flask` reads, with Flask's names. The application may add any others in upper
 * case.
 */
export interface ConfigValues {
  /**
   * Default: false. When true, pages show the toolbar, error pages show a stack trace, and a
   * guessable key is a warning instead of an error. It takes effect only in development: NODE_ENV,
   * LATCHKEY_ENV or the key ring must say development, and none of them production.
   */
  DEBUG: boolean;
  /**
   * Signs the session and the toolbar's pages: text, bytes, or a ring of keys from `loadKeyRing`.
   * Without it, using the session throws. A new key without the old one in SECRET_KEY_FALLBACKS
   * logs every visitor out.
   */
  SECRET_KEY: string | Uint8Array | KeyRing | undefined;
  /**
   * Old keys that still verify cookies but no longer sign. Visitors stay logged in when SECRET_KEY
   * changes. Always a list, even for one key.
   */
  SECRET_KEY_FALLBACKS: readonly (string | Uint8Array)[] | undefined;
  /**
   * Saves sessions on the server; the cookie then holds only a token. Without a store the cookie
   * holds the session in Flask's own format, which the visitor can read, up to 4,096 bytes.
   */
  SESSION_STORE: SessionStore | undefined;
  /**
   * Default: `session`; with a store and a Secure cookie, `__Host-session`. A new name logs every
   * visitor out.
   */
  SESSION_COOKIE_NAME: string | undefined;
  /**
   * Whether browsers send the cookie over HTTPS only. Default: `"auto"`, which is true except over
   * plain HTTP on this machine. With `true`, browsers drop the cookie of a page over plain HTTP.
   */
  SESSION_COOKIE_SECURE: boolean | "auto";
  /**
   * Which requests from other sites carry the cookie. Default: `"Lax"`: only those of links. With
   * `"Strict"` none, so a visitor who follows a link from another site appears logged out. With
   * `"None"` all; browsers then require a Secure cookie.
   */
  SESSION_COOKIE_SAMESITE: "Lax" | "Strict" | "None";
  /**
   * Seconds without a visit after which a session ends and the visitor is logged out. Default: 31
   * days, as in Flask. A session that is used regularly never expires. With
   * `session.permanent = true` the cookie lasts as long; without it, browsers delete the cookie
   * when they are closed.
   */
  PERMANENT_SESSION_LIFETIME: number;
  /**
   * Whether a visit moves the end of a session. Default: true, as in Flask. Each answer then sends
   * a permanent session's cookie. With SESSION_STORE, it is sent when more than half of
   * PERMANENT_SESSION_LIFETIME has passed since it was sent last. With false, no visit moves the
   * end, so every visitor is logged out PERMANENT_SESSION_LIFETIME after the session was last
   * saved.
   */
  SESSION_REFRESH_EACH_REQUEST: boolean;
  /**
   * The largest request body that is read, in bytes. Default: 1 MiB. A larger one is answered with
   * status 413, and the view does not run.
   */
  MAX_CONTENT_LENGTH: number;
  /**
   * Addresses and networks, in addition to this machine, from which the toolbar may be seen:
   * `["172.17.0.0/16"]` for Docker's bridge. A proxy must be listed even if it runs on this
   * machine; else its visitors see no toolbar.
   */
  DEBUG_TB_HOSTS: readonly string[];
  [name: string]: unknown;
}

/**
 * An application's settings, as `app.config["NAME"]`.
 *
 * @example
 * ```ts
 * app.config["SECRET_KEY"] = process.env["SECRET_KEY"];
 * app.config.fromMapping({ DEBUG: true });
 * ```
 */
export type Config = ConfigValues & {
  /** Copies the entries with upper-case names, as Flask's `from_mapping` does. */
  fromMapping(values: Readonly<Record<string, unknown>>): void;
};

/** A fresh set of settings with their defaults. */
export function createConfig(): Config {
  const config: ConfigValues = {
    DEBUG: false,
    SECRET_KEY: undefined,
    SECRET_KEY_FALLBACKS: undefined,
    SESSION_STORE: undefined,
    SESSION_COOKIE_NAME: undefined,
    SESSION_COOKIE_SECURE: "auto",
    SESSION_COOKIE_SAMESITE: "Lax",
    PERMANENT_SESSION_LIFETIME: 31 * 24 * 60 * 60,
    SESSION_REFRESH_EACH_REQUEST: true,
    MAX_CONTENT_LENGTH: 1024 * 1024,
    DEBUG_TB_HOSTS: [],
  };
  // Not enumerable, so that `Object.keys(app.config)` lists only settings.
  return Object.defineProperty(config, "fromMapping", {
    value(values: Readonly<Record<string, unknown>>): void {
      for (const [name, value] of Object.entries(values)) if (name === name.toUpperCase()) config[name] = value;
    },
  }) as Config;
}
