import { lateModule } from "../../late-module.ts";
import { deriveSubkey } from "../../keys/derive.ts";
import type { SecretKey } from "../../keys/secret-key.ts";
import { Hmac } from "../../signing/hmac.ts";

const crypto = lateModule("node:crypto");

/** Deriving the subkey anew takes as long as all the rest of a login (80 µs, Node 24). */
const loginHmacs = new WeakMap<SecretKey, Hmac>();

/**
 * 32 random bytes, twice the 128 bits that OWASP ASVS 5.0, 7.2.3 asks for, as 43 characters of
 * base64url.
 */
export function createToken(): string {
  return crypto().randomBytes(32).toString("base64url");
}

/** Whether a text can be an id of a store: the hash of a token. */
export function isStoreId(text: unknown): text is string {
  return typeof text === "string" && /^[A-Za-z0-9_-]{43}$/.test(text);
}

/** 128 random bits that make each login's token another, as 22 characters of base64url. */
export function createNonce(): string {
  return crypto().randomBytes(16).toString("base64url");
}

/**
 * The token that a login puts in the place of another: HMAC-SHA-256 of the old token and a nonce,
 * under a subkey of the secret key. It is as hard to guess as a random one.
 *
 * The nonce is stored where the session was. So a second login that ran at the same time, with the
 * same old token, finds the same new one, and both answers send the same cookie.
 */
export function loginToken(key: SecretKey, token: string, nonce: string): string {
  let hmac = loginHmacs.get(key);
  if (hmac === undefined) loginHmacs.set(key, (hmac = new Hmac("sha256", deriveSubkey(key, "token of a login"))));
  return hmac.digest(`${token}.${nonce}`);
}

/**
 * The id under which a store remembers a session that its cookie held, once it has moved into the
 * store.
 *
 * @param identity what tells it from all others.
 */
export function movedCookieId(identity: string): string {
  return crypto().hash("sha256", `latchkey cookie moved\0${identity}`, "base64url");
}

/**
 * The id under which a store counts the logins of a user that are under way. No token has it: it is
 * a hash of another kind of text.
 */
export function loginsId(subject: string): string {
  return crypto().hash("sha256", `latchkey logins\0${subject}`, "base64url");
}

/** The id under which a store remembers which users have sessions with a tag. */
export function tagId(tag: string): string {
  return crypto().hash("sha256", `latchkey tag\0${tag}`, "base64url");
}

/**
 * The id under which a store has the token's session: a hash, so that reading the store shows no
 * token.
 */
export function storeIdOf(token: string): string {
  return crypto().hash("sha256", token, "base64url");
}
