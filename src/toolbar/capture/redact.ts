import type { KeyRing } from "../../keys/key-ring.ts";
import type { SecretKey } from "../../keys/secret-key.ts";
import { escapePattern, formsOf } from "./key-forms.ts";

/** Replaces a value that is hidden because of its name. */
export const HIDDEN = "••••••••";

const HIDDEN_NAME =
  /passw|passwd|passphrase|passcode|secret|token|credential|authori[sz]ation|cookie|csrf|xsrf|signature|(?:api|access|private|signing|encryption)[-_.]?key|session[-_.]?(?:id|key)|card[-_.]?n(?:o|um)|(?:^|[-_.])(?:pwd|pass|pin|otp|totp|ssn|cvv|cvc|sid|auth|jwt|key|iban)(?:$|[-_.])/i;

/** Patterns of well-known kinds of secrets. */
const SHAPES: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, "[private key]"],
  [/\blk1(?:-dev)?_[A-Za-z0-9_-]{20,}/g, "[secret key]"],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]{4,}/g, "[token]"],
  [/\b(Bearer|Basic|Digest)\s+[A-Za-z0-9+/_.~=-]{6,}/gi, `$1 ${HIDDEN}`],
  [/([a-z][a-z0-9+.-]{0,20}:\/\/[^\s/:@]{0,200}):[^\s/@]{1,200}@/gi, `$1:${HIDDEN}@`],
  // A name that hides its value, and the value: `password: 'x'`, `"api_key":"x"`, `token=x`.
  [
    /((?:passw(?:or)?d|passphrase|secret|token|api[-_.]?key|credential)[\w.-]{0,40}["']?\s{0,5}[:=]\s{0,5})("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s,;&}\])]+)/gi,
    `$1${HIDDEN}`,
  ],
];

/** Values of at least this length are hidden everywhere, also inside of words. */
const LONG = 16;
/** Shorter ones are hidden as whole words only. Values below this length are not hidden. */
const SHORTEST = 4;
/** Common values of cookies that are not secret. */
const EVERYDAY = /^(?:true|false|null|none|undefined)$/i;

const LIMITS = { text: 4_000, depth: 8, items: 100, nodes: 2_000 };

/**
 * Removes secrets from everything that is recorded, before it is stored: by the name of a value, by
 * well-known patterns, and by value.
 *
 * By value means that no text with a configured key in it is ever stored. It finds a key in plain,
 * hexadecimal, base64 or percent-encoded form, or as a list of bytes.
 */
export class Redactor {
  readonly #keys: KeyRing;
  #forms: { readonly of: readonly SecretKey[]; readonly pattern: string } | undefined;

  constructor(keys: KeyRing) {
    this.#keys = keys;
  }

  /** Whether values with this name are always hidden. */
  static hidesName(name: string): boolean {
    return HIDDEN_NAME.test(name);
  }

