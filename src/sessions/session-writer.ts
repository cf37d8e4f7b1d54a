import type { Clock } from "../clock.ts";
import { SessionError } from "../errors.ts";
import type { KeyRing } from "../keys/key-ring.ts";
import { MAX_NESTING } from "../signing/json-reader.ts";
import type { StandardSchema } from "../signing/standard-schema.ts";
import type { Saved, SessionBackend } from "./backend.ts";
import { cookieBytes, type SessionCookie } from "./cookie.ts";
import { decide, type CommitFacts, type Decision } from "./decide.ts";
import { expiryOf, touchIsDue } from "./lifetime.ts";
import { OriginalData } from "./original-data.ts";
import { comparableText, writeSessionJson } from "./session-json.ts";
import { mustFitSchema } from "./session-schema.ts";
import type { SessionRecord } from "./session-record.ts";
import type { Opened, SessionState } from "./session-state.ts";

type ValidSession = Extract<Opened, { readonly verdict: "valid" }>;

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

const NOTHING_BEFORE = OriginalData.of({});
const UNOPENED: CommitFacts = {
  opened: false,
  verdict: "none",
  storeFailed: false,
  moved: false,
  empty: true,
  changed: false,
  renewed: false,
  ended: false,
  oldKey: false,
  oldFormat: false,
  touchIsDue: false,
};

/** Carries out what is decided at the end of a request. */
export class SessionWriter {
  readonly #context: WriterContext;

  constructor(context: WriterContext) {
    this.#context = context;
  }

  /** Waits only for a store. */
  conclude(state: SessionState): Outcome | Promise<Outcome> {
    const { opened } = state;
    if (opened === undefined) return nothing(decide(UNOPENED));
    const record = state.record();
    const before = opened.verdict === "valid" ? opened.original : NOTHING_BEFORE;
    const text = !state.accessed || before.isUnchanged(record.data) ? undefined : comparable(record.data);
    const facts = this.#factsOf(state, opened, record, text !== undefined && text !== before.text);
    const decision = decide(facts);
    // What came in may be alive all the same, for whoever has the cookie.
    if (facts.storeFailed && (state.ended || (state.renewed && !state.loggedIn))) throw outOfReach();
    if (decision.action === "none") return nothing(decision, text);
    // A login or a logout that came to nothing must be heard of, whatever the policy.
    const mayFail = this.#context.isAnonymousOnFailure && !state.renewed && !state.ended;
    if (mayFail && facts.storeFailed && decision.action === "save") return unkept(text);
    const outcome = this.#carryOut(state, facts, decision, text);
    if (!(outcome instanceof Promise)) return outcome;
    // What is changed while the store is being asked comes too late as well.
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
      isDataChanged = !before.isUnchanged(data) && comparable(data) !== before.text;
    } catch {
      // What cannot be written was not there before.
    }
    const { action } = decide(this.#factsOf(state, opened, state.record(), isDataChanged));
    return action === "save" || action === "renew" || action === "remove";
  }

