import { checkOptions } from "../options.ts";
import { readJson } from "./json-reader.ts";
import { writeJson, type JsonStyle } from "./json-writer.ts";

/** Turns values into text and back with `dumps` and `loads`, as in Python. */
export interface PayloadSerializer {
  dumps(value: unknown): string;
  loads(text: string): unknown;
}

export interface PythonJsonOptions {
  /**
   * No spaces after commas and colons: `separators=(",", ":")`. Shorter, but not byte for byte what
   * Python writes by default. Default: false.
   */
  readonly compact?: boolean | undefined;
  /**
   * Characters outside ASCII are written as `\uXXXX`. If false, they are written as they are.
   * Default: true.
   */
  readonly ensureAscii?: boolean | undefined;
  /**
   * Members are written in the order of their keys, so that equal objects have equal texts.
   * Default: false.
   */
  readonly sortKeys?: boolean | undefined;
  /**
   * Whether NaN and the infinities may be written. Only Python and this class read them. If false,
   * `dumps` throws for them. Default: true.
   */
  readonly allowNaN?: boolean | undefined;
}

/**
 * JSON as Python's `json` module reads and writes it, byte for byte.
 *
 * Reading: integers beyond 2^53 are BigInt, NaN and Infinity are numbers, `__proto__` is data.
 * Writing: whole numbers below 10^21 are integers, and `Float` writes one as a float. A Map keeps
 * an order that plain objects do not, and undefined members are left out. A number that was read
 * and not changed is written as it was spelled, so 1.0 stays a Python float.
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

  /** @throws InvalidOptionError for an unknown option. */
  constructor(options: PythonJsonOptions = {}) {
    checkOptions("PythonJson", options, ["compact", "ensureAscii", "sortKeys", "allowNaN"]);
    const { compact = false, ensureAscii = true, sortKeys = false, allowNaN = true } = options;
    this.#style = {
      separators: compact ? [",", ":"] : [", ", ": "],
      ensureAscii,
      sortKeys,
      allowNaN,
      names: new Map(),
    };
  }

  /** @throws TypeError for a value that JSON cannot hold. It names the member. */
  dumps(value: unknown): string {
    return writeJson(value, this.#style);
  }

  /** @throws BadPayload if the text is not JSON, or is nested deeper than 100 levels. */
  loads(text: string): unknown {
    return readJson(text);
  }
}
