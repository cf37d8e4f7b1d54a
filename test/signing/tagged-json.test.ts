import { inspect } from "node:util";
import { BadPayload, Float, Markup, PythonJson, TaggedJson, Tuple, Uuid, type JsonTag } from "latchkey/signing";
import { describe, expect, test } from "vitest";
import { InvalidOptionError } from "../../src/errors.ts";
import { thrown } from "./thrown.ts";

const json = new TaggedJson();
const HEX = "12345678123456781234567812345678";

describe("tagged JSON", () => {
  test("keeps what plain JSON loses", () => {
    const value = {
      t: new Tuple(1, "a", null, new Tuple()),
      b: Uint8Array.of(255, 0),
      empty: new Uint8Array(),
      m: new Markup("<b>é</b>"),
      u: new Uuid(HEX),
      d: new Date("2020-01-02T03:04:05Z"),
      n: { list: [new Tuple({ d: new Date(0) })] },
    };
    expect(json.loads(json.dumps(value))).toStrictEqual(value);
    expect(json.dumps(value)).toBe(
      String.raw`{"b":{" b":"/wA="},"d":{" d":"Thu, 02 Jan 2020 03:04:05 GMT"},"empty":{" b":""},"m":{" m":"<b>\u00e9</b>"},` +
        `"n":{"list":[{" t":[{"d":{" d":"Thu, 01 Jan 1970 00:00:00 GMT"}}]}]},"t":{" t":[1,"a",null,{" t":[]}]},"u":{" u":"${HEX}"}}`,
    );
  });

  test("escapes objects that only look like a tag, how deep ever", () => {
    const values = [
      { " t": [1] },
      { " di": 1 },
      { " di": { " t": [1] } },
      { " di": { " di": { " b": "x" } } },
      { " t__": 1 },
      { " di__": 1 },
      { " x": 1 },
      { " t": 1, x: 2 },
      { " u": new Uuid(HEX) },
      { x: { " d": new Tuple({ " m": 1.5 }) } },
      [{ " b": [] }],
    ];
    for (const value of values) expect(json.loads(json.dumps(value))).toStrictEqual(value);
    expect(json.dumps({ " t": 1, x: undefined })).toBe('{" di":{" t__":1}}');
    expect(json.dumps({ " t": undefined })).toBe("{}");
    expect(json.dumps(new Map([[" t", 1]]))).toBe('{" di":{" t__":1}}');
  });

  test.each([
    '{" t":"abc"}',
    '{" t":5}',
    '{" t":null}',
    '{" t":{"0":1}}',
    '{" b":"!!!!"}',
    '{" b":"YQ"}',
    '{" b":"YR=="}',
    '{" b":"_w=="}',
    '{" b":"YQ==\\n"}',
    '{" b":5}',
    '{" m":null}',
    '{" m":5}',
    `{" u":"${HEX}0"}`,
    '{" u":"x"}',
    '{" u":9}',
    '{" d":"garbage"}',
    '{" d":null}',
    '{" d":"Thu, 32 Jan 2020 03:04:05 GMT"}',
    '{" d":"Thu, 30 Feb 2020 03:04:05 GMT"}',
    '{" d":"Thu, 02 Foo 2020 03:04:05 GMT"}',
    '{" d":"Thu, 02 Jan 2020 24:04:05 GMT"}',
    '{" d":"Thu, 02 Jan 0000 03:04:05 GMT"}',
    '{" d":"2020-01-02T03:04:05Z"}',
    '{" di":{"abc":1,"def":2}}',
    '{" di":{"abc":1}}',
    '{" di":{}}',
    '{" di":[1]}',
    '{" di":null}',
    '{" di":{" x__":1}}',
    '{" di":{" t":1}}',
    '{"a":[{"\\u0020t":5}]}',
    '{ \n" t":5}',
  ])("refuses %s, which Flask never writes", (text) => {
    expect(thrown(() => json.loads(text))).toBeInstanceOf(BadPayload);
  });

  test("reads a tag however its key is spelled", () => {
    expect(json.loads('{"\\u0020t":[1]}')).toStrictEqual(new Tuple(1));
    expect(json.loads('{ "\\u0020\\u0074" : [1] }')).toStrictEqual(new Tuple(1));
    expect(json.loads('{" t":{" t":[1]}}')).toStrictEqual(new Tuple(1));
    expect(json.loads('{" t":[1],"x":2}')).toStrictEqual({ " t": [1], x: 2 });
    expect(json.loads(`{" u":"12345678-1234-5678-1234-567812345678"}`)).toStrictEqual(new Uuid(HEX));
  });

  test("has dates of whole seconds in the years 1 to 9999", () => {
    for (const iso of [
      "0001-01-01T00:00:00Z",
      "0099-12-31T23:59:59Z",
      "1969-12-31T23:59:59Z",
      "2020-02-29T00:00:00Z",
      "9999-12-31T23:59:59Z",
    ]) {
      expect(json.loads(json.dumps(new Date(iso)))).toStrictEqual(new Date(iso));
    }
    expect(json.loads(json.dumps(new Date(999)))).toStrictEqual(new Date(0));
    expect(json.loads('{" d":"Thu, 02 Jan 2020 03:04:05 +0200"}')).toStrictEqual(new Date("2020-01-02T01:04:05Z"));
    expect(json.loads('{" d":"02 Jan 2020 03:04:05"}')).toStrictEqual(new Date("2020-01-02T03:04:05Z"));
    for (const date of [new Date(Number.NaN), new Date("+010000-01-01T00:00:00Z"), new Date("0000-12-31T23:59:59Z")]) {
      expect(() => json.dumps({ date })).toThrow(TypeError);
    }
  });

  test("remembers floats inside tuples and escaped objects", () => {
    for (const text of ['{" t":[1.0,2]}', '{" di":{" t__":1.0}}', '{"a":{" di":{" di__":[1.0,{"b":2.0}]}}}']) {
      expect(json.dumps(json.loads(text))).toBe(text);
    }
    expect(json.dumps(new Tuple(new Float(1)))).toBe('{" t":[1.0]}');
  });

  test("keeps __proto__ as data where there are tags", () => {
    const value = json.loads('{"__proto__":{" t":[1]},"x":{" di":{" t__":{"__proto__":{"admin":true}}}}}') as Record<
      string,
      unknown
    >;
    expect(Object.getOwnPropertyDescriptor(value, "__proto__")?.value).toStrictEqual(new Tuple(1));
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(({} as { admin?: unknown }).admin).toBeUndefined();
    expect(json.dumps(value)).toBe('{"__proto__":{" t":[1]},"x":{" di":{" t__":{"__proto__":{"admin":true}}}}}');
  });

  test("nests as deep as it reads, tags counted", () => {
    const nested = (levels: number): unknown => (levels === 0 ? 1 : new Tuple(nested(levels - 1)));
    expect(json.loads(json.dumps(nested(50)))).toStrictEqual(nested(50));
    expect(() => json.dumps(nested(51))).toThrow(TypeError);
    const escaped = (levels: number): unknown => (levels === 0 ? 1 : { " t": escaped(levels - 1) });
    expect(json.loads(json.dumps(escaped(50)))).toStrictEqual(escaped(50));
    expect(() => json.dumps(escaped(51))).toThrow(TypeError);
  });

  test("refuses what it has no tag for", () => {
    for (const value of [new Set(), new WeakMap(), () => 1, Symbol("s"), new URL("http://localhost/")]) {
      expect(() => json.dumps({ value })).toThrow(TypeError);
    }
    expect(() => new TaggedJson({ allowNaN: false }).dumps({ x: Number.NaN })).toThrow(TypeError);
  });
});

