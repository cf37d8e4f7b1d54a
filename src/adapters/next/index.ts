/**
 * The entry point `latchkey/next`: for applications on Next.js with the App Router.
 *
 * `sessionOf` is in the entry point of each adapter, because an application imports all that
 * belongs to its framework from one place.
 *
 * @module
 */
export { sessionOf } from "../session-of.ts";
export { session, type NextSession } from "./session.ts";
export type { NextSessionOptions } from "./session-options.ts";
export { debugToolbar } from "./toolbar.ts";
