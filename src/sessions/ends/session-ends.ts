import { lateModule } from "../../late-module.ts";
import type { Clock } from "../../clock.ts";
import { Alarm } from "./alarm.ts";
import { digestOf, readEndMessage, writeEndMessage, type EndMessage } from "./end-message.ts";
import { EndBus, type EndChannel } from "./end-bus.ts";
import {
  callLater,
  inItsContext,
  keyOf,
  ListenedSession,
  type KnownSession,
  type SessionKey,
} from "./listened-session.ts";
import type { EndListener, EndReason, SessionEnded } from "./session-ended.ts";
import { Questions, type Answer, type Asked } from "./questions.ts";

const asyncHooks = lateModule("node:async_hooks");

/** Where the ends of sessions are told. All that ends a session calls one of these. */
export interface EndAnnouncer {
  /** A session has ended for good: its id will never be used again. */
  ended(id: string, reason: EndReason): Promise<void>;
  /** A session has got another token, and so another id in the store. */
  moved(id: string, to: string): Promise<void>;
  /** Sessions of a user have ended, and it is not known here which. */
  endedOf(subject: string, reason: EndReason): Promise<void>;
  /** A session was saved or used, and so lives at least until then. Unix seconds. */
  lives(id: string, expiresAt: number): void;
}

interface EndsContext {
  readonly clock: Clock;
  /** Undefined where the store cannot tell other processes. */
  readonly channel: EndChannel | undefined;
  /** Seconds that the store may take for one answer. */
  readonly timeout: number;
  /** Whether a session still lives. */
  readonly ask: (known: KnownSession) => Promise<Answer>;
  /**
   * Whether to ask about a session that its cookie holds, for which there is only the application's
   * own `validFrom` and `isRevoked`.
   */
  readonly asksAboutCookies: boolean;
}

/**
 * Seconds between two questions about one session. Less than the minute for which a store remembers
 * a renewal, so that a renewal by another process is followed.
 */
const PERIOD = 30;
/** The same while the messages of other processes come here: for what a message did not reach. */
const PERIOD_WITH_BUS = 300;
/** Seconds after a loss of messages, after which all sessions are asked about once more. */
const SECOND_LOOK = 2;
/**
 * So often a question that has failed is asked again at the alarm's next ring, and then after 1, 2,
 * 4 seconds and so on: the connection that asks may come back a moment after that of the messages.
 */
const QUICK_RETRIES = 3;

/** Knows who listens to which session, and tells them of its end. One timer serves all of them. */
export class SessionEnds implements EndAnnouncer {
  readonly #context: EndsContext;
  readonly #bus: EndBus;
  readonly #sessions = new Map<SessionKey, ListenedSession>();
  /** What begins in a request would keep all that belongs to it. */
  readonly #outside = asyncHooks().AsyncLocalStorage.snapshot();
  readonly #questions: Questions;
  readonly #alarm: Alarm;
  #secondLookAt = Infinity;

