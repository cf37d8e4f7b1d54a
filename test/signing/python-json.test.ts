import { BadPayload, Float, PythonJson, Tuple } from "latchkey/signing";
import { describe, expect, test } from "vitest";
import { moveNumberSources } from "../../src/signing/number-sources.ts";
import { thrown } from "./thrown.ts";

const json = new PythonJson();
const compact = new PythonJson({ compact: true, ensureAscii: false });

/** Objects and arrays in turn, in so many levels. */
const deep = (levels: number): string => `${'{"a": ['.repeat(levels / 2)}1${"]}".repeat(levels / 2)}`;

describe("writing", () => {
  test("is that of Python's json.dumps, spaces, escapes and all", () => {
    expect(json.dumps({ b: [1, true, null], a: 'é\u2028😀\u007f"\\/\b\f\n\r\t\0' })).toBe(
      String.raw`{"b": [1, true, null], "a": "\u00e9\u2028\ud83d\ude00\u007f\"\\/\b\f\n\r\t\u0000"}`,
    );
    expect(compact.dumps({ b: [1, 2], a: "é\u2028😀\u007f" })).toBe('{"b":[1,2],"a":"é\u2028😀\u007f"}');
    expect(compact.dumps("\ud800 \udc00")).toBe(String.raw`"\ud800 \udc00"`);
  });

  test("spells numbers as Python does", () => {
    const numbers: readonly (readonly [number | bigint | Float, string])[] = [
      [0, "0"],
      [-0, "0"],
      [1e20, "100000000000000000000"],
      [1e21, "1e+21"],
      [0.1, "0.1"],
      [1.5e300, "1.5e+300"],
      [0.0001, "0.0001"],
      [0.00001, "1e-05"],
      [1.25e-7, "1.25e-07"],
      [5e-324, "5e-324"],
      [123_456.789, "123456.789"],
      [2n ** 64n, "18446744073709551616"],
      [-5n, "-5"],
      [new Float(1), "1.0"],
      [new Float(-0), "-0.0"],
      [new Float(1e15), "1000000000000000.0"],
      [new Float(1e16), "1e+16"],
      [new Float(123_456_789_012_345_680), "1.2345678901234568e+17"],
      [new Float(0.001), "0.001"],
      [Number.NaN, "NaN"],
      [Number.POSITIVE_INFINITY, "Infinity"],
      [new Float(Number.NEGATIVE_INFINITY), "-Infinity"],
    ];
    expect(numbers.map(([number]) => json.dumps(number))).toEqual(numbers.map(([, text]) => text));
  });

  test("leaves out undefined members, and keeps the order that a Map has", () => {
    expect(json.dumps({ a: undefined, b: 1, c: undefined })).toBe('{"b": 1}');
    expect(
      json.dumps(
        new Map<unknown, unknown>([
          ["b", 1],
          ["10", 2],
          [9, 3],
          [null, 4],
          [true, 5],
          [2n, 6],
          [new Float(1), 7],
        ]),
      ),
    ).toBe('{"b": 1, "10": 2, "9": 3, "null": 4, "true": 5, "2": 6, "1.0": 7}');
    expect(json.dumps(new Map([["__proto__", 1]]))).toBe('{"__proto__": 1}');
    expect(json.dumps(new Tuple(1, 2))).toBe("[1, 2]");
  });

  test("sorts by code point, and numbers as numbers", () => {
    const sorted = new PythonJson({ sortKeys: true, compact: true });
    expect(sorted.dumps({ b: 1, "\u{1f600}": 2, "\uffee": 3, B: 4, "": 5, ba: 6, "\u{1f600}a": 7 })).toBe(
      String.raw`{"":5,"B":4,"b":1,"ba":6,"\uffee":3,"\ud83d\ude00":2,"\ud83d\ude00a":7}`,
    );
    const many = Array.from({ length: 40 }, (_, index) => `key ${(index * 7) % 40}`);
    expect(Object.keys(sorted.loads(sorted.dumps(Object.fromEntries(many.map((key) => [key, 1])))) as object)).toEqual(
      many.toSorted(),
    );
    expect(
      sorted.dumps(
        new Map([
          [10, 1],
          [9, 2],
        ]),
      ),
    ).toBe('{"9":2,"10":1}');
    expect(() =>
      sorted.dumps(
        new Map<unknown, number>([
          [10, 1],
          ["9", 2],
        ]),
      ),
    ).toThrow(TypeError);
    expect(sorted.dumps({ z: { b: 1, a: 2 } })).toBe('{"z":{"a":2,"b":1}}');
  });

  test("refuses what has no form in JSON, and names the member", () => {
    class Point {
      readonly x = 1;
    }
    const values = [
      undefined,
      [undefined],
      Array(1),
      { f: () => 1 },
      Symbol("s"),
      new Set(),
      new Point(),
      new Date(),
      /x/,
      new Uint8Array(1),
    ];
    for (const value of values) expect(thrown(() => json.dumps(value))).toBeInstanceOf(TypeError);
    expect(thrown(() => json.dumps({ a: { tags: new Set(["canary"]) } }))).toMatchObject({
      message: expect.stringMatching(/Set.*"tags"/),
    });
    expect(thrown(() => json.dumps([0, new Point()]))).toMatchObject({
      message: expect.stringMatching(/Point.*item 1/),
    });
    expect(thrown(() => json.dumps({ a: new Set(["canary"]) }))).toMatchObject({
      message: expect.not.stringContaining("canary"),
    });
    expect(() => json.dumps(new Map([[{}, 1]]))).toThrow(TypeError);
    const strict = new PythonJson({ allowNaN: false });
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, new Float(Number.NaN)])
      expect(() => strict.dumps([value])).toThrow(TypeError);
    expect(strict.dumps([new Float(1), 2])).toBe("[1.0, 2]");
  });

  test("goes 100 levels deep and no further, so it ends in a circular reference", () => {
    const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);
    expect(json.loads(json.dumps(nested(100)))).toEqual(nested(100));
    expect(() => json.dumps(nested(101))).toThrow(TypeError);
    const circle: Record<string, unknown> = {};
    circle["self"] = circle;
    expect(() => json.dumps(circle)).toThrow(/circular/);
  });

  test("takes object literals of another realm, and objects without a prototype", async () => {
    const { runInNewContext } = await import("node:vm");
    expect(json.dumps(runInNewContext("({ a: [1] })"))).toBe('{"a": [1]}');
    expect(json.dumps(Object.assign(Object.create(null), { a: 1 }))).toBe('{"a": 1}');
  });
});

