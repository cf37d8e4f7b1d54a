/** The door `latchkey/koa`. */
export { session, type SessionContext } from "./session.ts";
export { debugToolbar } from "./toolbar.ts";
