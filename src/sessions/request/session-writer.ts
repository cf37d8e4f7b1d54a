import type { Clock } from "../../clock.ts";
import { SessionError } from "../../errors.ts";
import type { KeyRing } from "../../keys/key-ring.ts";
import type { StandardSchema } from "../../signing/standard-schema.ts";
import {
  whenDone,
  type Awaitable,
  type Emptied,
  type Reply,
  type SessionBackend,
  type StoredAt,
  type Write,
} from "../backend.ts";
import { cookieBytes, type SessionCookie } from "../cookie/cookie.ts";
import { expiryOf, touchIsDue } from "../data/lifetime.ts";
import { OriginalData } from "../data/original-data.ts";
import { writeData, type DataText } from "../data/session-json.ts";
import type { SessionRecord } from "../data/session-record.ts";
import { mustFitSchema } from "../data/session-schema.ts";
import { CookieClearing } from "./cookie-clearing.ts";
import { decide, type CommitFacts, type Decision } from "./decide.ts";
import { endsSession, logsIn } from "./intent.ts";
import { saveWithinBounds } from "./save-within-bounds.ts";
import type { Incoming, SessionState, ValidSession } from "./session-state.ts";

/** What the end of a request sends, and what it tells. */
export interface Outcome extends Decision {
  /** Values of Set-Cookie headers. */
  readonly cookies: readonly string[];
  /** Bytes of name and value of the session's cookie. */
  readonly bytes: number;
  readonly conflicts: number;
  /** The data at the end as session JSON, where it had to be written. */
  readonly text?: string | undefined;
}

interface WriterContext {
  readonly backend: SessionBackend;
  readonly cookie: SessionCookie;
  readonly keys: KeyRing;
  readonly clock: Clock;
  readonly schema: StandardSchema | undefined;
  /** Whether a request goes on when the store fails. */
  readonly isAnonymousOnFailure: boolean;
}

/** What is decided at the end of a request, and by what. */
interface Plan {
  readonly state: SessionState;
  readonly opened: Incoming;
  readonly facts: CommitFacts;
  readonly decision: Decision;
  /** The data at the end; undefined while it is surely as it came. */
  readonly data: DataText | undefined;
}

const UNWRITABLE: Decision = {
  action: "none",
  explanation:
    "Nothing sent: the cookie stays as it is, because its data holds NaN or Infinity, which JSON cannot hold.",
};
const UNSAVED: Decision = {
  action: "none",
  explanation: "Nothing saved: the store failed, and the policy is to go on without a session.",
};
const READ_ONLY: Decision = { action: "none", explanation: "Nothing sent: the session was loaded for reading only." };
const NOT_EMPTIED: Readonly<Record<Exclude<Emptied, "ended">, Decision>> = {
  saved: {
    action: "save",
    explanation: "Saved. No cookie sent: another request has saved something in the session meanwhile.",
  },
  gone: {
    action: "none",
    explanation: "Nothing saved: the session was ended, or a user has logged in with it, while this request ran.",
  },
};
const NOTHING_BEFORE = OriginalData.of({});
const UNOPENED: CommitFacts = {
  isOpened: false,
  verdict: "none",
  reason: undefined,
  isAmbiguous: false,
  isEndable: false,
  isAccessed: false,
  isEmpty: true,
  isChanged: false,
  intent: "none",
  isOldKey: false,
  isOldFormat: false,
  isTouchDue: false,
};

/** Carries out what is decided at the end of a request. */
export class SessionWriter {
  readonly #context: WriterContext;
  readonly #clearing: CookieClearing;

  constructor(context: WriterContext) {
    this.#context = context;
    this.#clearing = new CookieClearing(context.cookie);
  }

