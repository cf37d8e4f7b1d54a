import { numberSources } from "../../signing/number-sources.ts";
import { comparableText, readSessionJson } from "./session-json.ts";
import type { SessionData } from "./session-record.ts";

/**
 * A session's data as it came in: what the data at the end is compared with, and what fresh copies
 * are made from. It is never handed out itself.
 *
 * Most data is plain JSON, and two plain values are compared and copied in a fraction of the time
 * that writing their text takes. Everything else is compared by its text.
 */
export class OriginalData {
  readonly #plain: SessionData | undefined;
  #text: string | undefined;

  private constructor(plain: SessionData | undefined, text: string | undefined) {
    this.#plain = plain;
    this.#text = text;
  }

  /** For data that was not changed yet. */
  static of(data: SessionData): OriginalData {
    const plain = copyPlain(data);
    return plain === NOT_PLAIN
      ? new OriginalData(undefined, comparableText(data))
      : new OriginalData(plain as SessionData, undefined);
  }

  /** The data as session JSON. */
  get text(): string {
    return (this.#text ??= comparableText(this.#plain));
  }

  /** About how many characters it holds: what a cache of it is bounded by. */
  get size(): number {
    return this.#plain === undefined ? this.text.length : sizeOf(this.#plain);
  }

  /** The data again, for one request alone. */
  copy(): SessionData {
    return (this.#plain === undefined ? readSessionJson(this.text) : copyPlain(this.#plain)) as SessionData;
  }

  /**
   * Whether the data is surely what it was. False says nothing: then the texts have to be compared.
   */
  isUnchanged(data: SessionData): boolean {
    return this.#plain !== undefined && isSamePlain(data, this.#plain);
  }
}

const NOT_PLAIN: unique symbol = Symbol("not plain");

/** A copy of what JSON.parse may have made; NOT_PLAIN if it holds anything else. */
function copyPlain(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  // A number that is spelled in its own way is more than a number.
  if (numberSources(value) !== undefined) return NOT_PLAIN;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Array.prototype) {
    const items: unknown[] = [];
    for (const item of value as readonly unknown[]) {
      const copy = copyPlain(item);
      if (copy === NOT_PLAIN) return NOT_PLAIN;
      items.push(copy);
    }
    return items;
  }
  if (prototype !== Object.prototype) return NOT_PLAIN;
  const object: SessionData = {};
  for (const key of Object.keys(value)) {
    const copy = copyPlain((value as SessionData)[key]);
    // An assignment to __proto__ would change the prototype.
    if (copy === NOT_PLAIN || key === "__proto__") return NOT_PLAIN;
    object[key] = copy;
  }
  return object;
}

/** Each value counts for some characters, since an empty object takes memory as well. */
function sizeOf(plain: unknown): number {
  if (typeof plain === "string") return 16 + plain.length;
  if (typeof plain !== "object" || plain === null) return 8;
  let size = 64;
  if (Array.isArray(plain)) for (const item of plain as readonly unknown[]) size += sizeOf(item);
  else for (const key of Object.keys(plain)) size += key.length + sizeOf((plain as SessionData)[key]);
  return size;
}

/**
 * Whether both are plain and the same, whatever the order of members. It ends, since `plain` has no
 * circles.
 */
function isSamePlain(value: unknown, plain: unknown): boolean {
  if (typeof plain !== "object" || plain === null) return Object.is(value, plain);
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.getPrototypeOf(plain)) return false;
  if (prototype === Array.prototype) {
    const [items, others] = [value as readonly unknown[], plain as readonly unknown[]];
    return items.length === others.length && others.every((other, index) => isSamePlain(items[index], other));
  }
  const keys = Object.keys(plain);
  if (Object.keys(value).length !== keys.length) return false;
  for (const key of keys) {
    if (!Object.hasOwn(value, key) || !isSamePlain((value as SessionData)[key], (plain as SessionData)[key]))
      return false;
  }
  return true;
}
