import type { Clock } from "../clock.ts";
import type { StandardSchema } from "../signing/standard-schema.ts";
import type { Reader, Reading, SessionBackend } from "./backend.ts";
import { cookieBytes, MAX_VALUE_LENGTH, MAX_VALUES, readCookieValues, type RequestCookie } from "./cookie.ts";
import { ageProblem, type AgeProblem } from "./lifetime.ts";
import { OriginalData } from "./original-data.ts";
import { mostTelling, rejection, type Rejection } from "./rejection.ts";
import type { Revocation } from "./revocation.ts";
import { fitToSchema } from "./session-schema.ts";
import type { Opened } from "./session-state.ts";

type ValidSession = Extract<Opened, { readonly verdict: "valid" }>;
type Usable = Omit<ValidSession, "bytes">;

/** All values that came in under one name, and all that can read them. */
interface Candidate {
  readonly name: string;
  readonly values: readonly string[];
  readonly backends: readonly SessionBackend[];
  readonly readers: Reader[];
}

/** What came in: the names of the cookies, and the session they lead to. */
export interface Incoming {
  readonly names: readonly string[];
  open(): Opened;
}

/** No cookie of ours. */
export const NOTHING_CAME: Incoming = { names: [], open: () => ({ verdict: "none" }) };

/** Finds the one session that a Cookie header leads to. */
export class SessionReader {
  readonly #backends: readonly SessionBackend[];
  /** By the cookie's name, which may depend on whether it is Secure. */
  readonly #byName = new Map<boolean, ReadonlyMap<string, readonly SessionBackend[]>>();
  readonly #clock: Clock;
  readonly #schema: StandardSchema | undefined;
  readonly #revocation: Revocation;

  /** @param backends all that read; the first is the one that writes. */
  constructor(backends: readonly SessionBackend[], clock: Clock, schema: StandardSchema | undefined, revocation: Revocation) {
    this.#backends = backends;
    this.#clock = clock;
    this.#schema = schema;
    this.#revocation = revocation;
  }

  /** Asks the store, if there is one and a genuine token came in, and whoever knows of revoked sessions, and only then waits; all else is put off until `open`. */
  read(header: string, cookie: RequestCookie): Incoming | Promise<Incoming> {
    if (header === "") return NOTHING_CAME;
    const candidates: Candidate[] = [];
    const pending: Promise<void>[] = [];
    for (const [name, backends] of this.#backendsByName(cookie.secure)) {
      const values = readCookieValues(header, name);
      if (values.length === 0) continue;
      const distinct = values.length === 1 ? values : [...new Set(values)];
      const readable = distinct.length > MAX_VALUES ? [] : distinct.filter(({ length }) => length <= MAX_VALUE_LENGTH);
      const readers: Reader[] = [];
      backends.forEach((backend, index) => {
        const reader = backend.reader(name, readable);
        if (reader instanceof Promise) pending.push(reader.then((ready) => void (readers[index] = ready)));
        else readers[index] = reader;
      });
      candidates.push({ name, values: distinct, backends, readers });
    }
    if (candidates.length === 0) return NOTHING_CAME;
    if (pending.length === 0) return this.#incoming(candidates);
    const all = pending.length === 1 ? pending[0]! : Promise.all(pending);
    return all.then(() => this.#incoming(candidates));
  }

  #incoming(candidates: readonly Candidate[]): Incoming | Promise<Incoming> {
    const incoming = { names: candidates.map(({ name }) => name), open: () => this.#open(candidates) };
    if (!this.#revocation.isNeeded) return incoming;
    const pending: Promise<void>[] = [];
    for (const { values, backends, readers } of candidates) {
      readers.forEach((read, index) => {
        const known = new Map(values.map((value) => [value, value.length > MAX_VALUE_LENGTH ? rejection("too_large") : read(value)]));
        readers[index] = (value) => known.get(value)!;
        for (const [value, reading] of known) {
          if ("reason" in reading || this.#ageProblem(reading, backends[index]!) !== undefined) continue;
          const { id = reading.held?.id, subject, createdAt, lastSeenAt } = reading.record;
          const refusal = this.#revocation.refusalOf({ id, subject, createdAt, lastSeenAt });
          const note = (found: Rejection | undefined): void => void (found && known.set(value, found));
          if (refusal instanceof Promise) pending.push(refusal.then(note));
          else note(refusal);
        }
      });
    }
    return pending.length === 0 ? incoming : Promise.all(pending).then(() => incoming);
  }

  #backendsByName(secure: boolean): ReadonlyMap<string, readonly SessionBackend[]> {
    let backends = this.#byName.get(secure);
    if (backends === undefined) this.#byName.set(secure, (backends = Map.groupBy(this.#backends, (backend) => backend.cookieName(secure))));
    return backends;
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
    let { original } = reading;
    const problem = this.#ageProblem(reading, backend);
    if (problem !== undefined) return problem;
    if (this.#schema !== undefined) {
      const fitted = fitToSchema(this.#schema, record.data);
      if ("places" in fitted) return rejection("invalid_data");
      record.data = fitted.data;
      original = undefined;
    }
    const { key, held } = reading;
    return { verdict: "valid", record, key, held, backend, cookieName, original: original ?? OriginalData.of(record.data) };
  }

  #ageProblem({ record, held }: Reading, { lifetimes }: SessionBackend): AgeProblem | undefined {
    // A store ends by itself what rests too long, and knows better than a cookie when it was last used.
    return ageProblem(record, held === undefined ? lifetimes : { ...lifetimes, idleTimeout: Infinity }, this.#clock());
  }
}