  /** Waits only for a store. */
  conclude(state: SessionState): Awaitable<Outcome> {
    if (state.opened === undefined) return nothing(decide(UNOPENED));
    if (state.isReadOnly) return nothing(READ_ONLY);
    const plan = this.#plan(state, state.opened, writeData);
    const { facts, decision, data } = plan;
    const storeFailed = facts.reason === "store_failed";
    const { intent } = state;
    // The store could not be read, so the old session may still exist. Reporting it as ended would
    // be wrong.
    if (storeFailed && intent !== "none" && intent !== "login") throw outOfReach();
    if (decision.action === "none") return nothing(decision, data?.text);
    // Never swallow a failed login or logout, even with `onStoreFailure: "anonymous"`.
    const mayFail = this.#context.isAnonymousOnFailure && intent === "none";
    if (mayFail && storeFailed && decision.action === "save") return nothing(UNSAVED, data?.text);
    const outcome = this.#carryOut(plan);
    if (!mayFail || !(outcome instanceof Promise)) return outcome;
    return outcome.catch((error: unknown) => {
      const isTheStore = error instanceof SessionError && error.code === "store_failed";
      if (isTheStore && decision.action !== "remove") return nothing(UNSAVED, data?.text);
      throw error;
    });
  }

  /** Whether the application has changed the session, so that there is something to save. */
  hasChange(state: SessionState): boolean {
    if (state.opened === undefined || !state.isAccessed) return false;
    const { action } = this.#plan(state, state.opened, tryWriteData).decision;
    return action === "save" || action === "renew" || action === "remove";
  }

