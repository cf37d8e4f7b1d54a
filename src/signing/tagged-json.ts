import { BadPayload, InvalidOptionError } from "../errors.ts";
import { checkOptions, kindOf } from "../options.ts";
import { formatHttpDate, parseHttpDate } from "./http-date.ts";
import { readJson } from "./json-reader.ts";
import { writeJson, type JsonStyle } from "./json-writer.ts";
import { Markup } from "./markup.ts";
import { moveNumberSources } from "./number-sources.ts";
import type { PayloadSerializer } from "./python-json.ts";
import { Tuple } from "./tuple.ts";
import { Uuid } from "./uuid.ts";

/** One more kind of value for `TaggedJson`, written as `{"key": encoded}`. */
export interface JsonTag<Value = unknown> {
  /**
   * The tag in the text. Flask's own tags begin with a space: " t", " b", " m", " u", " d", " di".
   */
  readonly key: string;
  /** Whether a value is of this kind. */
  matches(value: object): boolean;
  /**
   * The value as plain JSON values. Values inside it may be of any kind that the serializer knows.
   */
  encode(value: Value): unknown;
  /** Restores the value. An error that it throws becomes the cause of a BadPayload. */
  decode(encoded: unknown): Value;
}

export interface TaggedJsonOptions {
  /** Additional kinds of values. They are tried before Flask's own. Default: none. */
  readonly tags?: readonly JsonTag[] | undefined;
  /**
   * Whether NaN and the infinities may be written. If false, `dumps` throws for them. Default:
   * true, as in Flask.
   */
  readonly allowNaN?: boolean | undefined;
  /**
   * Members are written in the order of their keys. Default: true, as Flask does within an
   * application.
   */
  readonly sortKeys?: boolean | undefined;
}

/** The key for a plain object that looks like a tagged value. */
const ESCAPE_KEY = " di";
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$/;

const FLASK_TAGS = [
  {
    key: " t",
    matches: (value) => value instanceof Tuple,
    encode: (value) => value,
    decode(encoded) {
      const items = expect(Array.isArray(encoded), encoded) as unknown[];
      const tuple = Tuple.from(items);
      moveNumberSources(items, tuple);
      return tuple;
    },
  },
  {
    key: " b",
    matches: (value) => value instanceof Uint8Array,
    encode: (value) => Buffer.from(value as Uint8Array).toString("base64"),
    decode: (encoded) =>
      Uint8Array.from(
        Buffer.from(expect(typeof encoded === "string" && BASE64.test(encoded), encoded) as string, "base64"),
      ),
  },
  {
    key: " m",
    matches: (value) => value instanceof Markup,
    encode: (value) => (value as Markup).html,
    decode: (encoded) => new Markup(encoded as string),
  },
  {
    key: " u",
    matches: (value) => value instanceof Uuid,
    encode: (value) => (value as Uuid).hex,
    decode: (encoded) => new Uuid(encoded as string),
  },
  {
    key: " d",
    matches: (value) => value instanceof Date,
    encode: (value) => formatHttpDate(value as Date),
    decode(encoded) {
      const date = typeof encoded === "string" ? parseHttpDate(encoded) : undefined;
      return expect(date !== undefined, date);
    },
  },
] satisfies JsonTag[];

/**
 * The JSON of Flask's sessions. It has six kinds of values that JSON does not have: `Tuple`, bytes
 * (`Uint8Array`), `Markup`, `Uuid`, `Date` (whole seconds), and objects that only look like one of
 * these.
 *
 * The text is compact ASCII with sorted members, byte for byte as Flask 2.2 to 3.1 writes it. Flask
 * guesses in some cases. Reading is strict here: a tag with content that Flask never writes is a
 * BadPayload.
 *
 * @example
 * ```ts
 * const json = new TaggedJson();
 * json.dumps({ seen: new Date(0), flashes: [new Tuple("message", "hello")] });
 * // {"flashes":[{" t":["message","hello"]}],"seen":{" d":"Thu, 01 Jan 1970 00:00:00 GMT"}}
 * ```
 */
export class TaggedJson implements PayloadSerializer {
  readonly #tags: ReadonlyMap<string, JsonTag>;
  readonly #style: JsonStyle;
  readonly #mayHoldTags: RegExp;
  readonly #hasOwnTags: boolean;

