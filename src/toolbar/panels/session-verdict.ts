import type { CommitAction, KeyLabel, RejectionReason, SessionLoaded } from "../../diagnostics.ts";
import { formatAge, formatInteger } from "../format.ts";
import type { VerdictBlock } from "../blocks.ts";
import type { CookieFacts } from "../recording.ts";
import type { KeyRow } from "./key-rows.ts";

/** The message `latchkey:session.load`, after redaction. */
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

/** The message `latchkey:session.commit`, after redaction. */
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

/** The data of the session panel for one request. */
export interface SessionStats {
  readonly loaded: LoadedFacts | null;
  readonly committed: CommittedFacts | null;
  readonly keys: readonly KeyRow[];
  /** Unix seconds. */
  readonly now: number;
  readonly received: readonly CookieFacts[];
  readonly sent: readonly CookieFacts[];
}

/** The main sentence about a session, and a short form for the tab. */
export interface SessionVerdict {
  readonly short: string;
  readonly block: VerdictBlock;
}

/** The hint for each reason of a rejection. */
const NEXT_STEP: Readonly<Record<RejectionReason, string>> = {
  malformed: "Choose another cookie name for this application, or delete the cookie in the browser.",
  too_large: "Find the code that saves so much in the session. Save less, or use a store.",
  bad_signature:
    "If the key changed with a restart, keep the old one as a fallback. If another application on this host has set the cookie, choose another cookie name for this one.",
  expired: "Nothing is wrong: the visitor logs in again. If it expired too early, raise lifetime or idleTimeout.",
  future: "Compare the clocks of the servers that share the key.",
  bad_payload:
    "If an older version of the application wrote it in another format, add that format to the option fallbackFormats.",
  invalid_data: "Change the schema, so that it accepts the data of older sessions.",
  unknown:
    "Nothing is wrong if the session was ended or deleted after it expired. Otherwise check that all servers use the same store.",
  moved: "Nothing is wrong: this request was sent before the token changed. The next one has the new cookie.",
  revoked: "Nothing is wrong: the session was revoked on purpose, and the visitor logs in again.",
  duplicate: "Delete both in the browser, and set the cookie in one place only.",
  store_failed: "See the logs of the store.",
  cross_origin:
    "If that page is yours, add its origin to the option trustedOrigins. Otherwise nothing is wrong: the page of a stranger cannot act as the visitor.",
};

/** Sums up a session in one sentence. */
export function verdictOf({ loaded, committed, now, keys }: SessionStats): SessionVerdict {
  if (loaded === null && committed === null) {
    return verdict(
      "not used",
      "plain",
      "No session was opened",
      "The session middleware did not run for this request, or reported nothing about it.",
    );
  }
  if (loaded === null) {
    return verdict(
      "not touched",
      "plain",
      "Not touched",
      "Nothing in this request looked at the session, so the cookie was not read. That costs nothing, and caches may share the answer.",
    );
  }
  if (loaded.verdict === "rejected") {
    const why = loaded.explanation ?? "The cookie cannot be used.";
    const rest =
      loaded.reason === "cross_origin"
        ? "The visitor's own session, and the cookie, are as before."
        : "A new, empty session replaced it. The visitor saw no error.";
    return verdict(
      `rejected`,
      "error",
      REJECTED[loaded.reason ?? "malformed"],
      `${why} ${rest}`,
      NEXT_STEP[loaded.reason ?? "malformed"],
    );
  }
  if (loaded.verdict === "none") {
    const started = committed !== null && committed.action !== "none";
    const text = started
      ? "The request had no session cookie. It started a session."
      : "The request had no session cookie, and none was sent: there was nothing to save.";
    return verdict(
      started ? "new" : "empty",
      started ? "info" : "plain",
      started ? "New session" : "No session yet",
      text,
    );
  }
  const by = loaded.key === null ? "" : `, verified by the ${loaded.key.role} key ${loaded.key.fingerprint}`;
  const age = loaded.issuedAt === null ? "" : `; signed ${formatAge(now - loaded.issuedAt)} ago`;
  const old = loaded.key?.role === "fallback";
  const moved = committed !== null && committed.bytes > 0;
  const hint = !old
    ? undefined
    : moved
      ? `The answer contains the cookie, signed again with the current key ${keys[0]?.fingerprint ?? ""}.`
      : "The next cookie will be signed with the current key.";
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
  moved: "Replaced by a new token",
  revoked: "Revoked",
  duplicate: "Rejected: the request has the cookie twice",
  store_failed: "The store did not answer",
  cross_origin: "Not opened: another origin sent the request",
};

function verdict(
  short: string,
  tone: VerdictBlock["tone"],
  title: string,
  text: string,
  hint?: string,
): SessionVerdict {
  return { short, block: { kind: "verdict", tone, title, text, hint } };
}

/** Warns before a cookie reaches 4,096 bytes of name and value, where browsers drop it. */
export function nearlyFull({ committed }: SessionStats): string | undefined {
  if (committed === null || committed.bytes <= 3_500) return undefined;
  return `The session cookie has ${formatInteger(committed.bytes)} of 4,096 bytes. Browsers drop a larger one silently. Fix: save less in it, or use a store.`;
}
