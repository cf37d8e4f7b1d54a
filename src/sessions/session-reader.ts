import type { Clock } from "../clock.ts";
import type { StandardSchema } from "../signing/standard-schema.ts";
import type { Reader, Reading, SessionBackend } from "./backend.ts";
import { cookieBytes, MAX_VALUE_LENGTH, MAX_VALUES, readCookieValues } from "./cookie.ts";
import { ageProblem } from "./lifetime.ts";
import type { RevocableSession } from "./manager-options.ts";
import { mostTelling, rejection, type Rejection } from "./rejection.ts";
import { comparableText } from "./session-json.ts";
import { fitToSchema } from "./session-schema.ts";
import type { Opened } from "./session-state.ts";

type ValidSession = Extract<Opened, { readonly verdict: "valid" }>;
type Usable = Omit<ValidSession, "bytes">;

/** All values that came in under one name, and all that can read them. */
interface Candidate {
  readonly name: string;
  readonly values: readonly string[];
  readonly backends: readonly SessionBackend[];
  readonly readers: readonly Reader[];
}

/** What came in: the names of the cookies, and the session they lead to. */
export interface Incoming {
  readonly names: readonly string[];
  open(): Opened;
}

/** Finds the one session that a Cookie header leads to. */
export class SessionReader {
  readonly #backends: readonly SessionBackend[];
  readonly #clock: Clock;
  readonly #schema: StandardSchema | undefined;
  readonly #isRevoked: ((session: RevocableSession) => boolean) | undefined;

  /** @param backends all that read; the first is the one that writes. */
  constructor(
    backends: readonly SessionBackend[],
    clock: Clock,
    {
      schema,
      isRevoked,
    }: { readonly schema?: StandardSchema | undefined; readonly isRevoked?: ((session: RevocableSession) => boolean) | undefined },
  ) {
    this.#backends = backends;
    this.#clock = clock;
    this.#schema = schema;
    this.#isRevoked = isRevoked;
  }

  /** Asks the store, if there is one and a genuine token came in; all else is put off until `open`. */
  async read(header: string, secure: boolean): Promise<Incoming> {
    const candidates: Candidate[] = [];
    for (const [name, backends] of Map.groupBy(this.#backends, (backend) => backend.cookieName(secure))) {
      const values = [...new Set(readCookieValues(header, name))];
      if (values.length === 0) continue;
      const readable = values.length > MAX_VALUES ? [] : values.filter(({ length }) => length <= MAX_VALUE_LENGTH);
      const readers: Reader[] = [];
      for (const backend of backends) readers.push(await backend.reader(name, readable));
      candidates.push({ name, values, backends, readers });
    }
    return { names: candidates.map(({ name }) => name), open: () => this.#open(candidates) };
  }

  /** A cookie of the current name goes before those of other formats. */
  #open(candidates: readonly Candidate[]): Opened {
    let rejected: Opened | undefined;
    for (const candidate of candidates) {
      const opened = this.#openValues(candidate);
      if (opened.verdict === "valid") return opened;
      rejected ??= opened;
    }
    return rejected ?? { verdict: "none" };
  }

  #openValues({ name, values, backends, readers }: Candidate): Opened {
    const bytes = values.reduce((sum, value) => sum + cookieBytes(name, value), 0);
    const reject = (reason: Rejection): Opened => ({ verdict: "rejected", ...reason, bytes });
    if (values.length > MAX_VALUES) return reject(rejection("too_large"));
    const rejections: Rejection[] = [];
    const usable: ValidSession[] = [];
    for (const value of values) {
      const results =
        value.length > MAX_VALUE_LENGTH
          ? [rejection("too_large")]
          : readers.map((read, index) => this.#examine(read(value), backends[index]!, name));
      const found = results.find((result) => "verdict" in result);
      if (found === undefined) rejections.push(...(results as Rejection[]));
      else usable.push({ ...found, bytes: cookieBytes(name, value) });
    }
    const [only, ...others] = usable;
    if (only === undefined) return reject(mostTelling(rejections as [Rejection, ...Rejection[]]));
    return others.length === 0 ? only : reject(rejection("duplicate"));
  }

  /** Whether a genuine session is also alive and fit to be used. */
  #examine(reading: Reading | Rejection, backend: SessionBackend, cookieName: string): Usable | Rejection {
    if ("reason" in reading) return reading;
    const { record } = reading;
    // A store ends by itself what rests too long, and knows better than a cookie when it was last used.
    const limits = reading.held === undefined ? backend.lifetimes : { ...backend.lifetimes, idleTimeout: Infinity };
    const problem = ageProblem(record, limits, this.#clock());
    if (problem !== undefined) return problem;
    const { subject, createdAt, lastSeenAt } = record;
    if (this.#isRevoked?.({ subject, createdAt, lastSeenAt }) === true) return rejection("revoked");
    if (this.#schema !== undefined) {
      const fitted = fitToSchema(this.#schema, record.data);
      if ("places" in fitted) return rejection("invalid_data");
      record.data = fitted.data;
    }
    return { verdict: "valid", ...reading, backend, cookieName, text: comparableText(record.data) };
  }
}
