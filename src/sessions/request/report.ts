import { sessionCommittedChannel, sessionLoadedChannel, type KeyLabel } from "../../diagnostics.ts";
import type { KeyRing } from "../../keys/key-ring.ts";
import type { SecretKey } from "../../keys/secret-key.ts";
import type { SessionBackend } from "../backend.ts";
import { attributesOf, type RequestCookie } from "../cookie/cookie.ts";
import { expiryOf } from "../data/lifetime.ts";
import { readSessionJson } from "../data/session-json.ts";
import type { Incoming, SessionState } from "./session-state.ts";
import type { Outcome } from "./session-writer.ts";
import type { SessionData } from "../data/session-record.ts";

/** Reports what came in. */
export function reportLoad(backend: SessionBackend, keys: KeyRing, cookie: RequestCookie, opened: Incoming): void {
  if (!sessionLoadedChannel.hasSubscribers) return;
  if (opened.verdict !== "valid") {
    const { reason, explanation, bytes } =
      opened.verdict === "rejected" ? opened : { reason: undefined, explanation: undefined, bytes: 0 };
    sessionLoadedChannel.publish({
      cookieName: opened.verdict === "rejected" ? opened.cookieName : cookie.name,
      format: backend.format,
      verdict: opened.verdict,
      reason,
      explanation,
      bytes,
      snapshot: () => ({}),
    });
    return;
  }
  const { record, original, key, bytes } = opened;
  // Copied now: the record is the one that the request goes on with.
  const { createdAt, lastSeenAt, subject } = record;
  sessionLoadedChannel.publish({
    cookieName: opened.cookieName,
    format: opened.source.format,
    verdict: "valid",
    key: labelOf(keys, key),
    bytes,
    issuedAt: lastSeenAt,
    createdAt,
    expiresAt: Math.min(expiryOf(record, opened.source.lifetimes), record.expiresAt ?? Infinity),
    subject,
    snapshot: () => readSessionJson(original.text) as SessionData,
  });
}

/** Reports what was decided at the end, and why. */
export function reportCommit(backend: SessionBackend, state: SessionState, outcome: Outcome): void {
  if (!sessionCommittedChannel.hasSubscribers) return;
  const { action, explanation, bytes, conflicts } = outcome;
  // What was not written has not changed.
  const text = outcome.text ?? state.valid?.original.text ?? "{}";
  const cookie = outcome.cookies.at(-1);
  sessionCommittedChannel.publish({
    cookieName: state.cookie.name,
    format: backend.format,
    action,
    explanation,
    bytes,
    attributes: cookie === undefined ? undefined : attributesOf(cookie),
    conflicts,
    accessed: state.isAccessed,
    snapshot: () => readSessionJson(text) as SessionData,
  });
}

function labelOf(keys: KeyRing, key: SecretKey): KeyLabel {
  return {
    // A getter, because a fingerprint takes some forty milliseconds to make.
    get fingerprint() {
      return key.fingerprint;
    },
    role: keys.roleOf(key),
  };
}
