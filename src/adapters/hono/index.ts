/** The door `latchkey/hono`. */
export { session, type SessionEnv } from "./session.ts";
export { debugToolbar } from "./toolbar.ts";
