import { unixNow, type Clock } from "../../clock.ts";
import { CHANNELS, type SessionCommitted, type SessionLoaded } from "../../diagnostics.ts";
import { ringOf, type RingSource } from "../../keys/lazy-ring.ts";
import type { Finding } from "../blocks.ts";
import type { Panel } from "../panel.ts";
import type { Recording } from "../recording.ts";
import { keyFinding, keyRows } from "./key-rows.ts";
import { viewSession } from "./session-view.ts";
import { nearlyFull, verdictOf, type CommittedFacts, type LoadedFacts, type SessionStats } from "./session-verdict.ts";

interface Collected {
  loaded: LoadedFacts | null;
  committed: CommittedFacts | null;
}

const slotOf = (recording: Recording): Collected =>
  recording.slot("session", () => ({ loaded: null, committed: null }));

/** The data of the panel Session, with the verdict in words. */
export interface RecordedSession extends SessionStats {
  readonly verdict: {
    /** A few words: "valid", "rejected". */
    readonly short: string;
    readonly title: string;
    readonly text: string;
    /** What to do; null if there is nothing to do. */
    readonly fix: string | null;
  };
}

/**
 * Shows the session and the keys: the received cookie, its key, age and size, the changes of this
 * request, the cookie that was sent and why, and the strength of the keys. It contains the data of
 * the session, but never the cookie, a signature or a key.
 */
export function sessionPanel(keys: RingSource, clock: Clock = unixNow): Panel<RecordedSession> {
  return {
    id: "session",
    title: "Session & key",
    channels: {
      [CHANNELS.sessionLoaded]: (message, recording) => {
        if (!hasText(message, "verdict")) return;
        recording.mark("Session opened");
        slotOf(recording).loaded = loadedFacts(message as SessionLoaded, recording);
      },
      [CHANNELS.sessionCommitted]: (message, recording) => {
        if (!hasText(message, "action")) return;
        recording.mark("Session closed");
        slotOf(recording).committed = committedFacts(message as SessionCommitted, recording);
      },
    },
    collect: (recording) => {
      const stats = {
        ...slotOf(recording),
        keys: keyRows(ringOf(keys)),
        now: clock(),
        received: recording.requestCookies,
        sent: recording.responseCookies,
      };
      const { short, block } = verdictOf(stats);
      return { verdict: { short, title: block.title, text: block.text ?? "", fix: block.hint ?? null }, ...stats };
    },
    subtitle: (stats) => verdictOf(stats).short,
    findings,
    numbers: (stats) =>
      stats.loaded === null && stats.committed === null ? [] : [{ value: verdictOf(stats).short, label: "Session" }],
    view: viewSession,
  };
}

function findings(stats: SessionStats): readonly Finding[] {
  const { loaded, keys } = stats;
  const found: Finding[] = [];
  if (loaded?.verdict === "rejected") {
    const why = loaded.explanation ?? loaded.reason ?? "no reason was given";
    found.push({
      tone: "warn",
      text: loaded.reason === "cross_origin" ? why : `The session cookie was rejected: ${why}`,
    });
  }
  const full = nearlyFull(stats);
  if (full !== undefined) found.push({ tone: "warn", text: full });
  const weak = keys[0] === undefined ? undefined : keyFinding(keys[0]);
  if (weak !== undefined) found.push({ tone: "warn", text: weak });
  return found;
}

function loadedFacts(message: SessionLoaded, recording: Recording): LoadedFacts {
  return {
    cookieName: recording.redactText(message.cookieName),
    format: message.format,
    verdict: message.verdict,
    reason: message.reason ?? null,
    explanation: message.explanation === undefined ? null : recording.redactText(message.explanation),
    key: message.key === undefined ? null : { fingerprint: message.key.fingerprint, role: message.key.role },
    bytes: message.bytes,
    issuedAt: message.issuedAt ?? null,
    createdAt: message.createdAt ?? null,
    expiresAt: message.expiresAt ?? null,
    subject: message.subject === undefined ? null : recording.redactText(message.subject),
    data: recording.redactData(message.snapshot()) as Record<string, unknown>,
  };
}

function committedFacts(message: SessionCommitted, recording: Recording): CommittedFacts {
  return {
    cookieName: recording.redactText(message.cookieName),
    format: message.format,
    action: message.action,
    explanation: recording.redactText(message.explanation),
    bytes: message.bytes,
    attributes: message.attributes === undefined ? null : recording.redactText(message.attributes),
    conflicts: message.conflicts,
    accessed: message.accessed,
    data: recording.redactData(message.snapshot()) as Record<string, unknown>,
  };
}

/** Other libraries may publish on these channels, and other releases of this one. */
function hasText(message: unknown, name: string): boolean {
  return typeof message === "object" && message !== null && typeof Reflect.get(message, name) === "string";
}