  #plan(state: SessionState, opened: Incoming, write: (data: SessionRecord["data"]) => DataText): Plan {
    const record = state.record();
    const before = opened.verdict === "valid" ? opened.original : NOTHING_BEFORE;
    const data = !state.isAccessed || before.isUnchanged(record.data) ? undefined : write(record.data);
    const facts = this.#factsOf(state, opened, data !== undefined && data.text !== before.text);
    return { state, opened, facts, decision: decide(facts), data };
  }

  #factsOf(state: SessionState, opened: Incoming, isDataChanged: boolean): CommitFacts {
    const { backend, keys } = this.#context;
    const { valid, isAccessed, intent } = state;
    const record = state.record();
    const rejected = opened.verdict === "rejected" ? opened : undefined;
    return {
      isOpened: true,
      verdict: opened.verdict,
      reason: rejected?.reason,
      isAmbiguous: rejected?.isAmbiguous === true,
      isEndable: rejected !== undefined && rejected.endable.length > 0,
      isAccessed,
      isEmpty: record.subject === undefined && isEmpty(record.data),
      isChanged: isDataChanged || record.persistent !== (valid?.record.persistent ?? false),
      intent,
      isOldKey: valid !== undefined && keys.roleOf(valid.key) === "fallback",
      isOldFormat: valid !== undefined && valid.source !== backend,
      isTouchDue: valid !== undefined && this.#isTouchDue(valid),
    };
  }

  #carryOut(plan: Plan): Awaitable<Outcome> {
    const { state, opened, decision, data } = plan;
    const { backend } = this.#context;
    const sent = (cookies: readonly string[]): Outcome => ({ ...nothing(decision, data?.text), cookies });
    const { action } = decision;
    if (action === "heal" && opened.verdict === "rejected") return sent(this.#clearing.elsewhere(state, opened));
    if (action === "forget") return sent(this.#clearing.expired(state, opened));
    const isEnded = endsSession(state.intent);
    if (action === "remove" && !isEnded) return this.#removeEmptied(plan);
    // After logout(), new data starts a new session. End the old one first.
    const removed = isEnded && state.endable.length > 0 ? removeAll(backend, state.endable) : undefined;
    return whenDone(removed, () =>
      action === "remove" ? sent(this.#clearing.expired(state, opened)) : this.#save(plan),
    );
  }

  /**
   * Showing the last flashed message empties a session. That must not end what other requests save
   * in it, or who logs in with it, meanwhile.
   */
  #removeEmptied(plan: Plan): Awaitable<Outcome> {
    const { state, opened, decision } = plan;
    const { text } = textOf(plan);
    return whenDone(this.#context.backend.removeEmptied(this.#writeOf(plan, text)), (emptied) => {
      if (emptied !== "ended") return nothing(NOT_EMPTIED[emptied], text);
      return { ...nothing(decision, text), cookies: this.#clearing.expired(state, opened) };
    });
  }

  #save(plan: Plan): Awaitable<Outcome> {
    const { state, decision } = plan;
    const { backend, schema } = this.#context;
    const { name } = state.cookie;
    const { text, problem } = textOf(plan);
    const write = this.#writeOf(plan, text);
    const isUnchanged = decision.action === "touch" || decision.action === "resign";
    // A Flask writes NaN, which is read here and not written. As long as nothing changes, its
    // cookie stays as it is.
    if (isUnchanged && problem !== undefined) return nothing(UNWRITABLE, text);
    const send = (reply: Reply): Outcome => this.#send(plan, write, reply);
    if (isUnchanged && state.valid?.source === backend) return whenDone(backend.touch(name, write), send);
    if (schema !== undefined) mustFitSchema(schema, write.record.data);
    if (problem !== undefined) throw problem;
    return whenDone(saveWithinBounds(backend, name, write, state), send);
  }

  #writeOf({ state, facts, decision }: Plan, text: string): Write {
    const { valid, intent } = state;
    const record = { ...state.record(), lastSeenAt: this.#context.clock() };
    return {
      record,
      text,
      // A session that its cookie holds has a place in the store only once it has moved there.
      stored: endsSession(intent) ? undefined : valid?.stored,
      isRenewal: decision.action === "renew",
      isLogin: logsIn(intent),
      isResend:
        facts.isTouchDue ||
        facts.isOldKey ||
        record.persistent !== valid?.record.persistent ||
        state.incomingNames.some((incoming) => incoming !== state.cookie.name),
      applyChanges: (theirs) => state.applyChanges(text, theirs),
    };
  }

  /**
   * Uses the time the cookie was issued, because store sessions do not resend the cookie on every
   * change.
   */
  #isTouchDue({ record, stored }: ValidSession): boolean {
    const { backend, clock } = this.#context;
    return touchIsDue({ ...record, lastSeenAt: stored?.issuedAt ?? record.lastSeenAt }, backend.lifetimes, clock());
  }

  #send(
    { state, decision }: Plan,
    write: Write,
    { written, value, explanation = decision.explanation }: Reply,
  ): Outcome {
    const { record, text, conflicts } = written ?? { ...write, conflicts: 0 };
    if (value === undefined) {
      const action = written === undefined ? "none" : decision.action;
      return { ...nothing({ action, explanation }, text), conflicts };
    }
    const { backend, cookie, clock } = this.#context;
    const { name, secure } = state.cookie;
    const maxAge = record.persistent ? Math.max(1, expiryOf(record, backend.lifetimes) - clock()) : undefined;
    // The new cookie comes last: a client that knows cookies by their names alone keeps it.
    const cookies = [...this.#clearing.leftBehind(state), cookie.write(name, value, secure, maxAge)];
    return { action: decision.action, explanation, cookies, bytes: cookieBytes(name, value), conflicts, text };
  }
}

/** The data as it is to be written. */
function textOf({ state, data }: Plan): DataText {
  return data ?? writeData(state.record().data);
}

/** What cannot be written was not there before. */
function tryWriteData(data: SessionRecord["data"]): DataText {
  try {
    return writeData(data);
  } catch (error) {
    return { text: "", problem: error as SessionError };
  }
}

async function removeAll(backend: SessionBackend, sessions: readonly StoredAt[]): Promise<void> {
  for (const stored of sessions) await backend.remove(stored);
}

function isEmpty(data: SessionRecord["data"]): boolean {
  for (const key of Object.keys(data)) if (data[key] !== undefined) return false;
  return true;
}

function nothing(decision: Decision, text?: string): Outcome {
  return { ...decision, cookies: [], bytes: 0, conflicts: 0, text };
}

function outOfReach(): SessionError {
  return new SessionError(
    "store_failed",
    "The session could not be looked up when the request began, because the store, validFrom or isRevoked failed: so it cannot be ended or renewed either.",
  );
}