  #factsOf(state: SessionState, opened: Opened, record: SessionRecord, isDataChanged: boolean): CommitFacts {
    const loaded = opened.verdict === "valid" ? opened : undefined;
    const { backend, keys } = this.#context;
    return {
      opened: true,
      verdict: opened.verdict,
      storeFailed: opened.verdict === "rejected" && opened.reason === "store_failed",
      moved: opened.verdict === "rejected" && opened.reason === "moved" && !state.loggedIn,
      empty: record.subject === undefined && isEmpty(record.data),
      changed: isDataChanged || record.persistent !== (loaded?.record.persistent ?? false),
      renewed: state.renewed,
      ended: state.ended,
      oldKey: loaded !== undefined && keys.roleOf(loaded.key) === "fallback",
      oldFormat: loaded !== undefined && loaded.backend !== backend,
      touchIsDue: loaded !== undefined && this.#touchIsDue(loaded),
    };
  }

  #carryOut(state: SessionState, facts: CommitFacts, decision: Decision, text: string | undefined): Outcome | Promise<Outcome> {
    const loaded = state.opened?.verdict === "valid" ? state.opened : undefined;
    if (decision.action === "forget") return { ...nothing(decision, text), cookies: this.#expire(state, state.incomingNames) };
    // What ended is not carried on: what came after it is a session of its own.
    const removed =
      (decision.action === "remove" || state.ended) && loaded?.held !== undefined ? loaded.backend.remove(loaded.held) : undefined;
    if (decision.action === "remove") {
      const gone = { ...nothing(decision, text), cookies: this.#expire(state, state.incomingNames) };
      return removed === undefined ? gone : removed.then(() => gone);
    }
    const kept = text ?? comparable(state.record().data);
    const keep = (): Outcome | Promise<Outcome> => this.#keep(state, loaded, facts, decision, kept);
    return removed === undefined ? keep() : removed.then(keep);
  }

  #keep(
    state: SessionState,
    loaded: ValidSession | undefined,
    facts: CommitFacts,
    decision: Decision,
    text: string,
  ): Outcome | Promise<Outcome> {
    const { backend, schema, clock } = this.#context;
    const { name } = state.cookie;
    const { action } = decision;
    const isOurs = loaded?.backend === backend;
    const record = { ...state.record(), lastSeenAt: clock() };
    const session = {
      record,
      text,
      held: isOurs && !state.ended ? loaded.held : undefined,
      renew: action === "renew",
      resend:
        facts.touchIsDue ||
        facts.oldKey ||
        record.persistent !== loaded?.record.persistent ||
        state.incomingNames.some((incoming) => incoming !== name),
      outlives: state.loggedIn,
      replay: (theirs: Record<string, unknown>) => state.replay(text, theirs),
    };
    if (isOurs && (action === "touch" || action === "resign")) {
      const touched = backend.touch(name, session);
      return touched instanceof Promise ? touched.then((kept) => this.#send(state, decision, kept)) : this.#send(state, decision, touched);
    }
    if (schema !== undefined) mustFitSchema(schema, record.data);
    // Refuses what comparing lets pass: NaN, and data so deep that with a format's or a store's envelope around it nobody could read it.
    if (text.includes("NaN") || text.includes("Infinity") || mayBeTooDeep(text)) writeSessionJson([record.data]);
    const saved = backend.save(name, session);
    return saved instanceof Promise ? saved.then((kept) => this.#send(state, decision, kept)) : this.#send(state, decision, saved);
  }

  /** By the time of the cookie, which a store's session does not send with each change. */
  #touchIsDue({ record: { createdAt, lastSeenAt }, held }: ValidSession): boolean {
    const { backend, clock } = this.#context;
    return touchIsDue({ createdAt, lastSeenAt: held?.issuedAt ?? lastSeenAt }, backend.lifetimes, clock());
  }

  #send(state: SessionState, decision: Decision, { isKept, value, why = decision.why, record, text, conflicts }: Saved): Outcome {
    if (value === undefined) return { ...nothing({ action: isKept ? decision.action : "none", why }, text), conflicts };
    const { backend, cookie, clock } = this.#context;
    const { name, secure } = state.cookie;
    const maxAge = record.persistent ? Math.max(1, expiryOf(record, backend.lifetimes) - clock()) : undefined;
    const cookies = [
      cookie.write(name, value, secure, maxAge),
      ...this.#expire(
        state,
        state.incomingNames.filter((other) => other !== name),
      ),
    ];
    return { ...decision, cookies, bytes: cookieBytes(name, value), conflicts, text };
  }

  #expire({ cookie: { secure } }: SessionState, names: readonly string[]): string[] {
    return names.map((name) => this.#context.cookie.writeExpired(name, secure));
  }
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
  return nothing({ action: "none", why: "Nothing kept: the store failed, and the policy is to go on without a session." }, text);
}

/** Whether a text has as many brackets as levels that can be read. Most have far fewer, and need no closer look. */
function mayBeTooDeep(text: string): boolean {
  return text.length >= 2 * MAX_NESTING && text.split(/[[{]/, MAX_NESTING + 1).length > MAX_NESTING;
}

/** @throws SessionError `session_invalid` for what JSON cannot hold. */
function comparable(data: Record<string, unknown>): string {
  try {
    return comparableText(data);
  } catch {
    return writeSessionJson(data);
  }
}
