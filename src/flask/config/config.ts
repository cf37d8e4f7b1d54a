import type { KeyRing, SessionStore } from "../../index.ts";
import { checkedSetting } from "./check-setting.ts";
import { configMethods, type ConfigMethods } from "./config-methods.ts";

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
   * Default: `session`; with a store and a Secure cookie, `__Host-Http-session`. A new name logs
   * every visitor out.
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
   * Origins of other pages that may send requests with a session: `["https://app.example.com"]`.
   * Default: none. A POST, PUT, PATCH or DELETE from any other origin than the server's own has an
   * empty session that refuses changes. Flask has no such setting.
   */
  SESSION_TRUSTED_ORIGINS: readonly string[];
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
   * The largest request body that is read, in bytes. Default: 1 MiB. `null` is no limit, as in
   * Flask. A view that asks for the form, the JSON or the data of a larger body ends with status
   * 413. The body is held in memory.
   */
  MAX_CONTENT_LENGTH: number | null;
  /** The largest text field of a form, in bytes. Default: 500,000. A larger one is status 413. */
  MAX_FORM_MEMORY_SIZE: number | null;
  /** The most fields of a multipart form. Default: 1,000. More are status 413. */
  MAX_FORM_PARTS: number | null;
  /**
   * The most bytes of a cookie of `response.setCookie`, with its name and attributes. Default:
   * 4,093. A larger one is sent with a warning. 0 is no limit. The session has its own limit of
   * 4,096 bytes, and an error.
   */
  MAX_COOKIE_SIZE: number;
  /** The host of the session's cookie and its sub-domains. Default: this host alone. */
  SESSION_COOKIE_DOMAIN: string | null | undefined;
  /** The paths that get the session's cookie. Default: APPLICATION_ROOT. */
  SESSION_COOKIE_PATH: string | null | undefined;
  /** True alone: scripts of a page never see the session. */
  SESSION_COOKIE_HTTPONLY: true;
  /** A separate session for each site that embeds this one. Default: false. It is Secure then. */
  SESSION_COOKIE_PARTITIONED: boolean;
  /** Whether errors are thrown to the tests' client. Default: false. */
  TESTING: boolean;
  /**
   * Whether an error that no handler answers is thrown by `app.fetch`. Default: as TESTING. On a
   * server the answer is then the server's own.
   */
  PROPAGATE_EXCEPTIONS: boolean | null;
  /** Whether `abort` and other HTTPExceptions are ordinary errors. Default: false. */
  TRAP_HTTP_EXCEPTIONS: boolean;
  /** Whether a missing field of a form is an ordinary error. Default: false; it is status 400. */
  TRAP_BAD_REQUEST_ERRORS: boolean | null;
  /**
   * The hosts that requests may name: `["example.com", ".example.com"]`, the second one with all
   * sub-domains. Others are status 400. Default: all.
   */
  TRUSTED_HOSTS: readonly string[] | null | undefined;
  /**
   * The host for addresses with `_external`, such as "example.com:8000". Default: the host of the
   * request. Outside of a request, `urlFor` needs it. With `subdomainMatching` it is what the
   * sub-domains belong to.
   */
  SERVER_NAME: string | null | undefined;
  /** The path that a proxy has put before the application. Default: `/`. */
  APPLICATION_ROOT: string;
  /** The scheme of `urlFor` outside of a request. Default: `http`. */
  PREFERRED_URL_SCHEME: string;
  /** Seconds for which browsers do not ask for a file again. Default: null; they ask each time. */
  SEND_FILE_MAX_AGE_DEFAULT: number | null;
  /** Whether files are left to the server in front, by the header X-Sendfile. Default: false. */
  USE_X_SENDFILE: boolean;
  /** Whether changed templates are seen without a restart. Default: as DEBUG. */
  TEMPLATES_AUTO_RELOAD: boolean | null;
  /** False alone: an error of a missing template names the folders. */
  EXPLAIN_TEMPLATE_LOADING: false;
  /** Whether views answer OPTIONS by themselves. Default: true. */
  PROVIDE_AUTOMATIC_OPTIONS: boolean;
  /** Whether the toolbar shows. Default: as DEBUG. */
  DEBUG_TB_ENABLED?: boolean;
  /**
   * Addresses and networks, in addition to this machine, from which the toolbar may be seen:
   * `["172.17.0.0/16"]` for Docker's bridge. A proxy must be listed even if it runs on this
   * machine; else its visitors see no toolbar.
   */
  DEBUG_TB_HOSTS: readonly string[];
  [name: string]: unknown;
}

/**
 * An application's settings, as `app.config["NAME"]`. The application may add any others, in upper
 * case. A setting that would have no effect is refused by its name when it is set, and so is a name
 * that is Flask's but for a letter or two.
 *
 * @example
 * ```ts
 * app.config["SECRET_KEY"] = process.env["SECRET_KEY"];
 * app.config.fromMapping({ DEBUG: true });
 * ```
 */
export type Config = ConfigValues & ConfigMethods;

/** A fresh set of settings with their defaults. */
export function createConfig(rootPath: string): Config {
  const values: ConfigValues = { ...defaultSettings() };
  const config: Config = new Proxy(values as Config, {
    set: (target, name, value) => {
      return Reflect.set(target, name, typeof name === "string" ? checkedSetting(name, value) : value, target);
    },
    defineProperty: (target, name, descriptor) => {
      const value: unknown = typeof name === "string" ? checkedSetting(name, descriptor.value) : descriptor.value;
      return Reflect.defineProperty(target, name, { ...descriptor, value });
    },
  });
  // Not enumerable, so that `Object.keys(app.config)` lists only settings.
  const methods = configMethods(() => config, rootPath);
  for (const [name, value] of Object.entries(methods)) Object.defineProperty(values, name, { value });
  return config;
}

function defaultSettings(): ConfigValues {
  return {
    DEBUG: false,
    TESTING: false,
    PROPAGATE_EXCEPTIONS: null,
    SECRET_KEY: undefined,
    SECRET_KEY_FALLBACKS: undefined,
    PERMANENT_SESSION_LIFETIME: 31 * 24 * 60 * 60,
    USE_X_SENDFILE: false,
    TRUSTED_HOSTS: undefined,
    SERVER_NAME: undefined,
    APPLICATION_ROOT: "/",
    SESSION_STORE: undefined,
    SESSION_COOKIE_NAME: undefined,
    SESSION_COOKIE_DOMAIN: undefined,
    SESSION_COOKIE_PATH: undefined,
    SESSION_COOKIE_HTTPONLY: true,
    SESSION_COOKIE_SECURE: "auto",
    SESSION_COOKIE_PARTITIONED: false,
    SESSION_COOKIE_SAMESITE: "Lax",
    SESSION_TRUSTED_ORIGINS: [],
    SESSION_REFRESH_EACH_REQUEST: true,
    MAX_CONTENT_LENGTH: 1024 * 1024,
    MAX_FORM_MEMORY_SIZE: 500_000,
    MAX_FORM_PARTS: 1000,
    SEND_FILE_MAX_AGE_DEFAULT: null,
    TRAP_BAD_REQUEST_ERRORS: null,
    TRAP_HTTP_EXCEPTIONS: false,
    EXPLAIN_TEMPLATE_LOADING: false,
    PREFERRED_URL_SCHEME: "http",
    TEMPLATES_AUTO_RELOAD: null,
    MAX_COOKIE_SIZE: 4093,
    PROVIDE_AUTOMATIC_OPTIONS: true,
    DEBUG_TB_HOSTS: [],
  };
}
