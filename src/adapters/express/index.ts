/** The entry point `latchkey/express`. */
export { sessionOf } from "../session-of.ts";
export type { ExpressSession, ExpressSessionMembers } from "./express-session.ts";
export { session, type SessionRequest } from "./session.ts";
export { debugToolbar } from "./toolbar.ts";
