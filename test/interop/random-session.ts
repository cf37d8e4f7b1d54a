import { Markup, Tuple, Uuid } from "latchkey/signing";

/** A value as the Python side names it: its kind, and its content. See flask_peer.py. */
export type Plain = null | boolean | number | string | Plain[] | { readonly [kind: string]: unknown };

/**
 * The entries of a session. `_permanent` and `_user_id` are what Flask and Flask-Login call them.
 */
export type PlainSession = readonly (readonly [name: string, value: Plain])[];

const LETTERS = [..."abcXYZ019 _-.\"'\\/<>&\u0000\u001f\u007fé日\u2028\uffee😀"];
const NAMES = [
  " t",
  " b",
  " m",
  " u",
  " d",
  " di",
  " t__",
  "__proto__",
  "toString",
  "constructor",
  "0",
  "17",
  "",
  "é",
  "😀",
];

/** Random sessions that the same seed makes again (mulberry32). */
export class RandomSessions {
  #state: number;
  /** How many letters the session may still have, so that it fits in a cookie. */
  #budget = 0;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** The entries of one session: values of each kind that Flask's cookies can hold. */
  next(): PlainSession {
    this.#budget = 900;
    const entries = new Map<string, Plain>();
    for (let count = this.below(5) + 1; count > 0; count--) entries.set(`e${this.#text(8)}`, this.#value(3));
    // Flask compresses such a session, and so do we.
    if (this.below(8) === 0) entries.set("long", this.#text(20).repeat(this.below(150)));
    if (this.below(10) === 0) entries.set("_permanent", true);
    if (this.below(10) === 0) entries.set("_user_id", `user ${this.below(1000)}`);
    return [...entries];
  }

  /** A whole number from 0 to less than the limit. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  }

  #value(depth: number): Plain {
    const kind = this.below(depth > 0 && this.#budget > 0 ? 15 : 11);
    switch (kind) {
      case 0:
        return null;
      case 1:
        return this.below(2) === 0;
      case 2:
        return this.below(2 ** 31) - 2 ** 30;
      case 3:
        return { int: `${this.below(2) === 0 ? "-" : ""}9${this.#digits(18 + this.below(10))}` };
      case 4:
        return { float: String((this.below(2 ** 31) - 2 ** 30 + 0.5) / 10 ** this.below(12)) };
      case 5:
        return { bytes: this.#hex(2 * this.below(20)) };
      case 6:
        return { markup: this.#text(20) };
      case 7:
        return { uuid: this.#hex(32) };
      case 8:
        // Years 1000 to 9999: those of which both sides write a date alike.
        return {
          datetime: Math.floor((this.below(2 ** 31) / 2 ** 31) * (253_402_300_799 + 30_610_224_000)) - 30_610_224_000,
        };
      case 11:
        return this.#list(depth);
      case 12:
        return { tuple: this.#list(depth) };
      case 13:
        return { dict: this.#members(depth) };
      case 14:
        // An object with the name of a tag has to be escaped.
        return { dict: [[NAMES[this.below(7)]!, this.#value(depth - 1)]] };
      default:
        return this.#text(30);
    }
  }

  #list(depth: number): Plain[] {
    return Array.from({ length: this.below(4) }, () => this.#value(depth - 1));
  }

  #members(depth: number): [string, Plain][] {
    const names = Array.from({ length: this.below(4) }, () =>
      this.below(2) === 0 ? NAMES[this.below(NAMES.length)]! : this.#text(6),
    );
    return [...new Set(names)].map((name) => [name, this.#value(depth - 1)]);
  }

  #text(limit: number): string {
    const length = Math.min(this.below(limit + 1), Math.max(0, this.#budget));
    this.#budget -= length;
    return Array.from({ length }, () => LETTERS[this.below(LETTERS.length)]!).join("");
  }

  #digits(length: number): string {
    return Array.from({ length }, () => this.below(10)).join("");
  }

  #hex(length: number): string {
    this.#budget -= length;
    return Array.from({ length }, () => this.below(16).toString(16)).join("");
  }
}

/** The value in this package's types. */
export function toOurs(plain: Plain): unknown {
  if (Array.isArray(plain)) return plain.map(toOurs);
  if (plain === null || typeof plain !== "object") return plain;
  const [[kind, content] = ["", undefined]] = Object.entries(plain);
  switch (kind) {
    case "dict": {
      const object: Record<string, unknown> = {};
      for (const [name, value] of content as [string, Plain][]) define(object, name, toOurs(value));
      return object;
    }
    case "tuple":
      return Tuple.from((content as Plain[]).map(toOurs));
    case "bytes":
      return new Uint8Array(Buffer.from(content as string, "hex"));
    case "markup":
      return new Markup(content as string);
    case "uuid":
      return new Uuid(dashed(content as string));
    case "datetime":
      return new Date((content as number) * 1000);
    case "float":
      return Number(content);
    case "int":
      return BigInt(content as string);
    default:
      throw new Error(`There is no kind ${kind}.`);
  }
}

/** Assigns a member of any name, `__proto__` too. */
export function define(object: object, name: string, value: unknown): void {
  Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}

/**
 * The value with its members in one order, and with numbers for texts of numbers, because Python
 * and JavaScript write 1e-07 and 1e-7.
 */
export function comparable(plain: Plain): unknown {
  if (Array.isArray(plain)) return plain.map(comparable);
  if (plain === null || typeof plain !== "object") return plain;
  const [[kind, content] = ["", undefined]] = Object.entries(plain);
  if (kind === "float") return Number(content);
  if (kind === "tuple") return { tuple: (content as Plain[]).map(comparable) };
  if (kind !== "dict") return plain;
  return { dict: new Map((content as [string, Plain][]).map(([name, value]) => [name, comparable(value)])) };
}

function dashed(hex: string): string {
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