  constructor(context: EndsContext) {
    this.#context = context;
    this.#bus = new EndBus(context.channel, context.timeout, {
      heard: (text) => this.#heard(text),
      missed: () => this.#askAboutAll(),
    });
    this.#questions = new Questions(context.ask, (entry, asked) => this.#answered(entry, asked));
    this.#alarm = new Alarm(context.clock, () => this.#look());
  }

  /** Whether anybody listens: otherwise nothing has to be noted. */
  get isIdle(): boolean {
    return this.#sessions.size === 0;
  }

  /** @returns a function that stops listening. */
  listen(known: KnownSession, listener: EndListener): () => void {
    const entry = this.#entryOf(known);
    const place = entry.add(inItsContext(listener));
    this.#outside(() => {
      this.#bus.start();
      // It may have ended since it was loaded.
      this.#askAbout(entry);
      this.#alarm.setFor(entry.checkAt);
    });
    return () => {
      const { session } = place;
      if (session?.remove(place) === true && session.isUnheard) this.#forget(session);
    };
  }

  /** Calls a listener for a session that has ended before, unless it stops in this very turn. */
  tellLater(listener: EndListener, past: Omit<SessionEnded, "at">): () => void {
    return callLater(listener, () => ({ ...past, at: this.#context.clock() }));
  }

  async ended(id: string, reason: EndReason): Promise<void> {
    await this.#publish({ kind: "ended", reason, id });
  }

  async moved(id: string, to: string): Promise<void> {
    await this.#publish({ kind: "moved", id, to });
  }

  async endedOf(subject: string, reason: EndReason): Promise<void> {
    await this.#publish({ kind: "subject", reason, digest: digestOf(subject) });
  }

  lives(id: string, expiresAt: number): void {
    const entry = this.#sessions.get(id);
    if (entry !== undefined) entry.known = { ...entry.known, expiresAt };
  }

  /** For a session that its cookie holds: no other process can know of it. */
  endedHere(id: string, reason: EndReason): void {
    this.#take({ kind: "ended", reason, id });
  }

  async #publish(message: EndMessage): Promise<void> {
    this.#take(message);
    await this.#bus.announce(writeEndMessage(message));
  }

  #heard(text: string): void {
    const message = readEndMessage(text);
    if (message !== undefined) this.#take(message);
  }

  #take(message: EndMessage): void {
    if (this.isIdle) return;
    if (message.kind === "subject") {
      for (const entry of this.#sessions.values())
        if (entry.isOf(message.digest)) this.#askAbout(entry, message.reason);
      return;
    }
    const entry = this.#sessions.get(message.id);
    if (entry === undefined) return;
    if (message.kind === "ended") return this.#end(entry, message.reason);
    this.#rename(entry, message.to);
    // The message of its end may have come before this one.
    this.#askAbout(entry);
  }

  #entryOf(known: KnownSession): ListenedSession {
    const key = keyOf(known);
    let entry = key === undefined ? undefined : this.#sessions.get(key);
    if (entry === undefined) {
      entry = new ListenedSession(known, this.#nextCheck(known));
      this.#sessions.set(entry.key, entry);
    } else if (known.expiresAt > entry.known.expiresAt) {
      entry.known = known;
    }
    return entry;
  }

  /** The session has another id, under which others may listen already. */
  #rename(entry: ListenedSession, storeId: string): void {
    if (entry.key === storeId) return;
    this.#sessions.delete(entry.key);
    const other = this.#sessions.get(storeId);
    if (other !== undefined) {
      this.#questions.drop(other);
      entry.takeFrom(other);
    }
    entry.known = { ...entry.known, storeId, isStored: true };
    entry.key = storeId;
    this.#sessions.set(storeId, entry);
  }

  #end(entry: ListenedSession, reason: EndReason): void {
    if (this.#sessions.get(entry.key) !== entry) return;
    const { id, known } = entry;
    const { subject } = known;
    this.#sessions.delete(entry.key);
    this.#questions.drop(entry);
    entry.tell({ reason, at: this.#context.clock(), id, subject });
    if (this.isIdle) this.#stop();
  }

  #forget(entry: ListenedSession): void {
    if (this.#sessions.get(entry.key) === entry) this.#sessions.delete(entry.key);
    this.#questions.drop(entry);
    if (this.isIdle) this.#stop();
  }

  #stop(): void {
    this.#alarm.stop();
    this.#secondLookAt = Infinity;
    this.#bus.stop();
  }

  #askAboutAll(): void {
    this.#outside(() => {
      this.#secondLookAt = this.#context.clock() + SECOND_LOOK;
      for (const entry of this.#sessions.values()) this.#askAbout(entry);
      this.#alarm.setFor(this.#secondLookAt);
    });
  }

  /** @param reason that is told if the session has ended, and nothing says more. */
  #askAbout(entry: ListenedSession, reason?: EndReason): void {
    if (reason !== undefined) entry.hint = reason;
    this.#questions.about(entry);
  }

  #answered(entry: ListenedSession, { known, hint, answer }: Asked): void {
    if (this.#sessions.get(entry.key) !== entry) return;
    entry.failures = answer === undefined ? entry.failures + 1 : 0;
    if (answer !== undefined && entry.known.storeId === known.storeId) this.#learn(entry, answer, hint);
    entry.checkAt = Math.min(this.#nextCheck(entry.known), this.#nextRetry(entry));
    if (!this.isIdle) this.#alarm.setFor(entry.checkAt);
  }

  #learn(entry: ListenedSession, answer: Answer, hint: EndReason | undefined): void {
    if ("reason" in answer) {
      // A session is removed first, and then a message says why.
      if (answer.reason === "gone" && hint === undefined && this.#bus.isListening && !entry.isMissing)
        return void (entry.isMissing = true);
      return this.#end(entry, answer.reason === "gone" ? (hint ?? "gone") : answer.reason);
    }
    entry.isMissing = false;
    const { known } = answer;
    if (known.storeId !== undefined && known.storeId !== entry.key) this.#rename(entry, known.storeId);
    // Another request of this process may have moved the end while the store was being asked.
    const expiresAt = Math.max(known.expiresAt, entry.known.expiresAt);
    entry.known = { ...known, expiresAt };
    entry.hint = undefined;
  }

  #nextCheck({ storeId, expiresAt }: KnownSession): number {
    const now = this.#context.clock();
    const period = this.#bus.isListening ? PERIOD_WITH_BUS : PERIOD;
    const isAskedAbout = storeId !== undefined || this.#context.asksAboutCookies;
    // Not all at once, where many began to listen in one second.
    const next = isAskedAbout ? now + Math.ceil(period * (0.5 + Math.random() / 2)) : Infinity;
    return Math.max(now + 1, Math.min(expiresAt + 1, next));
  }

  #nextRetry({ failures, isMissing }: ListenedSession): number {
    if (failures === 0) return isMissing ? this.#context.clock() : Infinity;
    const pause = failures <= QUICK_RETRIES ? 0 : 2 ** (failures - QUICK_RETRIES - 1);
    return this.#context.clock() + Math.min(pause, PERIOD);
  }

  /** Asks about all that are due. */
  #look(): void {
    const now = this.#context.clock();
    const isSecondLook = now >= this.#secondLookAt;
    if (isSecondLook) this.#secondLookAt = Infinity;
    let next = this.#secondLookAt;
    for (const entry of this.#sessions.values()) {
      if (isSecondLook || (now >= entry.checkAt && !entry.isAsking)) this.#askAbout(entry);
      // The others set the alarm when they have been asked about.
      else if (!entry.isAsking) next = Math.min(next, entry.checkAt);
    }
    if (next !== Infinity) this.#alarm.setFor(next);
  }
}
