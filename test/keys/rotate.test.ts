import { parseEnv } from "node:util";
import * as fc from "fast-check";
import { SecretKey, SecretKeyError, type KeyUsage } from "latchkey";
import { generateSecretKey, gradeSecretKey, loadKeyRing } from "latchkey/keys";
import { describe, expect, test } from "vitest";
import { formatFallbacks, parseFallbacks } from "../../src/keys/sources/fallbacks.ts";
import { readKeysText, writeKeysText, type KeysTextFormat } from "../../src/keys/sources/key-source-text.ts";
import { announceKey, promoteKey, retireKey, verificationShare } from "../../src/keys/sources/rotate.ts";

const [old, next, third] = [generateSecretKey(), generateSecretKey(), generateSecretKey()];
const fingerprint = (key: string): string => SecretKey.from(key).fingerprint;
const clock = (): number => 1_800_000_000;
const code = (expected: string): unknown => expect.objectContaining({ code: expected });

describe.each<[KeysTextFormat, string]>([
  ["file", `${old}\n`],
  ["env", `# the shop\nPORT=3000\nSECRET_KEY=${old}\nexport DEBUG="1" # loud\n`],
])("a rotation in a text of the form %s", (format, text) => {
  const announced = announceKey(text, next, format);
  const promoted = promoteKey(announced.text, fingerprint(next), format);
  const retire = (share: number, atMost?: number) => (): unknown =>
    retireKey(promoted.text, fingerprint(old), format, { share, ...(atMost === undefined ? {} : { atMost }) });

  test("announces: the next key verifies and does not sign", () => {
    expect(readKeysText(announced.text, format)).toEqual({ current: old, fallbacks: [next] });
    expect(announced.current.equals(SecretKey.from(old))).toBe(true);
  });

  test("promotes: the next key signs, the old one verifies", () => {
    expect(readKeysText(promoted.text, format)).toEqual({ current: next, fallbacks: [old] });
    expect(promoted.dropped).toBeUndefined();
  });

  test("retires: the old key goes, and the text is as it was but for the key", () => {
    const retired = retireKey(promoted.text, fingerprint(old), format, { share: 0 });
    expect(retired.text).toBe(text.replace(old, next));
    expect(retired.fallbacks).toEqual([]);
  });

  test("does not retire a key that is still in use, unless a larger share is allowed", () => {
    expect(retire(0.012)).toThrow(/1\.2 %/);
    expect(retire(0.012)).toThrow(code("key_refused"));
    expect(retire(0.01)).not.toThrow();
    expect(retire(0.3, 0.5)).not.toThrow();
    for (const share of [-1, 1.5, NaN]) expect(retire(share)).toThrow(code("key_invalid"));
  });

  test("does not promote a key again: the current key is not an announced one", () => {
    expect(() => promoteKey(promoted.text, fingerprint(next), format)).toThrow(code("key_invalid"));
  });

  test("keeps other fallback keys in each step", () => {
    const two = announceKey(promoted.text, third, format);
    expect(readKeysText(promoteKey(two.text, fingerprint(third), format).text, format)).toEqual({
      current: third,
      fallbacks: [old, next],
    });
  });

  test("can end all sessions at once", () => {
    const cut = promoteKey(announced.text, fingerprint(next), format, { keepOld: false });
    expect(readKeysText(cut.text, format)).toEqual({ current: next, fallbacks: [] });
    expect(cut.dropped).toBeDefined();
  });

  test("refuses a next key that is not better, or is already in the file", () => {
    expect(() => announceKey(text, "a key that I made up", format)).toThrow(code("key_refused"));
    expect(() => announceKey(text, old, format)).toThrow(code("key_conflict"));
    expect(() => announceKey(announced.text, next, format)).toThrow(code("key_conflict"));
  });

  test("drops an old key that can be guessed, unless it is accepted until a date", () => {
    const weak = "the key of the tutorial";
    const start = announceKey(text.replace(old, format === "env" ? `"${weak}"` : weak), next, format).text;
    const dropped = promoteKey(start, fingerprint(next), format, { clock });
    expect(readKeysText(dropped.text, format).fallbacks).toEqual([]);
    expect(dropped.dropped).toMatch(/\.$/);
    const accepted = promoteKey(start, fingerprint(next), format, {
      clock,
      acceptWeakFallbacksUntil: new Date("2027-02-01"),
    });
    expect(readKeysText(accepted.text, format).fallbacks).toEqual([weak]);
    const late = promoteKey(start, fingerprint(next), format, {
      clock,
      acceptWeakFallbacksUntil: new Date("2026-02-01"),
    });
    expect(readKeysText(late.text, format).fallbacks).toEqual([]);
  });
});

