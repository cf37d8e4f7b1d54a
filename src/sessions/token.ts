import { hash, randomBytes } from "node:crypto";

/** 32 random bytes, twice the 128 bits that OWASP ASVS 5.0, 7.2.3 asks for, as 43 characters of base64url. */
export function createToken(): string {
  return randomBytes(32).toString("base64url");
}

/** Whether a text has the form of a token. */
export function isToken(text: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(text);
}

/** The id under which a store keeps the token's session: whoever reads the store learns no token. */
export function storeIdOf(token: string): string {
  return hash("sha256", token, "base64url");
}