describe("further tags", () => {
  class Money {
    readonly amount: bigint;
    constructor(amount: bigint) {
      this.amount = amount;
    }
  }
  const money: JsonTag<Money> = {
    key: " money",
    matches: (value) => value instanceof Money,
    encode: ({ amount }) => new Tuple(String(amount)),
    decode: (encoded) => new Money(BigInt((encoded as Tuple<[string]>)[0]!)),
  };
  const set: JsonTag<Set<unknown>> = {
    key: "set",
    matches: (value) => value instanceof Set,
    encode: (value) => [...value],
    decode: (encoded) => new Set(encoded as unknown[]),
  };

  test("are asked before Flask's own, and their contents may be tagged in turn", () => {
    const extended = new TaggedJson({ tags: [money, set] });
    const value = {
      price: new Money(5n),
      sets: new Set([new Tuple(1), new Set([new Money(1n)])]),
      set: [1],
      other: { set: [1] },
    };
    expect(extended.loads(extended.dumps(value))).toStrictEqual(value);
    expect(extended.dumps(new Set([new Date(0)]))).toBe('{"set":[{" d":"Thu, 01 Jan 1970 00:00:00 GMT"}]}');
    expect(extended.dumps({ set: [1] })).toBe('{" di":{"set__":[1]}}');
  });

  test("that cannot decode make a BadPayload with the cause", () => {
    const extended = new TaggedJson({ tags: [money] });
    expect(thrown(() => extended.loads('{" money":["x"]}'))).toMatchObject({
      name: "BadPayload",
      cause: expect.any(SyntaxError),
    });
  });

  test("have keys of their own", () => {
    for (const key of [" t", " di", ""])
      expect(() => new TaggedJson({ tags: [{ ...money, key }] })).toThrow(InvalidOptionError);
    expect(() => new TaggedJson({ tags: [money, money] })).toThrow(InvalidOptionError);
  });
});

