import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as fc from "fast-check";
import { InvalidOptionError } from "latchkey";
import { buildKeyFilter, isPublishedKey, KnownKeys, readKeyList } from "latchkey/keys";
import { describe, expect, test } from "vitest";
import { FRAMEWORK_DEFAULT_KEYS } from "../../scripts/framework-default-keys.ts";
import { decodeGolombRice, encodeGolombRice } from "../../src/keys/grading/known/golomb.ts";
import { gradeSecretKey } from "../../src/keys/grading/grade.ts";

describe("Golomb-Rice coding", () => {
  test("gives back every ascending list of integers", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 2 ** 30 })), fc.integer({ min: 16, max: 32 }), (integers, bits) => {
        const sorted = integers.toSorted((first, second) => first - second);
        expect([...decodeGolombRice(encodeGolombRice(sorted, bits), sorted.length, bits)!]).toEqual(sorted);
      }),
    );
  });

  test("tells when the bytes end too early", () => {
    const bytes = encodeGolombRice([5, 70_000, 900_000], 16);
    expect(decodeGolombRice(bytes.subarray(0, -2), 3, 16)).toBeUndefined();
    expect(decodeGolombRice(bytes, 4_000_000_000, 16)).toBeUndefined();
  });
});

describe("a filter of known keys", () => {
  const keys = Array.from({ length: 5000 }, () => randomBytes(20).toString("hex"));

  test("holds all its keys and no other", () => {
    const known = KnownKeys.open(buildKeyFilter(keys));
    expect(known.size).toBe(5000);
    expect(keys.every((key) => known.has(key) && known.has(Buffer.from(key)))).toBe(true);
    expect(keys.some((key) => known.has(`${key}0`) || known.has(key.slice(1)))).toBe(false);
  });

  test("is the same, byte for byte, in any order and with repeated keys", () => {
    expect(buildKeyFilter([...keys.toReversed(), keys[7]!])).toEqual(buildKeyFilter(keys));
  });

  test("takes about 34 bits a key and holds none of them", () => {
    const filter = Buffer.from(buildKeyFilter(keys));
    expect(filter.length / keys.length).toBeLessThan(4.4);
    expect(keys.some((key) => filter.includes(key))).toBe(false);
  });

  test("may be empty, and then holds nothing", () => {
    const known = KnownKeys.open(buildKeyFilter([]));
    expect([known.size, known.has(""), known.has("x")]).toEqual([0, false, false]);
  });

  test.each<[string, (filter: Uint8Array) => Uint8Array]>([
    ["other bytes", () => randomBytes(100)],
    ["no bytes", () => new Uint8Array()],
    ["only the beginning", (filter) => filter.subarray(0, 9)],
    ["a cut-off filter", (filter) => filter.subarray(0, -20)],
    ["another version", (filter) => filter.with(7, 9)],
    ["a made-up count", (filter) => filter.with(8, 255)],
  ])("is refused when it is %s", (_, damage) => {
    const damaged = damage(Uint8Array.from(buildKeyFilter(keys)));
    expect(() => KnownKeys.open(damaged)).toThrow(InvalidOptionError);
  });
});

function read(text: string, format?: "auto" | "text" | "base64"): KnownKeys {
  return readKeyList(Buffer.from(text), format);
}

describe("readKeyList", () => {
  test("takes each line for a key, also one that begins with a hash sign", () => {
    const known = read("first\n#second\r\n\n third \n");
    expect([known.size, known.has("first"), known.has("#second"), known.has(" third "), known.has("third")]).toEqual([
      4 - 1,
      true,
      true,
      true,
      false,
    ]);
  });

  test("takes a byte order mark at the beginning for none", () => {
    expect(read("\u{FEFF}first\n").has("first")).toBe(true);
  });

  test("reads Python's literals with their escapes", () => {
    const known = read(
      String.raw`"say \"hi\"" 
"tab\tnewline\nbackslash\\"
'it\'s \x41\u00e9\U0001f511\101 \q'
b'\xfd\x00raw\u0041'
"unfinished`.replace('" \n', '"\n'),
    );
    expect(known.has('say "hi"')).toBe(true);
    expect(known.has("tab\tnewline\nbackslash\\")).toBe(true);
    expect(known.has("it's Aé🔑A \\q")).toBe(true);
    expect(known.has(Buffer.from("\u00fd\0raw\\u0041", "latin1"))).toBe(true);
    expect(known.has('"unfinished')).toBe(true);
  });

  test("leaves quotes alone in a plain text", () => {
    expect(read('"quoted"\n', "text").has('"quoted"')).toBe(true);
  });

  test("reads lines of base64, and names a line that is not base64", () => {
    const raw = randomBytes(20);
    expect(read(`${raw.toString("base64")}\n${raw.toString("base64url")}\n`, "base64").has(raw)).toBe(true);
    expect(() => read("aGVsbG8=\nnot base64!\n", "base64")).toThrow(/Line 2/);
  });

  test("recognises a filter by itself", () => {
    expect(readKeyList(buildKeyFilter(["abc"])).has("abc")).toBe(true);
  });
});

