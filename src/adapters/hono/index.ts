/**
 * The entry point `latchkey/hono`.
 *
 * `sessionOf` is in the entry point of each adapter, because an application imports all that
 * belongs to its framework from one place.
 *
 * @module
 */
export { sessionOf } from "../session-of.ts";
export { session, type SessionEnv } from "./session.ts";
export { debugToolbar } from "./toolbar.ts";