  /**
   * A redactor for one request, which also hides the cookies and credentials of that request.
   */
  forExchange(): ExchangeRedactor {
    return new ExchangeRedactor(() => this.#pattern());
  }

  /** The forms of all keys. Computed again only when the keys of the ring have changed. */
  #pattern(): string {
    const keys = [...this.#keys];
    const known = this.#forms;
    if (known === undefined || known.of.length !== keys.length || known.of.some((key, index) => key !== keys[index])) {
      const forms = [...new Set(keys.flatMap((key) => formsOf(key.bytes())))].toSorted((a, b) => b.length - a.length);
      return (this.#forms = { of: keys, pattern: forms.join("|") }).pattern;
    }
    return known.pattern;
  }
}

/** The redaction of one request and its response. */
export class ExchangeRedactor {
  readonly #keyPattern: () => string;
  readonly #values = new Set<string>();
  readonly #words = new Set<string>();
  #compiled: { readonly keys: string; readonly regexp: RegExp } | undefined;
  #compiledWords: RegExp | undefined;

  constructor(keyPattern: () => string) {
    this.#keyPattern = keyPattern;
  }

  /**
   * Hides a value, such as a cookie's or a credential, in everything that is recorded from now on.
   *
   * @param long a value with at least this many characters is hidden inside of words too. A shorter
   *   one, of at least 4 characters, is hidden as a whole word only. Otherwise the cookie
   *   `theme=dark` would change `darkness`.
   */
  hide(value: string, long: number = LONG): void {
    const set = value.length >= long ? this.#values : this.#words;
    if (value.length < SHORTEST || EVERYDAY.test(value) || set.size >= 200) return;
    set.add(value).add(JSON.stringify(value).slice(1, -1));
    this.#compiled = undefined;
    this.#compiledWords = undefined;
  }

  /**
   * Redacts JSON again, for data that was redacted before all keys and hidden values were known.
   */
  scrubJson(json: string): string {
    // The forms of a key include its form in JSON, so one search in the whole text shows whether
    // any part has to be redacted.
    return this.#regexp().test(json) || this.#hasShortKey ? JSON.stringify(this.#scrub(JSON.parse(json))) : json;
  }

  #scrub(data: unknown): unknown {
    if (typeof data === "string") return this.#byValue(data);
    if (Array.isArray(data)) return data.map((item) => this.#scrub(item));
    if (typeof data !== "object" || data === null) return data;
    const copy = Object.create(null) as Record<string, unknown>;
    for (const [name, value] of Object.entries(data)) copy[this.#byValue(name)] = this.#scrub(value);
    return copy;
  }

  /** The text without secrets, cut at 4,000 characters. */
  text(text: string): string {
    // Cut with a margin first: a very long text then costs little, and a secret at the final cut is
    // still found.
    let result = text.length > 4 * LIMITS.text ? text.slice(0, 4 * LIMITS.text) : text;
    result = this.#byWord(this.#byValue(result));
    for (const [shape, replacement] of SHAPES) result = result.replace(shape, replacement);
    return result.length > LIMITS.text || text.length > 4 * LIMITS.text
      ? `${result.slice(0, LIMITS.text)}… (${text.length} characters)`
      : result;
  }

  /** The value that belongs to a name. */
  named(name: string, value: string): string {
    return Redactor.hidesName(name) ? HIDDEN : this.text(value);
  }

  /** A copy as plain JSON without secrets, cut in depth, breadth and length. */
  data(data: unknown): unknown {
    return this.#copy(data, 0, { left: LIMITS.nodes }, new Set());
  }

  #byValue(text: string): string {
    return text.replace(this.#regexp(), (_, key: string | undefined) =>
      key === undefined ? "[hidden value]" : "[secret key]",
    );
  }

  /**
   * Only for texts from outside. In the toolbar's own data, a short value may be a member's name.
   */
  #byWord(text: string): string {
    if (this.#words.size === 0) return text;
    this.#compiledWords ??= new RegExp(`(?<![A-Za-z0-9_])(?:${alternatives(this.#words)})(?![A-Za-z0-9_])`, "g");
    return text.replace(this.#compiledWords, "[hidden value]");
  }

  /**
   * Whether a key is so short that it is matched as a whole text only. The search in JSON misses
   * it.
   */
  get #hasShortKey(): boolean {
    return /(?:^|\|)\^/.test(this.#keyPattern());
  }

  #regexp(): RegExp {
    const keys = this.#keyPattern();
    if (this.#compiled === undefined || this.#compiled.keys !== keys) {
      const values = this.#values.size === 0 ? "" : `|${alternatives(this.#values)}`;
      this.#compiled = { keys, regexp: new RegExp(`(${keys})${values}`, "gi") };
    }
    // A global regular expression continues where its last match ended.
    this.#compiled.regexp.lastIndex = 0;
    return this.#compiled.regexp;
  }

  #copy(value: unknown, depth: number, budget: { left: number }, above: Set<object>): unknown {
    budget.left--;
    if (value === null || value === undefined || typeof value === "boolean") return value ?? null;
    if (typeof value === "string") return this.text(value);
    if (typeof value === "number") {
      const text = this.text(String(value));
      return Number.isFinite(value) && text === String(value) ? value : text;
    }
    if (typeof value === "bigint") return this.text(`${value}n`);
    if (typeof value === "object") return this.#copyObject(value, depth, budget, above);
    return `[${typeof value}]`;
  }

  #copyObject(value: object, depth: number, budget: { left: number }, above: Set<object>): unknown {
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? "[invalid date]" : value.toISOString();
    if (value instanceof Error) return this.text(`${value.name}: ${value.message}`);
    if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
    if (above.has(value)) return "[circular]";
    if (depth >= LIMITS.depth || budget.left <= 0)
      return Array.isArray(value) ? `[list of ${value.length}]` : "[object]";
    above.add(value);
    try {
      if (Array.isArray(value)) return this.#copyItems(value, depth, budget, above);
      if (value instanceof Set) return this.#copyItems([...value], depth, budget, above);
      const entries =
        value instanceof Map ? [...value].map(([key, item]) => [String(key), item] as const) : ownValues(value);
      // Without a prototype, so that `__proto__` is copied like any other member.
      const copy = Object.create(null) as Record<string, unknown>;
      for (const [name, item] of entries.slice(0, LIMITS.items)) {
        copy[this.text(name)] =
          Redactor.hidesName(name) && item !== null && item !== undefined && typeof item !== "boolean"
            ? HIDDEN
            : this.#copy(item, depth + 1, budget, above);
      }
      if (entries.length > LIMITS.items) copy["…"] = `${entries.length - LIMITS.items} more`;
      return copy;
    } finally {
      above.delete(value);
    }
  }

  #copyItems(items: readonly unknown[], depth: number, budget: { left: number }, above: Set<object>): unknown[] {
    const copy = items.slice(0, LIMITS.items).map((item) => this.#copy(item, depth + 1, budget, above));
    if (items.length > LIMITS.items) copy.push(`… ${items.length - LIMITS.items} more`);
    return copy;
  }
}

/** A regular expression that matches any of the values, the longest first. */
function alternatives(values: ReadonlySet<string>): string {
  return [...values]
    .toSorted((a, b) => b.length - a.length)
    .map(escapePattern)
    .join("|");
}

/** The enumerable members. Getters are not called, because they may have side effects. */
function ownValues(value: object): (readonly [string, unknown])[] {
  return Object.entries(Object.getOwnPropertyDescriptors(value))
    .filter(([, descriptor]) => descriptor.enumerable === true)
    .map(([name, descriptor]) => [name, "value" in descriptor ? (descriptor.value as unknown) : "[getter]"] as const);
}
