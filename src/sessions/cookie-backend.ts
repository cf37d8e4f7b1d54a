import type { Clock } from "../clock.ts";
import { SessionError } from "../errors.ts";
import type { KeyRing } from "../keys/key-ring.ts";
import type { Outgoing, Reader, Reading, Saved, SessionBackend } from "./backend.ts";
import { cookieBytes, MAX_COOKIE_BYTES, type SessionCookie } from "./cookie.ts";
import type { SessionCodec, SessionFormat } from "./formats/format.ts";
import type { Lifetimes } from "./lifetime.ts";
import { OriginalData } from "./original-data.ts";
import type { Rejection } from "./rejection.ts";
import { comparableText, readSessionJson } from "./session-json.ts";
import type { SessionRecord } from "./session-record.ts";
import { VerifiedTexts } from "./verified-texts.ts";

/** Beyond this no compression gets a session into a cookie, and formats need not try. */
const MAX_TEXT_LENGTH = 60_000;
const NAMED_ENTRIES = 3;

/** One cookie name's codec, and what it has verified of late. */
interface Bound {
  readonly codec: SessionCodec;
  readonly verified: VerifiedTexts<Omit<SessionRecord, "data"> & { readonly original: OriginalData }>;
}

/** Sessions that travel in their cookie, in one of the formats. */
export class CookieBackend implements SessionBackend {
  readonly format: string;
  readonly lifetimes: Lifetimes;
  readonly #bound = new Map<string, Bound>();
  readonly #format: SessionFormat;
  readonly #cookie: SessionCookie;
  readonly #keys: KeyRing;
  readonly #clock: Clock;

  constructor(
    format: SessionFormat,
    context: { readonly cookie: SessionCookie; readonly keys: KeyRing; readonly clock: Clock; readonly lifetimes: Lifetimes },
  ) {
    this.#format = format;
    this.format = format.name;
    this.#cookie = context.cookie;
    this.#keys = context.keys;
    this.#clock = context.clock;
    this.lifetimes = context.lifetimes;
  }

  cookieName(secure: boolean): string {
    return this.#cookie.nameFor(secure);
  }

  reader(name: string): Reader {
    const bound = this.#bind(name);
    if (this.#format.unquotes !== true) return (value) => decode(bound, value);
    return (value) => decode(bound, value.length >= 2 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value);
  }

  save(name: string, { record, text, renew }: Outgoing): Saved {
    return { isKept: true, value: this.#encode(name, renew ? { ...record, id: undefined } : record, text), conflicts: 0, record, text };
  }

  touch(name: string, session: Outgoing): Saved {
    return this.save(name, session);
  }

  /** Nothing is kept here: the browser is told to forget the cookie, and a copy of it stays good until it ends. */
  async remove(): Promise<void> {}

  #encode(name: string, record: Outgoing["record"], text: string): string {
    if (text.length > MAX_TEXT_LENGTH) throw tooLarge(text.length, text);
    const value = this.#bind(name).codec.encode(record, text);
    const bytes = cookieBytes(name, value);
    if (bytes > MAX_COOKIE_BYTES) throw tooLarge(bytes, text);
    return value;
  }

  #bind(name: string): Bound {
    let bound = this.#bound.get(name);
    if (bound === undefined) {
      const codec = this.#format.bind({ keys: this.#keys, cookieName: name, clock: this.#clock });
      this.#bound.set(name, (bound = { codec, verified: new VerifiedTexts(this.#keys) }));
    }
    return bound;
  }
}

function decode({ codec, verified }: Bound, value: string): Reading | Rejection {
  const known = verified.get(value);
  if (known !== undefined) {
    const { original, id, subject, persistent, createdAt, lastSeenAt } = known.meaning;
    return { key: known.key, original, record: { data: original.copy(), id, subject, persistent, createdAt, lastSeenAt } };
  }
  const decoded = codec.decode(value);
  if ("reason" in decoded) return decoded;
  const { key, record } = decoded;
  const { data, id, subject, persistent, createdAt, lastSeenAt } = record;
  const original = OriginalData.of(data);
  verified.add(value, key, { original, id, subject, persistent, createdAt, lastSeenAt });
  return { key, record, original };
}

function tooLarge(bytes: number, text: string): SessionError {
  const sizes = Object.entries(readSessionJson(text) as Record<string, unknown>).map(([key, value]) => ({
    key,
    bytes: comparableText(value).length,
  }));
  const largest = sizes.sort((a, b) => b.bytes - a.bytes).slice(0, NAMED_ENTRIES);
  const names = largest.map(
    ({ key, bytes }) => `${JSON.stringify(key.length > 40 ? `${key.slice(0, 40)}…` : key)} ${bytes.toLocaleString("en")} bytes`,
  );
  return new SessionError(
    "cookie_too_large",
    `The session's cookie would have ${bytes.toLocaleString("en")} bytes, and browsers drop a cookie of more than ${MAX_COOKIE_BYTES.toLocaleString("en")} without a word. ` +
      `Its largest entries: ${names.join(", ")}. Keep less in the session, or hand SessionManager a store.`,
  );
}
