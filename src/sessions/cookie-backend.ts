import type { Clock } from "../clock.ts";
import { SessionError } from "../errors.ts";
import type { KeyRing } from "../keys/key-ring.ts";
import type { Outgoing, Reader, Saved, SessionBackend } from "./backend.ts";
import { cookieBytes, MAX_COOKIE_BYTES, type SessionCookie } from "./cookie.ts";
import type { SessionCodec, SessionFormat } from "./formats/format.ts";
import type { Lifetimes } from "./lifetime.ts";
import { comparableText, readSessionJson } from "./session-json.ts";

/** Beyond this no compression gets a session into a cookie, and formats need not try. */
const MAX_TEXT_LENGTH = 60_000;
const NAMED_ENTRIES = 3;

/** Sessions that travel in their cookie, in one of the formats. */
export class CookieBackend implements SessionBackend {
  readonly format: string;
  readonly lifetimes: Lifetimes;
  readonly #codecs = new Map<string, SessionCodec>();
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
    const codec = this.#codec(name);
    if (this.#format.unquotes !== true) return (value) => codec.decode(value);
    return (value) => codec.decode(value.length >= 2 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value);
  }

  // oxlint-disable-next-line require-await -- a store has to wait, and errors are to arrive in the same way
  async save(name: string, { record, text }: Outgoing): Promise<Saved> {
    return { value: this.#encode(name, record, text), conflicts: 0, record, text };
  }

  // oxlint-disable-next-line require-await -- as above
  async touch(name: string, { record, text }: Outgoing): Promise<string> {
    return this.#encode(name, record, text);
  }

  /** Nothing is kept here: the browser is told to forget the cookie, and a copy of it stays good until it ends. */
  async remove(): Promise<void> {}

  #encode(name: string, record: Outgoing["record"], text: string): string {
    if (text.length > MAX_TEXT_LENGTH) throw tooLarge(text.length, text);
    const value = this.#codec(name).encode(record, text);
    const bytes = cookieBytes(name, value);
    if (bytes > MAX_COOKIE_BYTES) throw tooLarge(bytes, text);
    return value;
  }

  #codec(name: string): SessionCodec {
    let codec = this.#codecs.get(name);
    if (codec === undefined)
      this.#codecs.set(name, (codec = this.#format.bind({ keys: this.#keys, cookieName: name, clock: this.#clock })));
    return codec;
  }
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