describe("reading", () => {
  test("keeps integers beyond 2^53 exact, up to 4,300 digits", () => {
    expect(json.loads("[9007199254740991, 9007199254740992, -9223372036854775808, 18446744073709551616]")).toEqual([
      9_007_199_254_740_991,
      9_007_199_254_740_992n,
      -9_223_372_036_854_775_808n,
      18_446_744_073_709_551_616n,
    ]);
    expect(json.loads("9007199254740993")).toBe(9_007_199_254_740_993n);
    expect(json.loads("9".repeat(4300))).toBe(10n ** 4300n - 1n);
    expect(json.loads(`-${"9".repeat(4300)}`)).toBe(1n - 10n ** 4300n);
    expect(() => json.loads("9".repeat(4301))).toThrow(BadPayload);
  });

  test("knows NaN and the infinities as numbers, and as text in strings", () => {
    expect(json.loads('[NaN, -Infinity, {"a": Infinity}, "NaN, \\"Infinity\\"", 1e999, 1e999999]')).toEqual([
      Number.NaN,
      Number.NEGATIVE_INFINITY,
      { a: Number.POSITIVE_INFINITY },
      'NaN, "Infinity"',
      Number.POSITIVE_INFINITY,
      Number.POSITIVE_INFINITY,
    ]);
    expect(json.loads("NaN")).toBeNaN();
    expect(json.dumps(json.loads("[NaN, Infinity, -Infinity]"))).toBe("[NaN, Infinity, -Infinity]");
  });

  test.each([
    "",
    " ",
    "nan",
    "-NaN",
    "+1",
    "01",
    "1.",
    ".5",
    "1e",
    "[1,]",
    "{a: 1}",
    "'a'",
    "NaNN",
    "[NaN",
    "1 2",
    "\ufeff1",
    '"\n"',
    "Infinity5",
  ])("refuses %j", (text) => {
    const error = thrown(() => json.loads(text));
    expect(error).toBeInstanceOf(BadPayload);
    expect(error).not.toHaveProperty("cause");
  });

  test("takes time in proportion to the text: in proportion to its square, each of these would take minutes", () => {
    for (const worst of [`NaN"${'\\"'.repeat(400_000)}`, `NaN${'"\\'.repeat(400_000)}`, `[NaN"\\`]) {
      expect(() => json.loads(worst)).toThrow(BadPayload);
    }
    expect(json.loads(`[NaN,1e${"9".repeat(800_000)}]`)).toEqual([Number.NaN, Number.POSITIVE_INFINITY]);
  });

  test("goes 100 levels deep, and brackets in strings do not count", () => {
    expect(json.dumps(json.loads(deep(100)))).toBe(deep(100));
    expect(() => json.loads(deep(102))).toThrow(BadPayload);
    const brackets = JSON.stringify(["[".repeat(300), '\\"{'.repeat(300), "\\"]);
    expect(json.loads(brackets)).toEqual(JSON.parse(brackets));
    const wide = `[${"[],".repeat(300)}{}]`;
    expect(json.loads(wide)).toHaveLength(301);
    expect(() => json.loads("[".repeat(60_000))).toThrow(BadPayload);
  });

  test("makes __proto__ a member like any other, on the exact way too", () => {
    for (const text of ['{"__proto__": {"admin": true}}', '{"__proto__": {"admin": true}, "n": 1.0, "x": NaN}']) {
      const value = json.loads(text) as object;
      expect(Object.hasOwn(value, "__proto__")).toBe(true);
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
      expect(json.dumps(value)).toBe(text);
    }
  });

  test("lets the last of two members with one name win", () => {
    expect(json.loads('{"a": 1, "a": 2}')).toEqual({ a: 2 });
    expect(json.dumps(json.loads('{"a": 1.0, "a": 2.0}'))).toBe('{"a": 2.0}');
  });
});