  /**
   * @throws InvalidOptionError for an unknown option, two tags with the same key, or an empty key.
   */
  constructor(options: TaggedJsonOptions = {}) {
    checkOptions("TaggedJson", options, ["tags", "allowNaN", "sortKeys"]);
    const { tags = [], allowNaN = true, sortKeys = true } = options;
    if (!Array.isArray(tags))
      throw new InvalidOptionError(
        `The option tags must be a list of JSON tags. It got ${kindOf(tags)}. Fix: tags: [tag].`,
      );
    const all = new Map<string, JsonTag>();
    for (const tag of [...tags, ...FLASK_TAGS]) {
      if (typeof (tag as JsonTag | null)?.key !== "string" || tag.key === "")
        throw new InvalidOptionError('The key of a JSON tag must be a string that is not empty. Fix: key: " set".');
      if (all.has(tag.key) || tag.key === ESCAPE_KEY)
        throw new InvalidOptionError(
          `There are two JSON tags with the key "${tag.key}". Fix: give your tag another key.`,
        );
      all.set(tag.key, tag);
    }
    this.#tags = all;
    this.#style = {
      separators: [",", ":"],
      ensureAscii: true,
      sortKeys,
      allowNaN,
      names: new Map(),
      tagged: (value) => this.#tagged(value),
      escape: (key) => (this.#isTagKey(key) ? ESCAPE_KEY : undefined),
    };
    this.#hasOwnTags = tags.length > 0;
    // An object with a first key that begins with a space, or with an escape that may be one. A
    // text without such an object holds no tags.
    this.#mayHoldTags = tags.every(({ key }) => key.startsWith(" ")) ? /\{\s*"[ \\]/ : /\{/;
  }

  /** @throws TypeError for a value that tagged JSON cannot hold. It names the member. */
  dumps(value: unknown): string {
    return writeJson(value, this.#style);
  }

  /**
   * @throws BadPayload if the text is not JSON, is nested deeper than 100 levels, or has a tag with
   *   content that does not fit it.
   */
  loads(text: string): unknown {
    const value = readJson(text);
    return this.#mayHoldTags.test(text) ? this.#untag(value) : value;
  }

  #tagged(value: object): { readonly key: string; readonly content: unknown } | undefined {
    const prototype: unknown = Object.getPrototypeOf(value);
    // A fast path: most objects are plain objects or arrays, and Flask has no tags for these.
    if (!this.#hasOwnTags && (prototype === Object.prototype || prototype === Array.prototype)) return undefined;
    for (const tag of this.#tags.values()) {
      if (tag.matches(value)) return { key: tag.key, content: tag.encode(value) };
    }
    return undefined;
  }

  #isTagKey(key: string): boolean {
    return key === ESCAPE_KEY || this.#tags.has(key);
  }

  /**
   * Bottom up, so that a tag's content is decoded before the tag. The recursion ends, because
   * readJson refuses more than 100 levels.
   */
  #untag(value: unknown): unknown {
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) {
      for (let index = 0; index < value.length; index++) value[index] = this.#untag(value[index]);
      return value;
    }
    // These are own members of an object that JSON.parse made, so an assignment changes no
    // prototype, not even for __proto__.
    const object = value as Record<string, unknown>;
    const keys = Object.keys(object);
    for (const key of keys) object[key] = this.#untag(object[key]);
    const key = keys.length === 1 ? keys[0]! : undefined;
    if (key === undefined || !this.#isTagKey(key)) return object;
    return key === ESCAPE_KEY ? this.#unescape(object[key]) : this.#decode(this.#tags.get(key)!, object[key]);
  }

  #unescape(content: unknown): unknown {
    const entries =
      typeof content === "object" && content !== null && !Array.isArray(content) ? Object.entries(content) : [];
    const [escapedKey = "", value] = entries[0] ?? [];
    const key = escapedKey.slice(0, -2);
    if (entries.length !== 1 || escapedKey !== `${key}__` || !this.#isTagKey(key)) throw misfit(ESCAPE_KEY);
    const object = { [key]: value };
    moveNumberSources(content as object, object, () => key);
    return object;
  }

  #decode(tag: JsonTag, content: unknown): unknown {
    try {
      return tag.decode(content);
    } catch (cause) {
      throw misfit(tag.key, cause);
    }
  }
}

function misfit(key: string, cause?: unknown): BadPayload {
  return new BadPayload(`The content of a "${key}" tag does not fit the tag.`, { cause });
}

function expect<Value>(condition: boolean, value: Value): Value {
  if (!condition) throw new TypeError("The content of the tag has another form.");
  return value;
}
