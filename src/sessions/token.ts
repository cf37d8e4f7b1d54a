import { hash, randomBytes } from "node:crypto";

/** Of `createSessionId`. */
export const SESSION_ID_BYTES = 12;

/** 32 random bytes, twice the 128 bits that OWASP ASVS 5.0, 7.2.3 asks for, as 43 characters of base64url. */
export function createToken(): string {
  return randomBytes(32).toString("base64url");
}

/** Whether a text has the form of a token. */
export function isToken(text: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(text);
}

/**
 * The name of a session that its cookie holds, for lists of what was ended: 12 random bytes, so that no two sessions of any application share one. It is no
 * secret, and opens nothing.
 */
export function createSessionId(): string {
  return randomBytes(SESSION_ID_BYTES).toString("base64url");
}

/** The id under which a store keeps the token's session: whoever reads the store learns no token. */
export function storeIdOf(token: string): string {
  return hash("sha256", token, "base64url");
}