describe("the published keys", () => {
  test("hold the key of Flask's documentation in every spelling", () => {
    const key = "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf";
    for (const spelling of [key, Buffer.from(key), `${key}\n`, ` \t${key} `])
      expect(isPublishedKey(spelling)).toBe(true);
    expect(isPublishedKey(key.toUpperCase())).toBe(true);
    expect(isPublishedKey(key.slice(8))).toBe(false);
  });

  test("hold keys of escapes both as Latin-1 bytes and as UTF-8 text", () => {
    // An old tutorial's key,
    // b"\xfd{H\xe5<\x95\xf9\xe3\x96.5\xd1\x01O<!\xd5\xa2\xa0\x9fR\"\xa1\xa8": 24 bytes that look
    // perfect.
    const key = '\u00fd{H\u00e5<\u0095\u00f9\u00e3\u0096.5\u00d1\u0001O<!\u00d5\u00a2\u00a0\u009fR"\u00a1\u00a8';
    for (const spelling of [key, Buffer.from(key, "latin1"), Buffer.from(key, "utf8")])
      expect(isPublishedKey(spelling)).toBe(true);
  });

  test("or the grade itself catch the default keys of frameworks", () => {
    expect(FRAMEWORK_DEFAULT_KEYS.filter((key) => !/^(?:refused|weak)$/.test(gradeSecretKey(key).verdict))).toEqual([]);
  });

  test("hold none of 100,000 keys that look random", () => {
    // Always the same keys: one look-up in 2^32 takes a random key for a published one, and the
    // chance must not fail a test.
    const keys = Array.from({ length: 100_000 }, (_, index) =>
      createHash("md5").update(`a key of this test, number ${index}`).digest("hex"),
    );
    expect(keys.filter((key) => isPublishedKey(key))).toEqual([]);
  });

  test.each([
    ["empty", 'export const PUBLISHED_KEYS = "";'],
    ["cut off", "CUT"],
    ["another module", "export const PUBLISHED_KEYS = {};"],
  ])("K6: where their list is %s, production refuses and development warns", (_, module) => {
    const folder = mkdtempSync(join(tmpdir(), "latchkey-list-"));
    try {
      cpSync(fileURLToPath(new URL("../../src", import.meta.url)), folder, { recursive: true });
      const path = join(folder, "keys/grading/known/published-keys.ts");
      const whole = readFileSync(path, "utf8");
      writeFileSync(path, module === "CUT" ? whole.replace(/"(.{1000}).*"/s, '"$1"') : module);
      const script = `
        const { loadKeyRing } = await import(${JSON.stringify(join(folder, "keys/sources/load.ts"))});
        const { generateSecretKey } = await import(${JSON.stringify(join(folder, "keys/generate.ts"))});
        for (const mode of ["production", "development"]) {
          try {
            loadKeyRing({ env: {}, mode, secretKey: generateSecretKey(), warn: (message) => console.log(mode, "warns", message) });
          } catch (error) { console.log(mode, error.code, error.message); }
        }`;
      const output = execFileSync(
        process.execPath,
        ["--input-type=module-typescript", "--disable-warning=ExperimentalWarning", "-e", script],
        { encoding: "utf8" },
      );
      expect(output).toMatch(
        /^production key_refused .*list of published keys.*\ndevelopment warns .*list of published keys.*\n$/,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