/** The text with the keys in it; undefined if writing them was refused. */
function written(before: string, current: string, fallbacks: readonly string[]): string | undefined {
  try {
    return writeKeysText(before, "env", { current, fallbacks });
  } catch (error) {
    if (error instanceof SecretKeyError) return undefined;
    throw error;
  }
}

describe("a .env text", () => {
  test("is read the same by Node after each step", () => {
    const { text } = announceKey(`SECRET_KEY='${old}'\r\nNAME="x"`, next, "env");
    const values = parseEnv(text);
    expect(values["NAME"]).toBe("x");
    const ring = loadKeyRing({ env: values, mode: "production" });
    expect([...ring].map((key) => Buffer.from(key.bytes()).toString())).toEqual([old, next]);
  });

  test.each<[string, string, string]>([
    ["no key", "PORT=3000\n", "key_missing"],
    ["an empty key", "SECRET_KEY=\n", "key_missing"],
    ["the key twice", `SECRET_KEY=${old}\nSECRET_KEY=${next}\n`, "key_file"],
    ["a key over several lines", `SECRET_KEY="${old}\nmore"\n`, "key_file"],
    ["a fallback list that is one text", `SECRET_KEY=${old}\nSECRET_KEY_FALLBACKS=${next}\n`, "key_invalid"],
  ])("with %s is refused", (_, text, expected) => {
    expect(() => announceKey(text, third, "env")).toThrow(code(expected));
  });

  test("is not written with a key that Bun or python-dotenv would read as another one", () => {
    expect(written("SECRET_KEY=replaceable\n", "ends in a backslash\\", [])).toBeUndefined();
    expect(written("SECRET_KEY=replaceable\n", "has \\ inside", [])).toBe("SECRET_KEY='has \\ inside'\n");
  });

  test("keeps keys of any printable signs, or says that it cannot", () => {
    const printable = fc.string({
      unit: fc.constantFrom(...Array.from("abcXYZ089 '\"`#$\\,=[]{}%&;äß🔑")),
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(printable, fc.array(printable, { maxLength: 3 }), (current, fallbacks) => {
        const before = "A=1\nSECRET_KEY=replaceable\nB=2\n";
        const text = written(before, current, fallbacks);
        // Only signs that end a quoted value are out of reach, and a backslash before the quote.
        if (text === undefined) return /['"`]|^\s|\s$|\\$/.test(current);
        expect(readKeysText(text, "env")).toEqual({ current, fallbacks });
        expect(parseEnv(text)).toMatchObject({ A: "1", B: "2", SECRET_KEY: current });
        return true;
      }),
    );
  });
});

test("a list of fallback keys survives being written and read", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "grapheme" })), (keys) => {
      const text = formatFallbacks(keys);
      expect(text).not.toContain("'");
      expect(parseFallbacks(text)).toEqual(keys);
    }),
  );
});

function usage(fingerprint: string, verified: number): KeyUsage {
  return { fingerprint, role: "fallback", signed: 5, verified, lastUsed: 1 };
}

test("the share of verifications is counted over all servers", () => {
  expect(verificationShare([usage("aa", 30), usage("bb", 60), usage("aa", 10)], "aa")).toBe(0.4);
  expect(verificationShare([usage("aa", 0)], "aa")).toBe(0);
  expect(verificationShare([], "aa")).toBe(0);
});

test("a generated key is good enough to be announced", () => {
  expect(gradeSecretKey(next).verdict).toBe("strong");
});
