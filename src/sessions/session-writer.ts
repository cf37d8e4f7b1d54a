import type { Clock } from "../clock.ts";
import { SessionError } from "../errors.ts";
import type { KeyRing } from "../keys/key-ring.ts";
import type { StandardSchema } from "../signing/standard-schema.ts";
import type { Saved, SessionBackend } from "./backend.ts";
import { cookieBytes, type SessionCookie } from "./cookie.ts";
import { decide, type CommitFacts, type Decision } from "./decide.ts";
import { expiryOf, touchIsDue } from "./lifetime.ts";
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
  /** The data at the end, as session JSON. */
  readonly text: string;
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

const UNOPENED: CommitFacts = {
  opened: false,
  verdict: "none",
  storeFailed: false,
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

  async conclude(state: SessionState): Promise<Outcome> {
    const { opened } = state;
    if (opened === undefined) return nothing(decide(UNOPENED), "{}");
    const record = state.record();
    const text = comparable(record.data);
    const facts = this.#factsOf(state, opened, record, text);
    const decision = decide(facts);
    // A login or a logout that came to nothing must be heard of, whatever the policy.
    const mayFail = this.#context.isAnonymousOnFailure && !state.renewed && !state.ended;
    if (mayFail && facts.storeFailed && decision.action === "save") return unkept(text);
    try {
      return await this.#carryOut(state, decision, text);
    } catch (error) {
      const isTheStore = error instanceof SessionError && error.code === "store_failed";
      if (mayFail && isTheStore && decision.action !== "remove") return unkept(text);
      throw error;
    }
  }

  #factsOf(state: SessionState, opened: Opened, record: SessionRecord, text: string): CommitFacts {
    const loaded = opened.verdict === "valid" ? opened : undefined;
    const { backend, keys, clock } = this.#context;
    return {
      opened: true,
      verdict: opened.verdict,
      storeFailed: opened.verdict === "rejected" && opened.reason === "store_failed",
      empty: text === "{}" && record.subject === undefined,
      changed: text !== (loaded?.text ?? "{}") || record.persistent !== (loaded?.record.persistent ?? false),
      renewed: state.renewed,
      ended: state.ended,
      oldKey: loaded !== undefined && keys.roleOf(loaded.key) === "fallback",
      oldFormat: loaded !== undefined && loaded.backend !== backend,
      touchIsDue: loaded !== undefined && touchIsDue(loaded.record, backend.lifetimes, clock()),
    };
  }

  async #carryOut(state: SessionState, decision: Decision, text: string): Promise<Outcome> {
    const loaded = state.opened?.verdict === "valid" ? state.opened : undefined;
    const { secure } = state.cookie;
    const expire = (names: readonly string[]): string[] => names.map((name) => this.#context.cookie.writeExpired(name, secure));
    switch (decision.action) {
      case "none":
        return nothing(decision, text);
      case "forget":
        return { ...nothing(decision, text), cookies: expire(state.incomingNames) };
      case "remove":
        await removeLoaded(loaded);
        return { ...nothing(decision, text), cookies: expire(state.incomingNames) };
      default:
        return await this.#keep(state, loaded, decision, text, expire);
    }
  }

  async #keep(
    state: SessionState,
    loaded: ValidSession | undefined,
    decision: Decision,
    text: string,
    expire: (names: readonly string[]) => string[],
  ): Promise<Outcome> {
    const { backend, schema, cookie, clock } = this.#context;
    const { name, secure } = state.cookie;
    const { action } = decision;
    const isOurs = loaded?.backend === backend;
    const record = { ...state.record(), lastSeenAt: clock() };
    // What ended is not carried on: what came after it is a session of its own.
    if (state.ended) await removeLoaded(loaded);
    const session = {
      record,
      text,
      held: isOurs && !state.ended ? loaded.held : undefined,
      renew: action === "renew",
      outlives: state.loggedIn,
      replay: (theirs: Record<string, unknown>) => state.replay(theirs),
    };
    let saved: Saved;
    if (isOurs && (action === "touch" || action === "resign")) {
      saved = { value: await backend.touch(name, session), record, text, conflicts: 0 };
    } else {
      if (schema !== undefined) mustFitSchema(schema, record.data);
      // Refuses NaN, which comparing lets pass.
      if (text.includes("NaN") || text.includes("Infinity")) writeSessionJson(record.data);
      saved = await backend.save(name, session);
    }
    if (saved.value === undefined) {
      const why = "Nothing kept: the session was ended while this request ran, and what has ended is not written again.";
      return { ...nothing({ action: "none", why }, saved.text), conflicts: saved.conflicts };
    }
    const maxAge = saved.record.persistent ? Math.max(1, expiryOf(saved.record, backend.lifetimes) - record.lastSeenAt) : undefined;
    const cookies = [cookie.write(name, saved.value, secure, maxAge), ...expire(state.incomingNames.filter((other) => other !== name))];
    return { ...decision, cookies, bytes: cookieBytes(name, saved.value), conflicts: saved.conflicts, text: saved.text };
  }
}

async function removeLoaded(loaded: ValidSession | undefined): Promise<void> {
  if (loaded?.held !== undefined) await loaded.backend.remove(loaded.held);
}

function nothing(decision: Decision, text: string): Outcome {
  return { ...decision, cookies: [], bytes: 0, conflicts: 0, text };
}

function unkept(text: string): Outcome {
  return nothing({ action: "none", why: "Nothing kept: the store failed, and the policy is to go on without a session." }, text);
}

/** @throws SessionError `session_invalid` for what JSON cannot hold. */
function comparable(data: Record<string, unknown>): string {
  try {
    return comparableText(data);
  } catch {
    return writeSessionJson(data);
  }
}
