import { InvalidOptionError } from "../../index.ts";
import { readListHeader } from "./list-header.ts";
import { readOptionsHeader } from "./options-header.ts";

type Weighted = readonly [value: string, quality: number];

/**
 * A header such as Accept-Encoding, taken apart: what the visitor's browser takes, and how much it
 * likes each (RFC 9110, 12.5). The value that says most comes first, and of those the best one.
 */
export class Accept implements Iterable<Weighted> {
  readonly #items: readonly Weighted[];

  /** @param header null without one: nothing is accepted then, as in Flask. */
  constructor(header: string | null | readonly Weighted[]) {
    const items = typeof header === "string" ? readItems(header) : (header ?? []);
    this.#items = items.toSorted(
      ([one, first], [other, second]) => compare(this.specificity(other), this.specificity(one)) || second - first,
    );
  }

  /** The value that the browser likes best; null without the header. */
  get best(): string | null {
    return this.#items[0]?.[0] ?? null;
  }

  /**
   * The one of these values that the browser likes best. Of values that it likes alike, the first
   * one.
   *
   * @param defaultValue if it takes none of them. Default: null.
   */
  bestMatch(values: readonly string[]): string | null;
  bestMatch<Default>(values: readonly string[], defaultValue: Default): string | Default;
  bestMatch(values: readonly string[], defaultValue: unknown = null): unknown {
    let result = defaultValue;
    let best: { readonly quality: number; readonly specificity: readonly number[] } = {
      quality: -1,
      specificity: [-1],
    };
    for (const value of values) {
      const [item, quality] = this.#items.find(([each]) => this.matches(value, each)) ?? [];
      if (item === undefined || quality === undefined || quality <= 0 || quality < best.quality) continue;
      const specificity = this.specificity(item);
      if (quality === best.quality && compare(specificity, best.specificity) <= 0) continue;
      result = value;
      best = { quality, specificity };
    }
    return result;
  }

  /** How much the browser likes a value, from 0 to 1. 0 if it does not take it. */
  quality(value: string): number {
    return this.#items.find(([item]) => this.matches(value, item))?.[1] ?? 0;
  }

  /** Whether the header names the value, or something that it is part of. */
  has(value: string): boolean {
    return this.#items.some(([item]) => this.matches(value, item));
  }

  /** The values of the header, the best one first. */
  values(): readonly string[] {
    return this.#items.map(([value]) => value);
  }

  [Symbol.iterator](): Iterator<Weighted> {
    return this.#items.values();
  }

  /** The header, in the order of `values`. */
  toString(): string {
    return this.#items.map(([value, quality]) => (quality === 1 ? value : `${value};q=${quality}`)).join(",");
  }

  protected specificity(value: string): readonly number[] {
    return [value === "*" ? 0 : 1];
  }

  protected matches(value: string, item: string): boolean {
    return item === "*" || item.toLowerCase() === value.toLowerCase();
  }
}

/** The header Accept: `request.acceptMimetypes.bestMatch(["text/html", "application/json"])`. */
export class MimeAccept extends Accept {
  /** Whether the browser takes pages. */
  get acceptHtml(): boolean {
    return this.has("text/html") || this.acceptXhtml;
  }
  get acceptXhtml(): boolean {
    return this.has("application/xhtml+xml") || this.has("application/xml");
  }
  get acceptJson(): boolean {
    return this.has("application/json");
  }

  protected override specificity(value: string): readonly number[] {
    return value.split(/\/|\s*;\s*/).map((part) => (part === "*" ? 0 : 1));
  }

  protected override matches(value: string, item: string): boolean {
    if (!item.includes("/")) return false;
    const [type, subtype, ...options] = partsOf(value);
    if (subtype === undefined || (type === "*" && subtype !== "*"))
      throw new InvalidOptionError(
        `request.acceptMimetypes: "${value}" is no type of content. Fix: use one such as "text/html".`,
      );
    const [itemType, itemSubtype, ...itemOptions] = partsOf(item);
    if (itemType === "*") return itemSubtype === "*";
    if (type === "*") return true;
    if (itemType !== type) return false;
    return (
      itemSubtype === "*" ||
      subtype === "*" ||
      (itemSubtype === subtype && itemOptions.toSorted().join(";") === options.toSorted().join(";"))
    );
  }
}

/** The header Accept-Language. `bestMatch` takes "en" for "en-US", and the other way round. */
export class LanguageAccept extends Accept {
  override bestMatch(values: readonly string[]): string | null;
  override bestMatch<Default>(values: readonly string[], defaultValue: Default): string | Default;
  override bestMatch(values: readonly string[], defaultValue: unknown = null): unknown {
    const exact = super.bestMatch(values);
    if (exact !== null) return exact;
    const primary = new Accept([...this].map(([value, quality]) => [primaryOf(value), quality]));
    const general = primary.bestMatch(values);
    if (general !== null) return general;
    const found = super.bestMatch(values.map(primaryOf));
    return found === null ? defaultValue : values.find((value) => value.startsWith(found));
  }

  protected override matches(value: string, item: string): boolean {
    return item === "*" || value.toLowerCase().replaceAll("_", "-") === item.toLowerCase().replaceAll("_", "-");
  }
}

/** The header Accept-Charset, in which "utf8" is "utf-8". */
export class CharsetAccept extends Accept {
  protected override matches(value: string, item: string): boolean {
    return item === "*" || charsetOf(value) === charsetOf(item);
  }
}

function readItems(header: string): Weighted[] {
  const items: Weighted[] = [];
  for (const item of readListHeader(header)) {
    const { value, options } = readOptionsHeader(item);
    const { q = "1", ...others } = Object.fromEntries(options);
    // As in Werkzeug, a value with another quality is passed over.
    if (!/^\d+(?:\.\d+)?$/.test(q.trim()) || Number(q) > 1) continue;
    const rest = Object.entries(others).map(
      ([name, text]) => `; ${name}=${/^[\w!#$%&'*+\-.^`|~]+$/.test(text) ? text : JSON.stringify(text)}`,
    );
    items.push([`${value}${rest.join("")}`, Number(q)]);
  }
  return items;
}

/** Compares lists, as Python compares tuples. */
function compare(one: readonly number[], other: readonly number[]): number {
  const at = one.findIndex((each, index) => each !== other[index]);
  return at < 0 || at >= other.length ? one.length - other.length : one[at]! - other[at]!;
}

function partsOf(type: string): readonly string[] {
  return type.toLowerCase().split(/\/|\s*;\s*/);
}

function primaryOf(language: string): string {
  return language.split(/[_-]/)[0]!;
}

function charsetOf(name: string): string {
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
  return /^(?:latin1|l1|iso88591|88591|cp819)$/.test(plain) ? "iso88591" : plain;
}
