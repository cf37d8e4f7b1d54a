import { InvalidOptionError } from "../../index.ts";
import { parseExactly } from "./parse-exactly.ts";

/**
 * How an application writes and reads JSON: `jsonify`, objects that views return, and
 * `request.json`. To change it, set a member of `app.json`, or give it a provider of your own.
 *
 * @example
 * ```ts
 * class SetsAsLists extends JSONProvider {
 *   override default(value: unknown): unknown {
 *     return value instanceof Set ? [...value] : super.default(value);
 *   }
 * }
 * app.json = new SetsAsLists();
 * ```
 */
export class JSONProvider {
  /** Whether names are sorted. Default: false, they stay in the object's order. Flask's is true. */
  sortKeys = false;
  /** Whether letters beyond ASCII are written as `\u00e9`. Default: false. Flask's is true. */
  ensureAscii = false;
  /** Whether it is one line. Default: true. Flask breaks lines with DEBUG. */
  compact = true;
  /** The type of such answers. */
  mimetype = "application/json";

  /**
   * What to write for a value that JSON does not have: a Date, a Set, a Map, a Promise.
   *
   * @throws InvalidOptionError for all but a Date, because they would be written as `{}`.
   */
  default(value: unknown): unknown {
    if (value instanceof Set || value instanceof Map || value instanceof Promise)
      throw new InvalidOptionError(
        `A ${value.constructor.name} cannot be written as JSON. Fix: ${value instanceof Set ? "[...set]" : value instanceof Map ? "Object.fromEntries(map)" : "await it first"}.`,
      );
    return value instanceof Date ? value.toJSON() : value;
  }

  /** A value as JSON. */
  dumps(value: unknown): string {
    const { sortKeys, compact, ensureAscii } = this;
    const convert = (own: unknown): unknown => this.default(own);
    const text = JSON.stringify(
      value,
      function write(this: Readonly<Record<string, unknown>>, name: string, given: unknown) {
        // What it was before its toJSON.
        const own = this[name];
        const isForeign = own instanceof Date || own instanceof Set || own instanceof Map || own instanceof Promise;
        const item = isForeign ? convert(own) : given;
        if (typeof item === "bigint") return bigInteger(item);
        return sortKeys ? sorted(item) : item;
      },
      compact ? undefined : 2,
    );
    return ensureAscii ? text.replace(/[\u007f-\uffff]/g, escaped) : text;
  }

  /**
   * The value of a JSON text. A whole number that JavaScript would round is a BigInt.
   *
   * @throws SyntaxError for a text that is not JSON.
   */
  // oxlint-disable-next-line typescript/no-explicit-any
  loads(text: string): any {
    return parseExactly(text);
  }
}

/** JSON has integers of any size, and `JSON.stringify` refuses a BigInt. */
function bigInteger(value: bigint): unknown {
  const { rawJSON } = JSON as { readonly rawJSON?: (text: string) => unknown };
  return rawJSON === undefined ? String(value) : rawJSON(String(value));
}

function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const { isRawJSON } = JSON as { readonly isRawJSON?: (value: unknown) => boolean };
  if (isRawJSON?.(value) === true) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
