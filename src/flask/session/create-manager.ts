import { flask as flaskFormat, SessionManager, type CookieOptions, type KeyRing, type Session } from "../../index.ts";
import type { Config } from "../config/config.ts";

/** The manager of an application's sessions; undefined while it has no secret key. */
export function createManager(keys: KeyRing | undefined, config: Config): SessionManager | undefined {
  if (keys === undefined) return undefined;
  return new SessionManager({
    keys,
    // As in Flask, a session that is used regularly never expires.
    lifetime: Infinity,
    idleTimeout: config.PERMANENT_SESSION_LIFETIME,
    ...extensionOf(config),
    cookie: cookieOf(config),
    trustedOrigins: config.SESSION_TRUSTED_ORIGINS,
    ...(config.SESSION_STORE === undefined
      ? { format: { ...flaskFormat(), extendsPersistentOnly: true } }
      : { store: config.SESSION_STORE }),
  });
}

/** Whether a request has a cookie that may hold the session. */
export function hasSessionCookie(header: string | null, { SESSION_COOKIE_NAME: name }: Config): boolean {
  if (header === null) return false;
  const names = name === undefined ? ["session", "__Host-Http-session"] : [name];
  return header.split(";").some((part) => names.includes(part.slice(0, part.indexOf("=")).trim()));
}

/**
 * A visit moves the session's end even if the page does not use the session. Reading a
 * property opens the session, and only an opened session is extended.
 */
export function keepAlive(session: Session): void {
  Reflect.get(session, "persistent");
}

function cookieOf(config: Config): CookieOptions {
  const path = config.SESSION_COOKIE_PATH ?? config.APPLICATION_ROOT;
  const domain = config.SESSION_COOKIE_DOMAIN ?? undefined;
  const isShared = path !== "/" || domain !== undefined;
  const name = config.SESSION_COOKIE_NAME ?? (isShared ? "session" : undefined);
  return {
    ...(name === undefined ? {} : { name }),
    secure: config.SESSION_COOKIE_SECURE,
    sameSite: config.SESSION_COOKIE_SAMESITE,
    ...(path === "/" ? {} : { path }),
    // Flask takes a leading dot, as browsers did once.
    ...(domain === undefined ? {} : { domain: domain.replace(/^\./, "") }),
    ...(config.SESSION_COOKIE_PARTITIONED ? { partitioned: true } : {}),
    // The options are one of two types, by the name of the cookie; the manager checks them.
  } as CookieOptions;
}

/**
 * Flask sends a permanent session's cookie with each answer. With a store that would cost a write
 * for each request, so here the end moves only when half of the lifetime has passed.
 */
function extensionOf({ SESSION_REFRESH_EACH_REQUEST: refreshes, SESSION_STORE: store }: Config): {
  readonly extendAfter?: number;
} {
  if (!refreshes) return { extendAfter: Infinity };
  return store === undefined ? { extendAfter: 0 } : {};
}
