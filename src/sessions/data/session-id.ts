import { lateModule } from "../../late-module.ts";

const crypto = lateModule("node:crypto");

/** Of `createSessionId`. */
export const SESSION_ID_BYTES = 12;

/**
 * The name of a session that its cookie holds, for lists of what was ended: 12 random bytes, so
 * that no two sessions of any application share one. It is no secret, and opens nothing.
 */
export function createSessionId(): string {
  return crypto().randomBytes(SESSION_ID_BYTES).toString("base64url");
}
