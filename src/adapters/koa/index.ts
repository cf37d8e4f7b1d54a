/** The entry point `latchkey/koa`. */
export { sessionOf } from "../session-of.ts";
export { session, type SessionContext } from "./session.ts";
export { debugToolbar } from "./toolbar.ts";
