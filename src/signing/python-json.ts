import { checkOptions } from "../options.ts";
import { readJson } from "./json-reader.ts";
import { writeJson, type JsonStyle } from "./json-writer.ts";

/** What a serializer turns values into text with: `dumps` and `loads`, as in Python. */
export interface PayloadSerializer {
  dumps(value: unknown): string;
  loads(text: string): unknown;
}

export interface PythonJsonOptions {
  /** No spaces after commas and colons: `separators=(",", ":")`. False by default, as in Python. */
  readonly compact?: boolean | undefined;
  /** Characters outside ASCII as `\uXXXX`. True by default. */
  readonly ensureAscii?: boolean | undefined;
  /** Members in the order of their keys. False by default. */
  readonly sortKeys?: boolean | undefined;
  /**
   * Whether NaN and the infinities may be written, as words that only Python and this class read.
   * True by default.
   */
  readonly allowNaN?: boolean | undefined;
}

/**
 * JSON as Python's `json` module reads and writes it, byte for byte.
 *
 * Reading: integers beyond 2^53 are BigInt, NaN and Infinity are numbers, `__proto__` is data.
 * Writing: whole numbers below 10^21 are integers, `Float` makes a float of one, Map keeps an order
 * that plain objects do not, undefined members are left out. A number that was read and not touched
 * is written as it was spelled, so 1.0 stays a Python float.
 *
 * @example
 * ```ts
 * const json = new PythonJson({ sortKeys: true });
 * json.dumps({ b: 1, a: "é" }); // {"a": "\u00e9", "b": 1}
 * json.dumps(json.loads("[1.0, 18446744073709551616]")); // [1.0, 18446744073709551616]
 * ```
 */
export class PythonJson implements PayloadSerializer {
  readonly #style: JsonStyle;

  /** @throws InvalidOptionError for a name that is no option. */
  constructor(options: PythonJsonOptions = {}) {
    checkOptions("PythonJson", options, ["compact", "ensureAscii", "sortKeys", "allowNaN"]);
    const { compact = false, ensureAscii = true, sortKeys = false, allowNaN = true } = options;
    this.#style = { separators: compact ? [",", ":"] : [", ", ": "], ensureAscii, sortKeys, allowNaN, names: new Map() };
  }

  /** @throws TypeError for what JSON cannot hold, naming the member. */
  dumps(value: unknown): string {
    return writeJson(value, this.#style);
  }

  /** @throws BadPayload if the text is no JSON, or nested deeper than 100 levels. */
  loads(text: string): unknown {
    return readJson(text);
  }
}
