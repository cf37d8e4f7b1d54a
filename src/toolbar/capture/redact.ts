import { ringOf, type RingSource } from "../../keys/lazy-ring.ts";
import type { KeyRing } from "../../keys/key-ring.ts";
import type { SecretKey } from "../../keys/secret-key.ts";
import { formsOf } from "./key-forms.ts";
import { HIDDEN, HiddenNames } from "./redact/hidden-names.ts";
import { HiddenValues, LONG } from "./redact/hidden-values.ts";
import { hideNamed } from "./redact/hide-named.ts";
import { hideShapes } from "./redact/hide-shapes.ts";
import { PathTokens } from "./redact/path-tokens.ts";
import { plainCopy } from "./redact/plain-copy.ts";

export { HIDDEN };

/** The longest text that is recorded, in characters. */
const LONGEST = 4_000;
/** Characters behind the cut that are searched too: as many as a cookie may have, and a half. */
const MARGIN = 6_000;
/** How a text ends that was cut. */
const CUT = /… \(\d+ characters\)$/;
const HIDDEN_VALUE = "[hidden value]";
/**
 * How many regular expressions are remembered. A visitor comes with the same cookies again, and to
 * compile an expression takes longer than a hundred searches.
 */
const MOST_COMPILED = 50;
/** How many texts without a secret are remembered, and their length in characters. */
const MOST_HARMLESS = 2_000;
const LONGEST_HARMLESS = 300;

/** What an application wants hidden in addition. Checked by `settingsOf`. */
export interface RedactionOptions {
  readonly names?: readonly string[] | undefined;
  /** With the flag `g`. */
  readonly patterns?: readonly RegExp[] | undefined;
  readonly paths?: readonly string[] | undefined;
}

/** The rules that all requests share. */
interface Rules {
  readonly names: HiddenNames;
  readonly paths: PathTokens;
  readonly patterns: readonly RegExp[];
  /** A source of a regular expression that matches the forms of all keys. */
  readonly keyPattern: () => string;
  /** A regular expression for the keys, in its first group, and for a request's hidden values. */
  readonly regexp: (values: string) => RegExp;
  /** Texts in which these rules, with the keys of now, have found nothing to hide. */
  readonly harmless: () => Set<string>;
}

/**
 * Removes secrets from everything that is recorded, before it is stored: by the name of a value, by
 * well-known patterns, and by value.
 *
 * By value means that no text with a configured key in it is ever stored. It finds a key in plain,
 * hexadecimal, base64 or percent-encoded form, or as a list of bytes.
 */
export class Redactor {
  readonly #keys: RingSource;
  readonly #rules: Rules;
  readonly #compiled = new Map<string, RegExp>();
  readonly #harmless = new Set<string>();
  #forms: { readonly of: readonly SecretKey[]; readonly pattern: string } | undefined;

