/**
 * The entry point `latchkey/node`.
 *
 * `sessionOf` is in the entry point of each adapter, because an application imports all that
 * belongs to its framework from one place.
 *
 * @module
 */
export { sessionOf } from "../session-of.ts";
export { session, type SessionMiddleware, type SessionRequest } from "./session.ts";
export { debugToolbar, type DebugToolbarMiddleware } from "./toolbar.ts";
