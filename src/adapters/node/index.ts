/** The entry point `latchkey/node`. */
export { sessionOf } from "../session-of.ts";
export { session, type SessionMiddleware, type SessionRequest } from "./session.ts";
export { debugToolbar, type DebugToolbarMiddleware } from "./toolbar.ts";
