/**
 * The entry point `latchkey/web`: for every server that answers a `Request` with a `Response`.
 *
 * `sessionOf` is in the entry point of each adapter, because an application imports all that
 * belongs to its framework from one place.
 *
 * @module
 */
export { sessionOf } from "../session-of.ts";
export { forCookieJar, type JarCookie, type JarCookieAttributes, type JarHeaders } from "./for-cookie-jar.ts";
export { session, type WebSessionOptions, type WithSession } from "./session.ts";
export { debugToolbar, type WithToolbar } from "./toolbar.ts";
export { unsentHeaders } from "./unsent-headers.ts";
export type { Visitor } from "./visitor.ts";
