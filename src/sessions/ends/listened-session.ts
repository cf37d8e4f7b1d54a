import { lateModule } from "../../late-module.ts";
import { digestOf } from "./end-message.ts";
import type { EndListener, EndReason, SessionEnded } from "./session-ended.ts";
import { warnOfListener } from "./warn-of-ends.ts";

const asyncHooks = lateModule("node:async_hooks");

/** What is known of a session that somebody listens to. Times in Unix seconds. */
export interface KnownSession {
  /**
   * The id under which a store has it, or remembers where it went. Undefined where there is no
   * store.
   */
  readonly storeId: string | undefined;
  /** Whether the store has it. Otherwise its cookie holds it. */
  readonly isStored: boolean;
  /** The id of a session that its cookie holds; undefined in Flask's cookies. */
  readonly cookieId: string | undefined;
  readonly subject: string | undefined;
  /** As given to `login`, for `isRevoked`. */
  readonly tag?: string | undefined;
  readonly createdAt: number;
  readonly lastSeenAt: number;
  /** The last second of its life, as far as this process knows. */
  readonly expiresAt: number;
}

/** Where sessions without an id are kept apart. */
export type SessionKey = string | symbol;

/**
 * One listener, and the session that it listens to. Both are gone once it was called or has
 * stopped: an application may hold what stops it for long.
 */
export interface ListenerPlace {
  call: EndListener | undefined;
  session: ListenedSession | undefined;
}

/** One session, and all who listen to it. */
export class ListenedSession {
  readonly #places = new Set<ListenerPlace>();
  known: KnownSession;
  key: SessionKey;
  /** The second from which it is to be asked about again. */
  checkAt: number;
  isAsking = false;
  /** Whether something has happened since the question that is under way was asked. */
  mustAskAgain = false;
  /** How often in a row asking about it has failed. */
  failures = 0;
  /** Whether the store has it no more, and a message that says why may still come. */
  isMissing = false;
  /** Why it may have ended, by a message that does not name the session. */
  hint: EndReason | undefined;
  #digest: string | undefined;

  constructor(known: KnownSession, checkAt: number) {
    this.known = known;
    this.key = keyOf(known) ?? Symbol("a session without an id");
    this.checkAt = checkAt;
  }

  get id(): string | undefined {
    return this.known.isStored ? this.known.storeId : this.known.cookieId;
  }

  get isUnheard(): boolean {
    return this.#places.size === 0;
  }

  isOf(digest: string): boolean {
    const { subject } = this.known;
    if (subject === undefined) return false;
    return (this.#digest ??= digestOf(subject)) === digest;
  }

  add(call: EndListener): ListenerPlace {
    const place = { call, session: this };
    this.#places.add(place);
    return place;
  }

  remove(place: ListenerPlace): boolean {
    release(place);
    return this.#places.delete(place);
  }

  /** Both are one session: from here on all listen to this one. */
  takeFrom(other: ListenedSession): void {
    for (const place of other.#places) {
      place.session = this;
      this.#places.add(place);
    }
    other.#places.clear();
  }

  /** Calls all who listen, each of them once. */
  tell(ended: SessionEnded): void {
    for (const place of this.#places) {
      // One that was called may have stopped another.
      const call = release(place);
      if (call !== undefined) callListener(call, ended);
    }
    this.#places.clear();
  }
}

function release(place: ListenerPlace): EndListener | undefined {
  const { call } = place;
  place.call = undefined;
  place.session = undefined;
  return call;
}

/** The listener in its own asynchronous context, such as that of the request that it came from. */
export function inItsContext(listener: EndListener): EndListener {
  const inContext = asyncHooks().AsyncLocalStorage.snapshot();
  return (ended) => inContext(listener, ended);
}

/** Calls a listener that may fail. */
function callListener(listener: EndListener, ended: SessionEnded): void {
  try {
    const answer: unknown = listener(ended);
    if (answer instanceof Promise) answer.catch(warnOfListener);
  } catch (error) {
    warnOfListener(error);
  }
}

/** Calls a listener in a microtask, unless it stops in this very turn. */
export function callLater(listener: EndListener, ended: () => SessionEnded): () => void {
  let isStopped = false;
  const call = inItsContext(listener);
  queueMicrotask(() => {
    if (!isStopped) callListener(call, ended());
  });
  return () => void (isStopped = true);
}

export function keyOf({ storeId, cookieId }: KnownSession): string | undefined {
  return storeId ?? cookieId;
}
