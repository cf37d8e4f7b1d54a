import type { Clock } from "../../clock.ts";
import { SessionError } from "../../errors.ts";
import type { KeyRing } from "../../keys/key-ring.ts";
import type { StandardSchema } from "../../signing/standard-schema.ts";
import type { Emptied, Held, Outgoing, Saved, SessionBackend } from "../backend.ts";
import { cookieBytes, type SessionCookie } from "../cookie/cookie.ts";
import { CookieClearing } from "./cookie-clearing.ts";
import { decide, type CommitFacts, type Decision } from "./decide.ts";
import { expiryOf, touchIsDue } from "../data/lifetime.ts";
import { OriginalData } from "../data/original-data.ts";
import { saveWithinBounds } from "./save-within-bounds.ts";
import { isReadable, mustBeReadable, textOf } from "../data/session-json.ts";
import { mustFitSchema } from "../data/session-schema.ts";
import type { SessionRecord } from "../data/session-record.ts";
import type { Opened, SessionState, ValidSession } from "./session-state.ts";

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

const UNWRITABLE = "Nothing sent: the cookie stays as it is, because its data holds NaN or Infinity, which JSON cannot hold.";
const NOT_EMPTIED: Readonly<Record<Exclude<Emptied, "ended">, Decision>> = {
  saved: { action: "save", why: "Saved. No cookie sent: another request has saved something in the session meanwhile." },
  gone: { action: "none", why: "Nothing saved: the session was ended, or a user has logged in with it, while this request ran." },
};
const NOTHING_BEFORE = OriginalData.of({});
const UNOPENED: CommitFacts = {
  opened: false,
  verdict: "none",
  reason: undefined,
  ambiguous: false,
  endable: false,
  accessed: false,
  empty: true,
  changed: false,
  renewed: false,
  ended: false,
  loggedIn: false,
  oldKey: false,
  oldFormat: false,
  touchIsDue: false,
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
  conclude(state: SessionState): Outcome | Promise<Outcome> {
    const { opened } = state;
    if (opened === undefined) return nothing(decide(UNOPENED));
    const record = state.record();
    const before = opened.verdict === "valid" ? opened.original : NOTHING_BEFORE;
    const text = !state.accessed || before.isUnchanged(record.data) ? undefined : textOf(record.data);
    const facts = this.#factsOf(state, opened, record, text !== undefined && text !== before.text);
    const decision = decide(facts);
    const storeFailed = facts.reason === "store_failed";
    // The store could not be read, so the old session may still exist. Reporting it as ended would
    // be wrong.
    if (storeFailed && (state.ended || (state.renewed && !state.loggedIn))) throw outOfReach();
    if (decision.action === "none") return nothing(decision, text);
    // Never swallow a failed login or logout, even with `onStoreFailure: "anonymous"`.
    const mayFail = this.#context.isAnonymousOnFailure && !state.renewed && !state.ended;
    if (mayFail && storeFailed && decision.action === "save") return unkept(text);
    const outcome = this.#carryOut(state, opened, facts, decision, text);
    if (!(outcome instanceof Promise)) return outcome;
    // A change made while the store is being asked comes too late as well.
    state.close();
    if (!mayFail) return outcome;
    return outcome.catch((error: unknown) => {
      const isTheStore = error instanceof SessionError && error.code === "store_failed";
      if (isTheStore && decision.action !== "remove") return unkept(text);
      throw error;
    });
  }

  /** Whether the application has changed the session, so that there is something to save. */
  hasChange(state: SessionState): boolean {
    const { opened } = state;
    if (opened === undefined || !state.accessed) return false;
    const { data } = state.record();
    const before = opened.verdict === "valid" ? opened.original : NOTHING_BEFORE;
    let isDataChanged = true;
    try {
      isDataChanged = !before.isUnchanged(data) && textOf(data) !== before.text;
    } catch {
      // What cannot be written was not there before.
    }
    const { action } = decide(this.#factsOf(state, opened, state.record(), isDataChanged));
    return action === "save" || action === "renew" || action === "remove";
  }

  #factsOf(state: SessionState, opened: Opened, record: SessionRecord, isDataChanged: boolean): CommitFacts {
    const loaded = opened.verdict === "valid" ? opened : undefined;
    const rejected = opened.verdict === "rejected" ? opened : undefined;
    const { backend, keys } = this.#context;
    return {
      opened: true,
      verdict: opened.verdict,
      reason: rejected?.reason,
      ambiguous: rejected?.isAmbiguous === true,
      endable: rejected !== undefined && rejected.helds.length > 0,
      accessed: state.accessed,
      empty: record.subject === undefined && isEmpty(record.data),
      changed: isDataChanged || record.persistent !== (loaded?.record.persistent ?? false),
      renewed: state.renewed,
      ended: state.ended,
      loggedIn: state.loggedIn,
      oldKey: loaded !== undefined && keys.roleOf(loaded.key) === "fallback",
      oldFormat: loaded !== undefined && loaded.source !== backend,
      touchIsDue: loaded !== undefined && this.#touchIsDue(loaded),
    };
  }

  #carryOut(
    state: SessionState,
    opened: Opened,
    facts: CommitFacts,
    decision: Decision,
    text: string | undefined,
  ): Outcome | Promise<Outcome> {
    const { backend } = this.#context;
    const sent = (cookies: readonly string[]): Outcome => ({ ...nothing(decision, text), cookies });
    if (decision.action === "heal" && opened.verdict === "rejected") {
      return sent(this.#clearing.elsewhere(state, opened));
    }
    if (decision.action === "forget") return sent(this.#clearing.expired(state, opened));
    const loaded = opened.verdict === "valid" ? opened : undefined;
    if (decision.action === "remove" && !state.ended && loaded !== undefined)
      return this.#removeEmptied(state, loaded, facts, decision, text);
    // After logout(), new data starts a new session. End the old one first.
    const ends = decision.action === "remove" || state.ended ? state.endable : [];
    const removed = ends.length === 0 ? undefined : removeAll(backend, ends);
    if (decision.action === "remove") {
      const gone = sent(this.#clearing.expired(state, opened));
      return removed === undefined ? gone : removed.then(() => gone);
    }
    const save = (): Outcome | Promise<Outcome> => this.#save(state, loaded, facts, decision, text ?? textOf(state.record().data));
    return removed === undefined ? save() : removed.then(save);
  }

  /**
   * Showing the last flashed message empties a session. That must not end what other requests save
   * in it, or who logs in with it, meanwhile.
   */
  #removeEmptied(
    state: SessionState,
    loaded: ValidSession,
    facts: CommitFacts,
    decision: Decision,
    text: string | undefined,
  ): Outcome | Promise<Outcome> {
    const session = this.#outgoing(state, loaded, facts, decision, text ?? textOf(state.record().data));
    const send = (emptied: Emptied): Outcome => {
      if (emptied !== "ended") return nothing(NOT_EMPTIED[emptied], session.text);
      return { ...nothing(decision, session.text), cookies: this.#clearing.expired(state, loaded) };
    };
    const emptied = this.#context.backend.removeEmptied(session);
    return emptied instanceof Promise ? emptied.then(send) : send(emptied);
  }

  #save(
    state: SessionState,
    loaded: ValidSession | undefined,
    facts: CommitFacts,
    decision: Decision,
    text: string,
  ): Outcome | Promise<Outcome> {
    const { backend, schema } = this.#context;
    const { name } = state.cookie;
    const { action } = decision;
    const isOurs = loaded?.source === backend;
    const session = this.#outgoing(state, loaded, facts, decision, text);
    const { record } = session;
    // A Flask writes NaN, which is read here and not written. As long as nothing changes, its
    // cookie stays as it is.
    const isUnchanged = action === "touch" || action === "resign";
    if (isUnchanged && !isReadable(text, record.data)) return nothing({ action: "none", why: UNWRITABLE }, text);
    const send = (saved: Saved): Outcome => this.#send(state, facts, decision, saved);
    if (isOurs && isUnchanged) {
      const touched = backend.touch(name, session);
      return touched instanceof Promise ? touched.then(send) : send(touched);
    }
    if (schema !== undefined) mustFitSchema(schema, record.data);
    mustBeReadable(text, record.data);
    const saved = saveWithinBounds(backend, name, session, state);
    return saved instanceof Promise ? saved.then(send) : send(saved);
  }

  #outgoing(state: SessionState, loaded: ValidSession | undefined, facts: CommitFacts, { action }: Decision, text: string): Outgoing {
    const record = { ...state.record(), lastSeenAt: this.#context.clock() };
    return {
      record,
      text,
      // A session that its cookie holds has a place in the store only once it has moved there.
      held: state.ended ? undefined : loaded?.held,
      renew: action === "renew",
      resend:
        facts.touchIsDue ||
        facts.oldKey ||
        record.persistent !== loaded?.record.persistent ||
        state.incomingNames.some((incoming) => incoming !== state.cookie.name),
      isLogin: state.loggedIn,
      replay: (theirs) => state.replay(text, theirs),
    };
  }

  /**
   * Uses the time the cookie was issued, because store sessions do not resend the cookie on every
   * change.
   */
  #touchIsDue({ record, held }: ValidSession): boolean {
    const { backend, clock } = this.#context;
    return touchIsDue({ ...record, lastSeenAt: held?.issuedAt ?? record.lastSeenAt }, backend.lifetimes, clock());
  }

  #send(
    state: SessionState,
    facts: CommitFacts,
    decision: Decision,
    { isKept, value, why = decision.why, record, text, conflicts }: Saved,
  ): Outcome {
    if (value === undefined) return { ...nothing({ action: isKept ? decision.action : "none", why }, text), conflicts };
    const { backend, cookie, clock } = this.#context;
    const { name, secure } = state.cookie;
    const maxAge = record.persistent ? Math.max(1, expiryOf(record, backend.lifetimes) - clock()) : undefined;
    // The new cookie comes last: a client that knows cookies by their names alone keeps it.
    const cookies = [...this.#clearing.leftBehind(state, facts.ended), cookie.write(name, value, secure, maxAge)];
    return { action: decision.action, why, cookies, bytes: cookieBytes(name, value), conflicts, text };
  }
}

async function removeAll(backend: SessionBackend, helds: readonly Held[]): Promise<void> {
  for (const held of helds) await backend.remove(held);
}

function isEmpty(data: Record<string, unknown>): boolean {
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

function unkept(text: string | undefined): Outcome {
  return nothing({ action: "none", why: "Nothing saved: the store failed, and the policy is to go on without a session." }, text);
}
