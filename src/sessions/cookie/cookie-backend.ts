import type { Clock } from "../../clock.ts";
import { SessionError } from "../../errors.ts";
import type { KeyRing } from "../../keys/key-ring.ts";
import type { Emptied, Reply, Result, SessionBackend, Write } from "../backend.ts";
import { cookieBytes, MAX_COOKIE_BYTES, type SessionCookie } from "./cookie.ts";
import type { SessionCodec, SessionFormat } from "./formats/format.ts";
import { expiryOf, type Lifetimes } from "../data/lifetime.ts";
import { OriginalData } from "../data/original-data.ts";
import { largestEntries } from "../data/session-size.ts";
import type { SessionRecord } from "../data/session-record.ts";
import { VerifiedCookieCache } from "./verified-cookie-cache.ts";

/** Beyond this no compression gets a session into a cookie, so formats need not try. */
const MAX_TEXT_LENGTH = 60_000;

/** What a cookie meant. */
interface Decoded {
  readonly record: Omit<SessionRecord, "data">;
  readonly original: OriginalData;
}

/** One cookie name's codec, and what it has verified of late. */
interface CookieCodec {
  readonly codec: SessionCodec;
  readonly verified: VerifiedCookieCache<Decoded>;
}

/** Sessions that travel in their cookie, in one of the formats. */
export class CookieBackend implements SessionBackend {
  readonly format: string;
  readonly lifetimes: Lifetimes;
  readonly asksStore = false;
  readonly #codecs = new Map<string, CookieCodec>();
  readonly #format: SessionFormat;
  readonly #cookie: SessionCookie;
  readonly #keys: KeyRing;
  readonly #clock: Clock;

  constructor(
    format: SessionFormat,
    context: {
      readonly cookie: SessionCookie;
      readonly keys: KeyRing;
      readonly clock: Clock;
      readonly lifetimes: Lifetimes;
    },
  ) {
    this.#format = format;
    this.format = format.name;
    this.#cookie = context.cookie;
    this.#keys = context.keys;
    this.#clock = context.clock;
    this.lifetimes = context.lifetimes;
  }

  cookieNames(secure: boolean, isLocal: boolean): readonly string[] {
    return this.#cookie.namesFor(secure, isLocal);
  }

  read(name: string, values: readonly string[]): readonly Result[] {
    const cookie = this.#codecOf(name);
    return values.map((value) => decode(cookie, this.#format.unquotes === true ? unquoted(value) : value));
  }

  /**
   * A renewed session keeps its id, so that a deny list finds it. After a login it is another
   * session.
   */
  save(name: string, { record, text, isLogin }: Write): Reply {
    const value = this.#encode(name, isLogin ? { ...record, id: undefined } : record, text);
    return { written: { record, text, conflicts: 0 }, value };
  }

  touch(name: string, write: Write): Reply {
    return this.save(name, write);
  }

  /**
   * There is nothing to remove here. The browser is told to forget the cookie, and a copy of it
   * stays good until it ends.
   */
  async remove(): Promise<void> {}

  removeEmptied(): Emptied {
    return "ended";
  }

  #encode(name: string, record: SessionRecord, text: string): string {
    if (text.length > MAX_TEXT_LENGTH) throw tooLarge(text.length, text);
    const value = this.#codecOf(name).codec.encode(record, text);
    const bytes = cookieBytes(name, value);
    if (bytes > MAX_COOKIE_BYTES) throw tooLarge(bytes, text);
    return value;
  }

  #codecOf(name: string): CookieCodec {
    let cookie = this.#codecs.get(name);
    if (cookie === undefined) {
      const codec = this.#format.bind({
        keys: this.#keys,
        cookieName: name,
        clock: this.#clock,
        expiryOf: (record) => expiryOf(record, this.lifetimes),
      });
      this.#codecs.set(name, (cookie = { codec, verified: new VerifiedCookieCache(this.#keys) }));
    }
    return cookie;
  }
}

/** Python's cookie parser takes one pair of quotes off, and so does Flask. */
function unquoted(value: string): string {
  return value.length >= 2 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
}

function decode({ codec, verified }: CookieCodec, value: string): Result {
  const known = verified.get(value);
  if (known !== undefined) {
    const { record, original } = known.value;
    return { key: known.key, original, record: { ...record, data: original.copy() } };
  }
  const decoded = codec.decode(value);
  if ("reason" in decoded) return decoded;
  const { key, record } = decoded;
  const { data, ...others } = record;
  const original = OriginalData.of(data);
  // By the length of what it holds: a compressed value of some hundred bytes may hold 64 kB.
  verified.add(value, key, { record: others, original }, original.size);
  return { key, record, original };
}

function tooLarge(bytes: number, text: string): SessionError {
  return new SessionError(
    "cookie_too_large",
    `The session's cookie would have ${bytes.toLocaleString("en")} bytes, and browsers drop a cookie of more than ${MAX_COOKIE_BYTES.toLocaleString("en")} silently. ` +
      `Its largest entries: ${largestEntries(text)}. Fix: put less in the session, or give SessionManager a store.`,
  );
}
