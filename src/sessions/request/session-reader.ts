import type { Clock } from "../../clock.ts";
import type { StandardSchema } from "../../signing/standard-schema.ts";
import {
  allDone,
  whenDone,
  type Awaitable,
  type Reading,
  type Refused,
  type Result,
  type SessionSource,
  type StoredAt,
} from "../backend.ts";
import { MAX_VALUE_LENGTH, MAX_VALUES, readCookieValues } from "../cookie/cookie-header.ts";
import { cookieBytes, type RequestCookie } from "../cookie/cookie.ts";
import { ageProblem, storedAgeProblem } from "../data/lifetime.ts";
import { OriginalData } from "../data/original-data.ts";
import { mostTelling, rejection, type Rejection } from "../data/rejection.ts";
import type { Revocation } from "./revocation.ts";
import { fitToSchema } from "../data/session-schema.ts";
import type { Incoming, RejectedCookie, ValidSession } from "./session-state.ts";

/**
 * More different sessions than a browser sends. The application is not asked about any of them
 * then.
 */
const MAX_QUESTIONS = 4;

/** All values that came in under one name, and all that can read them. */
interface Candidate {
  readonly name: string;
  readonly values: readonly string[];
  readonly sources: readonly SessionSource[];
}

/** What the values of one name hold. */
interface Examined {
  readonly name: string;
  readonly bytes: number;
  /** Each session once. */
  readonly sessions: readonly ValidSession[];
  readonly rejections: readonly Rejection[];
  /** Where a logout finds the sessions that the values led to before. */
  readonly moved: readonly StoredAt[];
  /** More values than are looked at. */
  readonly isFlood: boolean;
}

/** What came in: the names of the cookies, and the session they lead to. */
export interface ParsedRequest {
  readonly names: readonly string[];
  open(): Incoming;
}

/** No cookie of ours. */
export const NOTHING_CAME: ParsedRequest = { names: [], open: () => ({ verdict: "none" }) };

/** Finds the one session that a Cookie header leads to. */
export class SessionReader {
  readonly #sources: readonly SessionSource[];
  /** By the cookie's name, which depends on the connection. */
  readonly #byName = new Map<string, ReadonlyMap<string, readonly SessionSource[]>>();
  readonly #clock: Clock;
  readonly #schema: StandardSchema | undefined;
  readonly #revocation: Revocation;

  /** @param sources all that read; the first is the one that writes. */
  constructor(
    sources: readonly SessionSource[],
    clock: Clock,
    schema: StandardSchema | undefined,
    revocation: Revocation,
  ) {
    this.#sources = sources;
    this.#clock = clock;
    this.#schema = schema;
    this.#revocation = revocation;
  }

  /**
   * Waits for the store, if there is one and a genuine token came in, and for the application's own
   * checks. Otherwise nothing is opened before `open`: many requests never look at their session.
   */
  read(header: string, cookie: RequestCookie): Awaitable<ParsedRequest> {
    if (header === "") return NOTHING_CAME;
    const candidates: Candidate[] = [];
    for (const [name, sources] of this.#sourcesByName(cookie)) {
      const values = readCookieValues(header, name);
      if (values.length > 0)
        candidates.push({ name, values: values.length === 1 ? values : [...new Set(values)], sources });
    }
    if (candidates.length === 0) return NOTHING_CAME;
    const names = candidates.map(({ name }) => name);
    if (!this.#revocation.isNeeded && !candidates.some(({ sources }) => sources.some(({ asksStore }) => asksStore)))
      return {
        names,
        open: () => conclude(candidates.map((candidate) => this.#examine(candidate, readNow(candidate)))),
      };
    return whenDone(allDone(candidates.map(readAll)), (results) => {
      const examined = candidates.map((candidate, index) => this.#examine(candidate, results[index]!));
      if (!this.#revocation.isNeeded) return { names, open: () => conclude(examined) };
      return Promise.all(examined.map(async (each) => await this.#refuseRevoked(each))).then((left) => ({
        names,
        open: () => conclude(left),
      }));
    });
  }

  #sourcesByName({ secure, isLocal }: RequestCookie): ReadonlyMap<string, readonly SessionSource[]> {
    const id = `${secure} ${isLocal}`;
    let byName = this.#byName.get(id);
    if (byName === undefined) {
      const pairs = this.#sources.flatMap((source) =>
        source.cookieNames(secure, isLocal).map((name) => ({ name, source })),
      );
      const groups = Map.groupBy(pairs, ({ name }) => name);
      byName = new Map([...groups].map(([name, group]) => [name, group.map(({ source }) => source)]));
      this.#byName.set(id, byName);
    }
    return byName;
  }

  /** @param results what each source says of each readable value. */
  #examine({ name, values, sources }: Candidate, results: readonly (readonly Result[])[]): Examined {
    const readable = readableOf(values);
    const bytes = values.reduce((sum, value) => sum + cookieBytes(name, value), 0);
    const rejections: Rejection[] = readable.length < values.length ? [rejection("too_large")] : [];
    const moved: StoredAt[] = [];
    const found: ValidSession[] = [];
    readable.forEach((value, index) => {
      const judged = sources.map((source, which) =>
        this.#judge(results[which]![index]!, source, name, cookieBytes(name, value)),
      );
      const usable = judged.find((one) => "verdict" in one);
      if (usable !== undefined) return void found.push(usable);
      for (const { reason, explanation, stored } of judged as readonly Refused[]) {
        rejections.push({ reason, explanation });
        if (stored !== undefined) moved.push(stored);
      }
    });
    return { name, bytes, sessions: eachOnce(found), rejections, moved, isFlood: values.length > MAX_VALUES };
  }

  /** Whether a genuine session is also alive and fit to be used. */
  #judge(result: Result, readBy: SessionSource, cookieName: string, bytes: number): ValidSession | Refused {
    if ("reason" in result) return result;
    const { record, key, stored } = result;
    const source = result.source ?? readBy;
    const problem = this.#ageProblem(result, source);
    if (problem !== undefined) return problem;
    let { original } = result;
    if (this.#schema !== undefined) {
      const fitted = fitToSchema(this.#schema, record.data);
      if ("places" in fitted) return rejection("invalid_data");
      record.data = fitted.data;
      original = undefined;
    }
    original ??= OriginalData.of(record.data);
    return { verdict: "valid", record, key, stored, source, cookieName, bytes, hasTwins: false, original };
  }

  #ageProblem({ record, stored }: Reading, { lifetimes }: SessionSource): Rejection | undefined {
    const now = this.#clock();
    return stored?.payload === undefined
      ? ageProblem(record, lifetimes, now)
      : storedAgeProblem(record, lifetimes, now);
  }

