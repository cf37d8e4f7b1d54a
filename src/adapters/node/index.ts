/** The door `latchkey/node`. */
export { session, type SessionMiddleware, type SessionRequest } from "./session.ts";
export { debugToolbar, type DebugToolbarMiddleware } from "./toolbar.ts";
