import { pythonText } from "./python-text.ts";

/** Thrown by a converter: the text does not fit, so the address is not found. */
export class ValidationError extends Error {
  override name = "ValidationError";
}

/**
 * A variable of a URL rule. Subclass it for a converter of your own, and put the class in
 * `app.urlMap.converters`.
 *
 * The constructor gets the application's `urlMap`, then what the rule has in brackets: `<list("+"):
 * names>` calls `new ListConverter(urlMap, "+")`. Named arguments come last, as one object.
 *
 * @example
 * ```ts
 * class ListConverter extends BaseConverter {
 *   override toPython(text: string): readonly string[] {
 *     return text.split("+");
 *   }
 *   override toUrl(names: readonly string[]): string {
 *     return names.map((name) => super.toUrl(name)).join("+");
 *   }
 * }
 * app.urlMap.converters["list"] = ListConverter;
 * app.route("/tags/<list:names>", ({ names }) => jsonify(names));
 * ```
 */
export class BaseConverter {
  /**
   * The texts that fit, as the source of a regular expression. Default: anything without a slash.
   */
  regex = "[^/]+";
  /** Rules with a lower weight are tried first. Default: 100; numbers have 50, paths 200. */
  weight = 100;
  /** Whether the regular expression never matches a slash. Default: true. */
  partIsolating = true;

  // The parameters say what a subclass is given.
  // oxlint-disable-next-line no-useless-constructor, no-unused-vars
  constructor(_map: object, ..._args: readonly never[]) {}

  /**
   * The view's argument for a text of the address.
   *
   * @throws ValidationError when the text does not fit. The answer is then 404.
   */
  toPython(text: string): unknown {
    return text;
  }

  /** The text of the address for a value, percent-encoded. A slash is encoded too. */
  toUrl(value: unknown): string {
    return quoteVariable(pythonText(value));
  }
}

/** The class of a converter. */
export type ConverterClass = new (map: object, ...args: never[]) => BaseConverter;

/**
 * What stands unencoded in a variable: as Werkzeug, but for the slash. A slash in a value would
 * otherwise lead to another rule.
 */
export function quoteVariable(text: string): string {
  return encodeWith(text, /[!$&'()*+,:;=@]/);
}

/** What stands unencoded in a path: as Werkzeug. */
export function quotePath(text: string): string {
  return encodeWith(text, /[!$&'()*+,/:;=@]/);
}

/** What stands unencoded in a fragment: as Werkzeug. */
export function quoteAnchor(text: string): string {
  return encodeWith(text, /[%!#$&'()*+,/:;=?@]/);
}

/** Encodes all but letters, digits, `-._~` and what `safe` matches. */
export function encodeWith(text: string, safe: RegExp): string {
  return [...text.toWellFormed()]
    .map((letter) =>
      /[\w.~-]/.test(letter) || safe.test(letter)
        ? letter
        : encodeURIComponent(letter).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`),
    )
    .join("");
}