  /** Takes out the sessions that the application has ended. */
  async #refuseRevoked(examined: Examined): Promise<Examined> {
    if (examined.sessions.length > MAX_QUESTIONS) return examined;
    const refusals = await Promise.all(
      examined.sessions.map(async ({ record, stored }) => {
        const { id = stored?.id, subject, tag, createdAt, lastSeenAt } = record;
        return await this.#revocation.refusalOf({ id, subject, tag, createdAt, lastSeenAt });
      }),
    );
    return {
      ...examined,
      sessions: examined.sessions.filter((_, index) => refusals[index] === undefined),
      rejections: [...examined.rejections, ...refusals.filter((refusal) => refusal !== undefined)],
    };
  }
}

/** Of a flood of values none is looked at. */
function readableOf(values: readonly string[]): readonly string[] {
  return values.length > MAX_VALUES ? [] : values.filter(({ length }) => length <= MAX_VALUE_LENGTH);
}

function readAll({ name, values, sources }: Candidate): Awaitable<readonly (readonly Result[])[]> {
  return allDone(sources.map((source) => source.read(name, readableOf(values))));
}

/** The same where no source asks a store. */
function readNow({ name, values, sources }: Candidate): readonly (readonly Result[])[] {
  return sources.map((source) => source.read(name, readableOf(values)) as readonly Result[]);
}

/**
 * The first name that leads to a session decides. A name with several sessions leads to none, and
 * no other one is tried in its place.
 */
function conclude(examined: readonly Examined[]): Incoming {
  let first: RejectedCookie | undefined;
  for (const { name, bytes, sessions, rejections, moved, isFlood } of examined) {
    const reject = (reason: Rejection, endable: readonly StoredAt[]): RejectedCookie => ({
      verdict: "rejected",
      ...reason,
      bytes,
      cookieName: name,
      endable,
      isAmbiguous: isFlood || sessions.length > 1 || reason.reason === "duplicate",
    });
    if (isFlood) return reject(rejection("too_large"), []);
    const [only, ...others] = sessions;
    if (only !== undefined && others.length === 0) return only;
    if (only !== undefined)
      return reject(rejection("duplicate"), [...sessions.flatMap(({ stored }) => stored ?? []), ...moved]);
    first ??= reject(mostTelling(rejections as [Rejection, ...Rejection[]]), moved);
  }
  return first ?? { verdict: "none" };
}

/**
 * One session may come in several cookies: copies of different age in different scopes. The newest
 * one counts.
 */
function eachOnce(sessions: readonly ValidSession[]): readonly ValidSession[] {
  if (sessions.length < 2) return sessions;
  const groups = Map.groupBy(sessions, ({ stored, record: { id, subject, persistent }, original }) => {
    if (stored?.payload !== undefined) return `store ${stored.id}`;
    return id === undefined ? `data ${JSON.stringify([subject, persistent])} ${original.text}` : `cookie ${id}`;
  });
  return [...groups.values()].map((copies) => {
    const newest = copies.reduce((best, next) => (next.record.lastSeenAt >= best.record.lastSeenAt ? next : best));
    return copies.length === 1 ? newest : { ...newest, hasTwins: true };
  });
}
