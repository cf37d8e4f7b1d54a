import type { CommitAction, KeyLabel, RejectionReason, SessionLoaded } from "../../diagnostics.ts";
import { formatAge, formatInteger } from "../format.ts";
import type { CookieFacts, VerdictBlock } from "../panel.ts";
import type { KeyRow } from "./key-rows.ts";

/** What was told when the session was opened, after redaction. */
export interface LoadedFacts {
  readonly cookieName: string;
  readonly format: string;
  readonly verdict: SessionLoaded["verdict"];
  readonly reason: RejectionReason | null;
  readonly explanation: string | null;
  readonly key: KeyLabel | null;
  readonly bytes: number;
  readonly issuedAt: number | null;
  readonly createdAt: number | null;
  readonly expiresAt: number | null;
  readonly subject: string | null;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What was told when the headers left, after redaction. */
export interface CommittedFacts {
  readonly cookieName: string;
  readonly format: string;
  readonly action: CommitAction;
  readonly explanation: string;
  readonly bytes: number;
  readonly attributes: string | null;
  readonly conflicts: number;
  readonly accessed: boolean;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What the session panel keeps of a request. */
export interface SessionStats {
  readonly loaded: LoadedFacts | null;
  readonly committed: CommittedFacts | null;
  readonly keys: readonly KeyRow[];
  /** Unix seconds. */
  readonly now: number;
  readonly received: readonly CookieFacts[];
  readonly sent: readonly CookieFacts[];
}

/** The one sentence on a session, and the word for the tab. */
export interface SessionVerdict {
  readonly short: string;
  readonly block: VerdictBlock;
}

/** What to do about a cookie that was rejected. */
const NEXT_STEP: Readonly<Record<RejectionReason, string>> = {
  malformed: "Give this application a cookie name of its own, or delete the cookie in the browser.",
  too_large: "Look for what has put so much into the cookie; keep less in the session, or use a store.",
  bad_signature:
    "If the key changed with a restart, keep the old one as a fallback. If another application on this host has set the cookie, give this one a cookie name of its own.",
  expired: "Nothing is wrong: the visitor logs in again. If it came too early, look at lifetime and idleTimeout.",
  future: "Compare the clocks of the servers that share the key.",
  bad_payload: "If an older version of the application wrote it in another format, name that format in the option reads.",
  invalid_data: "Let the schema accept what older sessions hold.",
  unknown: "Nothing is wrong if it was ended or swept. If it was not: do all servers use the same store?",
  moved: "Nothing is wrong: this request set out before the token changed. The next one comes with the new cookie.",
  revoked: "Nothing is wrong: it was ended on purpose, and the visitor logs in again.",
  duplicate: "Delete both in the browser, and set the cookie in one place only.",
  store_failed: "See the logs of the store.",
};

/** Boils what was heard of a session down to one sentence. */
export function verdictOf({ loaded, committed, now, keys }: SessionStats): SessionVerdict {
  if (loaded === null && committed === null) {
    return verdict(
      "not used",
      "plain",
      "No session was opened",
      "The session middleware did not run for this request, or nothing has told of it.",
    );
  }
  if (loaded === null) {
    return verdict(
      "not touched",
      "plain",
      "Not touched",
      "Nothing in this request looked at the session, so no cookie was opened: it cost nothing, and caches may share the answer.",
    );
  }
  if (loaded.verdict === "rejected") {
    const why = loaded.explanation ?? "The cookie that came in cannot be used.";
    return verdict(
      `rejected`,
      "error",
      REJECTED[loaded.reason ?? "malformed"],
      `${why} A fresh session took its place; the visitor saw no error.`,
      NEXT_STEP[loaded.reason ?? "malformed"],
    );
  }
  if (loaded.verdict === "none") {
    const started = committed !== null && committed.action !== "none";
    const text = started
      ? "No session cookie came in, and this request began one."
      : "No session cookie came in, and none was sent: there was nothing to keep.";
    return verdict(started ? "new" : "empty", started ? "info" : "plain", started ? "New session" : "No session yet", text);
  }
  const by = loaded.key === null ? "" : `, verified by the ${loaded.key.role} key ${loaded.key.fingerprint}`;
  const age = loaded.issuedAt === null ? "" : `; signed ${formatAge(now - loaded.issuedAt)} ago`;
  const old = loaded.key?.role === "fallback";
  const moved = committed !== null && committed.bytes > 0;
  const hint = !old
    ? undefined
    : moved
      ? `The answer carries the cookie signed anew by the current key ${keys[0]?.fingerprint ?? ""}.`
      : "The next cookie that is sent will be signed by the current key.";
  return verdict(old ? "valid, old key" : "valid", "ok", "Valid", `The cookie is genuine${by}${age}.`, hint);
}

const REJECTED: Readonly<Record<RejectionReason, string>> = {
  malformed: "Rejected: not a cookie of this server",
  too_large: "Rejected: too large",
  bad_signature: "Rejected: the signature does not match",
  expired: "Expired",
  future: "Rejected: signed in the future",
  bad_payload: "Rejected: the payload cannot be read",
  invalid_data: "Rejected: the data does not fit the schema",
  unknown: "Unknown to the store",
  moved: "Replaced a moment ago",
  revoked: "Revoked",
  duplicate: "Rejected: the cookie came in twice",
  store_failed: "The store did not answer",
};

function verdict(short: string, tone: VerdictBlock["tone"], title: string, text: string, hint?: string): SessionVerdict {
  return { short, block: { kind: "verdict", tone, title, text, hint } };
}

/** Browsers drop a cookie whose name and value have more bytes than 4,096; this says it in time. */
export function nearlyFull({ committed }: SessionStats): string | undefined {
  if (committed === null || committed.bytes <= 3_500) return undefined;
  return `The session cookie has ${formatInteger(committed.bytes)} of 4,096 bytes. A bigger one is dropped by browsers without a word: keep less in it, or use a store.`;
}