  constructor(keys: RingSource, { names, patterns = [], paths }: RedactionOptions = {}) {
    this.#keys = keys;
    this.#rules = {
      names: new HiddenNames(names),
      paths: new PathTokens(paths),
      // Copies: the application may use its own ones at the same time.
      patterns: patterns.map(({ source, flags }) => new RegExp(source, flags)),
      keyPattern: () => this.#pattern(),
      regexp: (values) => this.#regexp(values),
      harmless: () => {
        this.#pattern();
        return this.#harmless;
      },
    };
  }

  /**
   * A redactor for one request, which also hides the cookies and credentials of that request.
   */
  forExchange(): ExchangeRedactor {
    return new ExchangeRedactor(this.#rules);
  }

  /** The forms of all keys. Computed again only when the keys of the ring have changed. */
  #pattern(): string {
    const known = this.#forms;
    const ring = ringOf(this.#keys);
    if (known !== undefined && isSame(ring, known.of)) return known.pattern;
    const keys = [...ring];
    const forms = [...new Set(keys.flatMap((key) => formsOf(key.bytes())))].toSorted((a, b) => b.length - a.length);
    this.#compiled.clear();
    this.#harmless.clear();
    return (this.#forms = { of: keys, pattern: forms.join("|") }).pattern;
  }

  #regexp(values: string): RegExp {
    const keys = this.#pattern();
    let regexp = this.#compiled.get(values);
    if (regexp === undefined) {
      const [eldest] = this.#compiled.keys();
      if (this.#compiled.size >= MOST_COMPILED) this.#compiled.delete(eldest!);
      regexp = new RegExp(`(${keys})${values === "" ? "" : `|${values}`}`, "gi");
      this.#compiled.set(values, regexp);
    }
    // A global regular expression continues where its last match ended.
    regexp.lastIndex = 0;
    return regexp;
  }
}

function isSame(ring: KeyRing, keys: readonly SecretKey[]): boolean {
  let index = 0;
  for (const key of ring) if (key !== keys[index++]) return false;
  return index === keys.length;
}

/** The redaction of one request and its response. */
export class ExchangeRedactor {
  readonly #rules: Rules;
  #hidden: HiddenValues | undefined;
  /** The source of the expression for hidden values. Undefined if there are new ones. */
  #valuePattern: string | undefined = "";
  readonly #deferred: (() => void)[] = [];
  #isSettling = false;

  constructor(rules: Rules) {
    this.#rules = rules;
  }

  get #values(): HiddenValues {
    return (this.#hidden ??= new HiddenValues());
  }

  /**
   * Puts a redaction off until the result of any is read. It may hide values, so all that were put
   * off come before anything else is redacted, in their order.
   */
  defer(run: () => void): void {
    this.#deferred.push(run);
  }

  /** Does what was put off. */
  settle(): void {
    // What is put off redacts too, and so comes here again.
    if (this.#deferred.length === 0 || this.#isSettling) return;
    this.#isSettling = true;
    try {
      // What fails stays: without it nothing may be recorded, as a value may not be hidden.
      while (this.#deferred.length > 0) {
        this.#deferred[0]!();
        this.#deferred.shift();
      }
    } finally {
      this.#isSettling = false;
    }
  }

  /**
   * Hides a value, such as a cookie's or a credential, in everything that is recorded from now on.
   *
   * @param long a value with at least this many characters is hidden inside of words too. A shorter
   *   one, of at least 4 characters, is hidden as a whole word only. Otherwise the cookie
   *   `theme=dark` would change `darkness`.
   */
  hide(value: string, long: number = LONG): void {
    if (this.#values.add(value, long)) this.#valuePattern = undefined;
  }

  /**
   * Redacts JSON again, for data that was redacted before all keys and hidden values were known.
   */
  scrubJson(json: string): string {
    this.settle();
    // The forms of a key include its form in JSON, so one search in the whole text shows whether
    // any part has to be redacted. A text that was cut may end with half of a value.
    return this.#regexp().test(json) || this.#hasShortKey || json.includes(' characters)"')
      ? JSON.stringify(this.#scrub(JSON.parse(json)))
      : json;
  }

  /**
   * Redacts JSON that other code has made, such as a panel of the application: all texts in it, by
   * value and by form. The names of its members say nothing here: they are that code's own.
   */
  foreignJson(json: string): string {
    this.settle();
    return JSON.stringify(
      mapTexts(
        JSON.parse(json),
        (text) => this.#clean(text),
        (name) => this.#clean(name),
      ),
    );
  }

  #scrub(data: unknown): unknown {
    return mapTexts(
      data,
      (text) => this.#scrubText(text),
      (name) => this.#byValue(name),
    );
  }

  #scrubText(text: string): string {
    const scrubbed = this.#byValue(text);
    const end = scrubbed.endsWith(" characters)") ? CUT.exec(scrubbed) : null;
    return end === null ? scrubbed : this.#values.withoutHalf(scrubbed.slice(0, end.index)) + end[0];
  }

  /** The text without secrets, cut at 4,000 characters. */
  text(text: string): string {
    this.settle();
    if (text.length <= LONGEST + 2 * MARGIN) {
      const result = this.#clean(text);
      return result.length > LONGEST ? cut(result, LONGEST, text.length) : result;
    }
    // A longer text is cut first, so that it costs no more than a short one. The end of the part
    // that is searched may be half of a secret, so it is not shown.
    const margin = Math.max(MARGIN, this.#values.longest, this.#rules.keyPattern().length);
    const result = this.#clean(text.slice(0, LONGEST + 2 * margin));
    return cut(result, Math.max(0, Math.min(LONGEST, result.length - margin)), text.length);
  }

  #clean(text: string): string {
    const { harmless } = this.#rules;
    // Headers, statements and places are the same in most requests.
    if (harmless().has(text))
      return this.#values.isEmpty ? text : this.#values.hideWords(this.#byValue(text), HIDDEN_VALUE);
    const result = this.#searched(text);
    if (result === text && text.length <= LONGEST_HARMLESS) {
      if (harmless().size >= MOST_HARMLESS) harmless().clear();
      harmless().add(text);
    }
    return result;
  }

  #searched(text: string): string {
    const { names, paths, patterns } = this.#rules;
    let result = this.#values.hideWords(this.#byValue(paths.hide(text)), HIDDEN_VALUE);
    // No secret of another kind is as short.
    if (result.length < 5) return result;
    result = hideNamed(hideShapes(result), names);
    for (const pattern of patterns) result = result.replace(pattern, HIDDEN);
    return result;
  }

  /** The value that belongs to a name. */
  named(name: string, value: string): string {
    return this.#rules.names.hides(name) ? HIDDEN : this.text(value);
  }

  /**
   * The value of a parameter in an address, where `code` and `state` are secrets too. A hidden one
   * is hidden in everything that is recorded from now on.
   */
  parameter(name: string, value: string): string {
    if (!this.#rules.names.hidesInQuery(name)) return this.text(value);
    this.hide(value);
    return HIDDEN;
  }

  /**
   * The path of the request. The tokens in it, as the option redactPaths names them, are hidden in
   * everything that is recorded from now on.
   */
  path(path: string): string {
    for (const token of this.#rules.paths.in(path)) this.hide(token, 8);
    return this.text(path);
  }

  /** Whether one of the application's own hidden names may be in a text. */
  mayHideIn(text: string): boolean {
    return this.#rules.names.mayBeIn(text);
  }

  /** Whether values with this name are hidden. */
  hidesName(name: string): boolean {
    return this.#rules.names.hides(name);
  }

  /** A copy as plain JSON without secrets, cut in depth, breadth and length. */
  data(data: unknown): unknown {
    this.settle();
    return plainCopy(data, { names: this.#rules.names, text: (text) => this.text(text) });
  }

  #byValue(text: string): string {
    return text.replace(this.#regexp(), (_, key: string | undefined) =>
      key === undefined ? HIDDEN_VALUE : "[secret key]",
    );
  }

  /**
   * Whether a key is so short that it is matched as a whole text only. The search in JSON misses
   * it.
   */
  get #hasShortKey(): boolean {
    return /(?:^|\|)\^/.test(this.#rules.keyPattern());
  }

  #regexp(): RegExp {
    return this.#rules.regexp((this.#valuePattern ??= this.#values.pattern));
  }
}

/** A copy of plain JSON with other texts and other names of members. */
function mapTexts(data: unknown, toText: (text: string) => string, toName: (name: string) => string): unknown {
  if (typeof data === "string") return toText(data);
  if (Array.isArray(data)) return data.map((item) => mapTexts(item, toText, toName));
  if (typeof data !== "object" || data === null) return data;
  const copy = Object.create(null) as Record<string, unknown>;
  for (const [name, value] of Object.entries(data)) copy[toName(name)] = mapTexts(value, toText, toName);
  return copy;
}

function cut(text: string, at: number, length: number): string {
  return `${text.slice(0, at)}… (${length} characters)`;
}
