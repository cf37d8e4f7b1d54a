import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readJson } from "../../src/signing/json-reader.ts";
import { hasEscapedName, parseJson } from "../../src/signing/parse-json.ts";

const same = (text: string): unknown => parseJson(text, (_, value) => value);
const resultOf = (read: () => unknown): unknown => {
  try {
    return { value: read() };
  } catch {
    return "refused";
  }
};

describe("texts with escapes in names", () => {
  test("a name is what the text says, whatever other texts were read before", () => {
    // The pairs that V8 13.6 mixes up: the second name begins, in its text, like the first one.
    const pairs = [
      ["\\\\", "\\u4eae", "亮"],
      ["\\\\", "\\n", "\n"],
      ["a\\\\", "a\\u4eae", "a亮"],
      ["\\\\u", "\\u4eaeb", "亮b"],
      ["\\\\", '\\"', '"'],
    ] as const;
    for (const [index, [before, text, name]] of pairs.entries()) {
      readJson(`{"shape ${index}":1,"${before}":2}`);
      JSON.parse(`{"shape ${index}":1,"${before}":2}`);
      expect(Object.keys(readJson(`{"shape ${index}":1,"${text}":2}`) as object)).toEqual([`shape ${index}`, name]);
      expect(Object.keys(readJson(`{"shape ${index}":1.5,"${text}":2.5}`) as object)).toEqual([`shape ${index}`, name]);
    }
  });

  test("are told from texts with escapes in values alone", () => {
    expect(['{"a":"\\u4eae"}', '["\\u4eae"]', '{"a":["\\\\:",1]}', "{}", '"\\'].map(hasEscapedName)).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
    expect(['{"\\u4eae":1}', '[{"a":1,"b\\n" :2}]', '{"a":{"\\"":1}}'].map(hasEscapedName)).toEqual([true, true, true]);
  });

  test("are found at once in hostile texts, and read or refused at once", () => {
    const hostile = [
      `{"a":"${'\\"'.repeat(200_000)}\\`,
      '"\\'.repeat(200_000),
      `{"\\n":"${"x".repeat(500_000)}`,
      `{"\\n":"${"\\n".repeat(200_000)}"}`,
      `["\\n"${'""'.padEnd(300_000, " ")}`,
      `{"\\n":1${" ".repeat(300_000)}`,
      `${"\\".repeat(400_001)}"`,
    ];
    for (const text of hostile) resultOf(() => readJson(text));
  }, 300_000);

  test("mean what JSON.parse says they mean", () => {
    fc.assert(
      fc.property(fc.json({ noUnicodeString: false } as never), fc.constantFrom("", " ", "\n\t"), (text, space) => {
        expect(same(space + text + space)).toEqual(JSON.parse(text));
      }),
    );
    const special = '{"__proto__":{"a":1},"a":[[],{},[1,[null,true,false]],-0.5e3],"a":2," ":"\\ud800"}';
    expect(same(special)).toEqual(JSON.parse(special));
    expect(Object.getPrototypeOf(same(special))).toBe(Object.prototype);
    for (const [index, word] of ["1", '"x"', " [ ] ", "null"].entries())
      expect(same(word), String(index)).toEqual(JSON.parse(word));
  });

  test("are refused where JSON.parse refuses them", () => {
    const broken = [
      "",
      " ",
      "{",
      "[",
      "}",
      '{"a"}',
      '{"a":}',
      '{"a":1,}',
      "[1,]",
      "[,1]",
      "[1 2]",
      "{} {}",
      "tru",
      "01",
      '"a',
      "{'a':1}",
      '{"a":1}]',
      "\u00a01",
      "{a:1}",
      '{"a":1 "b":2}',
      '["\n"]',
      "[1}",
      '{"a":1]',
      "-",
      "1,",
      ":",
    ];
    for (const text of broken)
      expect(
        resultOf(() => same(text)),
        JSON.stringify(text),
      ).toBe("refused");
    fc.assert(
      fc.property(
        fc.json(),
        fc.nat(),
        fc.constantFrom("", ",", "{", "}", "[", "]", ":", '"', "\\", "0", "e"),
        (text, where, mark) => {
          const at = where % (text.length + 1);
          const changed = text.slice(0, at) + mark + text.slice(mark === "" ? at + 1 : at);
          expect(resultOf(() => same(changed))).toEqual(resultOf(() => JSON.parse(changed) as unknown));
        },
      ),
      { numRuns: 2000 },
    );
  });
});
