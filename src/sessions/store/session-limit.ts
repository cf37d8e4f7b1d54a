import type { Clock } from "../../clock.ts";
import { SessionError } from "../../errors.ts";
import type { Write } from "../backend.ts";
import type { SessionRecord } from "../data/session-record.ts";
import { LoginReservations } from "./login-reservations.ts";
import { isSameSeat, seatsOf, type SessionRow, type TakenSeat } from "./seat-list.ts";
import { recordOf } from "./session-payload.ts";
import type { StoreClient } from "./store-client.ts";
import type { StoredSessions } from "./stored-sessions.ts";
import { createNonce, loginsId } from "./token.ts";
import type { WriteQueue } from "./write-queue.ts";

/** What `maxSessions` says, and which sessions count. */
export interface LimitRule {
  readonly perSubject: number;
  readonly then: "end_oldest" | "refuse";
  /** Whether the next request would accept a session that the store still has. */
  readonly isUsable: (id: string, record: SessionRecord) => Promise<boolean>;
}

interface Context {
  readonly store: StoreClient;
  readonly sessions: StoredSessions;
  readonly queue: WriteQueue;
  readonly clock: Clock;
  readonly rule: LimitRule;
}

/**
 * Holds the number of sessions that a user has at once, exactly, from any number of processes.
 *
 * "end_oldest": each login saves its session, lists all, and ends those beyond the newest. The
 * order is the same for all logins and never changes. So what one of them ends is never among the
 * newest of another, and the last one to list sees all.
 *
 * "refuse": a login reserves a place before it saves, by a compare-and-set. See
 * `LoginReservations`.
 */
export class SessionLimit {
  readonly #context: Context;
  readonly #reservations: LoginReservations;

  constructor(context: Context) {
    this.#context = context;
    this.#reservations = new LoginReservations(context.store, context.clock);
  }

  /**
   * A write whose session is counted as one, at whatever ids the store has it meanwhile. A session
   * from before the limit counts as older than each login since.
   */
  seated(write: Write): Write {
    const { record, stored } = write;
    if (record.subject === undefined || record.seat !== undefined) return write;
    return withSeat(write, 0, stored?.id ?? createNonce());
  }

  /**
   * Saves a session that begins for a user. The logins of one user in this process wait for each
   * other: otherwise each would list the sessions of all.
   *
   * @throws SessionError `session_limit` if it is refused.
   */
  async begin<Reply>(write: Write, subject: string, save: (write: Write) => Promise<Reply>): Promise<Reply> {
    return await this.#context.queue.inTurn(loginsId(subject), async () => {
      if (this.#context.rule.then === "end_oldest") return await this.#saveAndEndOldest(write, subject, save);
      // A cookie that holds its session is not a login, and moves into the store in any case.
      return write.isLogin ? await this.#saveIfFree(write, subject, save) : await save(this.seated(write));
    });
  }

  async #saveAndEndOldest<Reply>(
    write: Write,
    subject: string,
    save: (write: Write) => Promise<Reply>,
  ): Promise<Reply> {
    const reply = await save(
      write.isLogin ? withSeat(write, nextRank(await this.#seats(subject)), nameOf(write)) : this.seated(write),
    );
    const seats = await this.#seats(subject);
    for (const { entries } of seats.slice(0, Math.max(0, seats.length - this.#context.rule.perSubject))) {
      for (const entry of entries) await this.#context.sessions.end(entry, "limit");
    }
    return reply;
  }

  async #saveIfFree<Reply>(write: Write, subject: string, save: (write: Write) => Promise<Reply>): Promise<Reply> {
    const name = nameOf(write);
    let rank = 0;
    await this.#reservations.add(subject, name, async (reserved) => {
      const seats = await this.#seats(subject);
      rank = nextRank(seats);
      const taken = seats.filter((seat) => !isSameSeat(seat, name));
      const coming = reserved.filter((other) => !seats.some((seat) => isSameSeat(seat, other)));
      if (taken.length + coming.length >= this.#context.rule.perSubject) throw tooMany(this.#context.rule);
    });
    try {
      return await save(withSeat(write, rank, name));
    } finally {
      await this.#reservations.remove(subject, name);
    }
  }

  async #seats(subject: string): Promise<readonly TakenSeat[]> {
    const { store, rule } = this.#context;
    const rows = (await store.listBySubject(subject)).flatMap(({ id, payload }): SessionRow[] => {
      const record = recordOf(payload);
      return record === undefined ? [] : [{ entry: { id, payload }, record }];
    });
    const usable = await Promise.all(rows.map(async ({ entry, record }) => await rule.isUsable(entry.id, record)));
    return seatsOf(rows.filter((_, index) => usable[index] === true));
  }
}

function withSeat(write: Write, rank: number, name: string): Write {
  return { ...write, record: { ...write.record, seat: { rank, name } } };
}

/** Two logins that began with the same session, in two tabs, are one seat. */
function nameOf({ stored }: Write): string {
  return stored?.id ?? createNonce();
}

function nextRank(seats: readonly TakenSeat[]): number {
  return 1 + seats.reduce((highest, { rank }) => Math.max(highest, rank), 0);
}

function tooMany({ perSubject }: LimitRule): SessionError {
  return new SessionError(
    "session_limit",
    `The login was refused: this user has ${perSubject} ${perSubject === 1 ? "session" : "sessions"} already, and maxSessions allows no more. ` +
      "Fix: tell the user to log out elsewhere, or end a session with manager.revoke(id).",
  );
}