describe("carriers", () => {
  test("a Tuple is an array of its items, and what is made of it is a plain array", () => {
    const tuple = new Tuple(3);
    expect([tuple.length, tuple[0], Array.isArray(tuple)]).toEqual([1, 3, true]);
    for (const array of [tuple.map(String), tuple.filter(Boolean), tuple.slice(), tuple.concat([1])])
      expect(array).not.toBeInstanceOf(Tuple);
    expect([Tuple.from([1, 2]), Tuple.from({ length: 2, 0: 1, 1: 2 }), Tuple.of(1, 2)]).toStrictEqual(
      [1, 2, 3].map(() => new Tuple(1, 2)),
    );
    expect(JSON.stringify(new Tuple(1, 2))).toBe("[1,2]");
  });

  test("a Uuid is read with hyphens and without, in either case, and nothing else", () => {
    const text = "abcdefab-cdef-abcd-efab-cdefabcdefab";
    expect([text, text.toUpperCase(), text.replaceAll("-", "")].map((form) => String(new Uuid(form)))).toEqual([
      text,
      text,
      text,
    ]);
    expect(JSON.stringify({ id: new Uuid(text) })).toBe(`{"id":"${text}"}`);
    for (const form of ["", text.slice(1), `{${text}}`, `urn:uuid:${text}`, text.replace("-", ""), 5 as never]) {
      expect(() => new Uuid(form)).toThrow(TypeError);
    }
  });

  test("Markup and Float are text and number where one is wanted", () => {
    expect([String(new Markup("<b>")), JSON.stringify(new Markup("<b>"))]).toEqual(["<b>", '"<b>"']);
    expect([String(new Float(2)), +new Float(2), JSON.stringify(new Float(2))]).toEqual(["2.0", 2, "2"]);
    expect(() => new Markup(5 as never)).toThrow(TypeError);
    expect(() => new Float("5" as never)).toThrow(TypeError);
    expect(inspect(new Tuple(1))).toContain("Tuple");
    expect(() => new PythonJson().dumps(new Markup("x"))).toThrow(TypeError);
  });
});
