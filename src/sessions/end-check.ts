import type { Clock } from "../clock.ts";
import { ageProblem, expiryOf, type Lifetimes } from "./data/lifetime.ts";
import type { KnownSession } from "./ends/listened-session.ts";
import type { Answer } from "./ends/questions.ts";
import type { Revocation } from "./request/revocation.ts";
import type { SessionDirectory } from "./store/session-directory.ts";
import { recordOf } from "./store/session-payload.ts";
import type { StoredSessions } from "./store/stored-sessions.ts";

interface CheckContext {
  readonly clock: Clock;
  readonly revocation: Revocation;
  /** Undefined without a store. */
  readonly sessions: StoredSessions | undefined;
  readonly directory: SessionDirectory | undefined;
  /** Of sessions in the store. */
  readonly lifetimes: Lifetimes;
}

/** Asks the store, and the application's own checks, whether a session still lives. */
export class EndCheck {
  readonly #context: CheckContext;

  constructor(context: CheckContext) {
    this.#context = context;
  }

  async ask(known: KnownSession): Promise<Answer> {
    const { sessions, clock, revocation } = this.#context;
    const answer =
      sessions === undefined || known.storeId === undefined
        ? this.#byItsTimes(known)
        : await this.#inStore(sessions, known, known.storeId);
    if ("reason" in answer || !revocation.isNeeded) return answer;
    const { storeId, cookieId, subject, tag, createdAt, lastSeenAt } = answer.known;
    const refusal = await revocation.refusalOf({ id: cookieId ?? storeId, subject, tag, createdAt, lastSeenAt });
    if (refusal !== undefined) return { reason: "revoked" };
    // The answer of the application may have taken long.
    return answer.known.isStored ? answer : this.#byItsTimes(answer.known, clock());
  }

  /** For a session that its cookie holds. */
  #byItsTimes(known: KnownSession, now: number = this.#context.clock()): Answer {
    return now > known.expiresAt ? { reason: "expired" } : { known };
  }

  async #inStore(sessions: StoredSessions, known: KnownSession, storeId: string): Promise<Answer> {
    const { clock, lifetimes } = this.#context;
    const found = await sessions.locate(storeId);
    const now = clock();
    if ("absence" in found) {
      if (found.absence === "login") return { reason: "login" };
      // A cookie that has not moved into the store yet has left no trace there.
      if (found.absence === "nothing" && !known.isStored) return this.#byItsTimes(known, now);
      return { reason: now >= known.expiresAt ? "expired" : "gone" };
    }
    const { id, payload } = found;
    const record = recordOf(payload);
    if (record === undefined) return { reason: "gone" };
    // As with a request: the store itself ends what rests too long.
    if (
      ageProblem(record, { ...lifetimes, idleTimeout: Infinity, anonymousIdleTimeout: undefined }, now)?.reason ===
      "expired"
    )
      return { reason: "expired" };
    const { subject, tag, createdAt, lastSeenAt } = record;
    const expiresAt = Math.max(known.expiresAt, expiryOf(record, lifetimes));
    return {
      known: {
        storeId: id,
        isStored: true,
        cookieId: undefined,
        subject,
        tag,
        createdAt,
        lastSeenAt,
        expiresAt: expiresAt >= now ? expiresAt : await this.#laterEnd(id, subject, now),
      },
    };
  }

  /**
   * When a session ends that was used by a request of another process: this moves the end in the
   * store alone, and only a listing says how far.
   */
  async #laterEnd(id: string, subject: string | undefined, now: number): Promise<number> {
    const { directory, lifetimes } = this.#context;
    const listed = subject === undefined || directory?.isIndexed !== true ? [] : await directory.list(subject);
    // Without a listing it is asked again soon: the shorter the idle time, the sooner.
    return listed.find((session) => session.id === id)?.expiresAt ?? now + Math.ceil(lifetimes.idleTimeout / 100) - 1;
  }
}
