import { randomBytes } from "node:crypto";
import * as fc from "fast-check";
import { KeyRing, SecretKeyError, SessionManager } from "latchkey";
import { announceKey, generateSecretKey, gradeSecretKey, loadKeyRing } from "latchkey/keys";
import { describe, expect, test } from "vitest";
import { generateDevelopmentKey } from "../../src/keys/generate.ts";
import { formatOwnKey, parseOwnKey } from "../../src/keys/own-key.ts";

const BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const codesOf = (key: string): readonly string[] => gradeSecretKey(key).findings.map(({ code }) => code);

describe("the checksum of a key", () => {
  test("is the CRC-32 of its random bytes, big endian, after them", () => {
    // By Python's zlib.crc32.
    const bytes = Buffer.from("1234567890123456");
    expect(formatOwnKey("lk1_", bytes)).toBe(
      `lk1_${Buffer.concat([bytes, Buffer.from("1e5fcdb7", "hex")]).toString("base64url")}`,
    );
    const made = Buffer.from(generateSecretKey().slice(4), "base64url");
    expect(made.length).toBe(36);
    expect(crcOf(made.subarray(0, 32))).toBe(made.readUInt32BE(32));
  });

  test("fits every key that is made here, of every size", () => {
    for (let index = 0; index < 2_000; index++) {
      const bytes = 16 + (index % 1009);
      expect(parseOwnKey(generateSecretKey({ bytes }))?.random?.length).toBe(bytes);
      expect(parseOwnKey(generateDevelopmentKey())).toMatchObject({ prefix: "lk1-dev_", random: { length: 32 } });
    }
  });

  test("does not fit a key with one character changed, swapped, left out or added", () => {
    fc.assert(
      fc.property(fc.nat({ max: 47 }), fc.constantFrom(...BASE64URL), fc.boolean(), (at, letter, isDevelopment) => {
        const key = isDevelopment ? generateDevelopmentKey() : generateSecretKey();
        const start = key.indexOf("_") + 1;
        const place = start + at;
        const [before, after] = [key.slice(0, place), key.slice(place + 1)];
        for (const mistyped of [
          before + letter + after,
          before + after,
          before + letter + key.slice(place),
          before + (after[0] ?? "") + key[place]! + after.slice(1),
          key.slice(0, place),
          key + letter,
          `${key}=`,
          key.toLowerCase(),
          key.toUpperCase(),
        ]) {
          if (mistyped !== key) expect(parseOwnKey(mistyped)).toMatchObject({ random: undefined });
        }
        const { verdict, bits, findings } = gradeSecretKey(before + after);
        expect([verdict, bits, findings[0]?.code]).toEqual(["refused", 0, "checksum_mismatch"]);
      }),
      { numRuns: 300 },
    );
  });

  test("is not looked for in a key of another form", () => {
    for (const other of ["lk2_", "lk1-", "LK-1_", "mylk1_"])
      expect(parseOwnKey(other + randomBytes(36).toString("base64url"))).toBeUndefined();
    for (const format of ["hex", "uuid"] as const)
      expect(gradeSecretKey(generateSecretKey({ format })).verdict).toMatch(/strong|acceptable/);
  });

  test("makes a guessable key no better", () => {
    for (const [payload, code] of [
      [Buffer.from("this is my secret key for this app"), "dictionary_word"],
      [Buffer.from(Array.from({ length: 32 }, (_, index) => index)), "sequence"],
      [Buffer.alloc(32, 7), "repeated"],
      [Buffer.from("192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf"), "published"],
    ] as const)
      expect([code, gradeSecretKey(formatOwnKey("lk1_", payload)).verdict]).toEqual([code, "refused"]);
  });
});

describe("a key that was cut or mistyped", () => {
  const cut = generateSecretKey().slice(0, -7);
  const failureOf = (work: () => unknown): SecretKeyError => {
    try {
      work();
    } catch (error) {
      if (error instanceof SecretKeyError) return error;
      throw error;
    }
    throw new Error("It was accepted.");
  };

  test.each(["production", "development"])(
    "is refused in %s, and the error says where it is and what to do",
    (mode) => {
      const { code, message } = failureOf(() => loadKeyRing({ env: { SECRET_KEY: cut, NODE_ENV: mode } }));
      expect([code, message]).toEqual([
        "key_invalid",
        "The secret key from environment variable SECRET_KEY cannot be used. The key begins with lk1_, but its checksum does not fit: it was cut or mistyped. It has 41 characters after the prefix, and a key of the usual size has 48. Fix: Copy the whole key again from where it was saved. If it is lost, make a new one with npx latchkey key generate",
      ]);
    },
  );

  test("is refused as a fallback, by a key ring, a manager and a rotation", () => {
    const good = generateSecretKey();
    for (const work of [
      () => loadKeyRing({ env: { SECRET_KEY: good, SECRET_KEY_FALLBACKS: `${cut},`, NODE_ENV: "development" } }),
      () =>
        loadKeyRing({
          env: { SECRET_KEY: good, SECRET_KEY_FALLBACKS: `${cut},` },
          acceptWeakFallbacksUntil: new Date("2999-01-01"),
        }),
      () => new KeyRing(cut, [], { mode: "production" }),
      () => new SessionManager({ keys: cut }),
      () => new SessionManager({ keys: new KeyRing(good, [cut]) }),
      () => new KeyRing(good).admit("a test").replace(cut),
      () => announceKey(`SECRET_KEY=${good}\n`, cut, "env"),
    ])
      expect(failureOf(work).message).toMatch(/its checksum does not fit: it was cut or mistyped\..*Fix: /);
  });

  test("is found behind quotes, a name and a comma", () => {
    for (const written of [`"${cut}"`, `SECRET_KEY=${cut}`, `${generateSecretKey()},`, `export SECRET_KEY="${cut}"`])
      expect(codesOf(written)[0]).toBe("checksum_mismatch");
    // White space at the edges is a mistake of its own, and has its own note.
    expect(codesOf(`${generateSecretKey()}\n`)).toEqual(["whitespace_edges"]);
  });
});

/** CRC-32 of zlib and PNG, bit by bit. */
function crcOf(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
