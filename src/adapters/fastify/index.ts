/** The entry point `latchkey/fastify`. */
export { sessionOf } from "../session-of.ts";
export { session, type SessionRequest } from "./session.ts";
export { debugToolbar } from "./toolbar.ts";
