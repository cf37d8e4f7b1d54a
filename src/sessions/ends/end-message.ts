import { lateModule } from "../../late-module.ts";
import type { EndReason } from "./session-ended.ts";

const crypto = lateModule("node:crypto");

/**
 * What processes tell each other. `ended`: this session has ended. `moved`: it has another token
 * now, and so another id. `subject`: sessions of a user have ended, without saying which.
 *
 * Ids are those of the store, SHA-256 of a token: they open nothing. A user's id may be an e-mail
 * address, so its digest is sent.
 */
export type EndMessage =
  | { readonly kind: "ended"; readonly reason: EndReason; readonly id: string }
  | { readonly kind: "moved"; readonly id: string; readonly to: string }
  | { readonly kind: "subject"; readonly reason: EndReason; readonly digest: string };

const ID = "([A-Za-z0-9_-]{43})";
const ENDED = new RegExp(`^(ended|subject) ([a-z]{1,20}) ${ID}$`);
const MOVED = new RegExp(`^moved ${ID} ${ID}$`);

/** The message as text of at most 100 letters, digits, spaces, hyphens and underscores. */
export function writeEndMessage(message: EndMessage): string {
  if (message.kind === "moved") return `moved ${message.id} ${message.to}`;
  return `${message.kind} ${message.reason} ${message.kind === "ended" ? message.id : message.digest}`;
}

/** The message of a text. Undefined for any other text: another release may send more kinds. */
export function readEndMessage(text: string): EndMessage | undefined {
  const [, from, to] = MOVED.exec(text) ?? [];
  if (from !== undefined && to !== undefined) return { kind: "moved", id: from, to };
  const [, kind, reason, id] = ENDED.exec(text) ?? [];
  if (reason === undefined || id === undefined) return undefined;
  // Another release may have more reasons.
  const known = reason as EndReason;
  return kind === "ended" ? { kind, reason: known, id } : { kind: "subject", reason: known, digest: id };
}

/** A user's id in a message. */
export function digestOf(subject: string): string {
  return crypto().hash("sha256", subject, "base64url");
}
