/** The entry point `latchkey/hono`. */
export { sessionOf } from "../session-of.ts";
export { session, type SessionEnv } from "./session.ts";
export { debugToolbar } from "./toolbar.ts";
