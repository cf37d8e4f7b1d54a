import type { KeyRing, SessionStore } from "../index.ts";

/**
 * The settings that mean something here, with Flask's names. Anything else in upper case is the
 * application's own.
 */
export interface ConfigValues {
  /**
   * The toolbar shows, errors show their trace, and a guessable key only warns. False unless set.
   * It takes effect only in development: where NODE_ENV (or LATCHKEY_ENV) or the key ring says so,
   * and none of them says production.
   */
  DEBUG: boolean;
  /**
   * Signs the session and the toolbar's pages: text, bytes, or a ring of keys from `loadKeyRing`.
   */
  SECRET_KEY: string | Uint8Array | KeyRing | undefined;
  /** Keys that only verify, for a rotation without a logout. A list, never one text. */
  SECRET_KEY_FALLBACKS: readonly (string | Uint8Array)[] | undefined;
  /**
   * Keeps sessions on the server, with only a token in the cookie. Without it the cookie holds the
   * session in Flask's own format.
   */
  SESSION_STORE: SessionStore | undefined;
  /** `session` unless set; with a store and a Secure cookie, `__Host-session`. */
  SESSION_COOKIE_NAME: string | undefined;
  /**
   * Whether the cookie is for https only: unless set, yes, except over plain http on this machine.
   */
  SESSION_COOKIE_SECURE: boolean | "auto";
  SESSION_COOKIE_SAMESITE: "Lax" | "Strict" | "None";
  /**
   * Seconds without a visit after which a session ends. Default: 31 days, as in Flask. A session
   * that is used has no other end. `session.permanent = true` gives the cookie this time too;
   * without it the cookie ends with the browser's window.
   */
  PERMANENT_SESSION_LIFETIME: number;
  /**
   * Whether a visit moves the end of a session: true, as in Flask. Flask sends the cookie of a
   * permanent session with each answer; here it is sent when more than half of
   * PERMANENT_SESSION_LIFETIME has passed since it was sent last. `false` is refused: there is no
   * session whose end a visit does not move.
   */
  SESSION_REFRESH_EACH_REQUEST: boolean;
  /**
   * The largest request body that is read, in bytes: 1 MiB unless set. A larger one is answered
   * with 413.
   */
  MAX_CONTENT_LENGTH: number;
  /**
   * Addresses and networks, beside this machine, from which the toolbar may be seen:
   * `["172.17.0.0/16"]` for Docker's bridge. A proxy has to be listed even on this machine.
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
  /** Takes over the entries whose names are in upper case, as Flask's `from_mapping` does. */
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
  // Not enumerable, so that listing the settings lists settings.
  return Object.defineProperty(config, "fromMapping", {
    value(values: Readonly<Record<string, unknown>>): void {
      for (const [name, value] of Object.entries(values)) if (name === name.toUpperCase()) config[name] = value;
    },
  }) as Config;
}