describe("numbers that were read and not touched", () => {
  test("are written as they were spelled", () => {
    const text = '{"a": [1.0, 1e+16, 1e-07, -0.0, 1.10, 1E5, 18446744073709551616, 0.5], "b": 2.0, "c": {"d": 3.0}}';
    expect(json.dumps(json.loads(text))).toBe(text);
  });

  test("are written as numbers of JavaScript once they have changed", () => {
    const value = json.loads('{"a": 1.0, "b": 2.0, "c": [3.0, 4.0]}') as { a: number; b: number; c: number[] };
    value.a += 1;
    value.c.push(5);
    value.c[0] = 7;
    expect(json.dumps(value)).toBe('{"a": 2, "b": 2.0, "c": [7, 4.0, 5]}');
  });

  test("keep their spelling where the members are put into another container, if that is said", () => {
    const value = json.loads('{"b": 1.0, "a": 2.0}') as Record<string, number>;
    const map = new Map(Object.entries(value));
    moveNumberSources(value, map);
    expect(json.dumps(map.set("c", 3))).toBe('{"b": 1.0, "a": 2.0, "c": 3}');
  });

  test("that move to another place are spelled anew", () => {
    const value = json.loads('{"a": 1.0, "b": 2.0}') as Record<string, number>;
    expect(json.dumps({ b: value["a"] })).toBe('{"b": 1}');
  });
});
