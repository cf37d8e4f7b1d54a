import { createHash, randomBytes } from "node:crypto";
import * as fc from "fast-check";
import { generateSecretKey, gradeSecretKey, isPublishedKey, type KeyVerdict } from "latchkey/keys";
import { describe, expect, test, vi } from "vitest";
import { FRAMEWORK_DEFAULT_KEYS } from "../../scripts/framework-default-keys.ts";
import { readPublished } from "../../scripts/published/read-published.ts";
import { GENERATORS } from "../../scripts/random-keys.ts";
import { formatOwnKey } from "../../src/keys/own-key.ts";
import { COMMON_PASSWORDS, COMMON_WORDS, PLACEHOLDER_WORDS } from "../../src/keys/grading/words/words.ts";

// Thousands of keys are graded, which takes a busy machine a minute.
vi.setConfig({ testTimeout: 300_000 });

const WORST_FIRST: readonly KeyVerdict[] = ["refused", "weak", "acceptable", "strong"];
const rank = (verdict: KeyVerdict): number => WORST_FIRST.indexOf(verdict);
const isTaken = (key: unknown): boolean => rank(gradeSecretKey(key).verdict) >= rank("acceptable");
const hex = (digest: string, text: string | Buffer): string => createHash(digest).update(text).digest("hex");
const FLASK = "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf";
const WORDS = [...new Set([...PLACEHOLDER_WORDS, ...COMMON_WORDS, ...COMMON_PASSWORDS])];

describe("K1: a published key is refused", () => {
  test("each that the package knows of, with its place where it is a famous one", () => {
    const documented = [...FRAMEWORK_DEFAULT_KEYS, ...readPublished()];
    expect(documented.length).toBeGreaterThan(1000);
    expect(documented.filter((key) => isTaken(key))).toEqual([]);
    expect(gradeSecretKey("keyboard cat").summary).toBe(
      "refused: The key is published: it is the key of express-session's documentation.",
    );
  });

  test("K14: and isPublishedKey says so of weak ones too", () => {
    expect(["keyboard cat", FLASK, `"${FLASK}"`, "your-256-bit-secret"].map((key) => isPublishedKey(key))).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(isPublishedKey(generateSecretKey())).toBe(false);
  });
});

describe("K2: a function of something easy is easy", () => {
  const changes: readonly (readonly [name: string, (word: string) => string])[] = [
    ["as it is", (word) => word],
    ["with a newline", (word) => `${word}\n`],
    ["with CRLF", (word) => `${word}\r\n`],
    ["capitalised", (word) => word.slice(0, 1).toUpperCase() + word.slice(1)],
    ["in capitals", (word) => word.toUpperCase()],
    ["with a digit", (word) => `${word}7`],
    ["with a sign", (word) => `${word}!`],
  ];
  test.each(changes)("the digest of a word %s", (_, change) => {
    for (const digest of ["md5", "sha1", "sha224", "sha256", "sha384", "sha512"])
      expect([digest, WORDS.filter((word) => isTaken(hex(digest, change(word))))]).toEqual([digest, []]);
  });

  test.each<[string, (word: string) => string | Uint8Array]>([
    ["SHA3-256", (word) => hex("sha3-256", word)],
    ["SHA-512/256", (word) => hex("sha512-256", `${word}\n`)],
    ["BLAKE2", (word) => hex("blake2b512", word)],
    ["base64", (word) => createHash("sha256").update(word).digest("base64")],
    ["base64url", (word) => createHash("sha256").update(word).digest("base64url")],
    ["capital hexadecimal digits", (word) => hex("sha256", word).toUpperCase()],
    ["raw bytes", (word) => createHash("sha256").update(word).digest()],
    ["the first 32 digits", (word) => hex("sha256", word).slice(0, 32)],
    [
      "the first 32 characters of base64",
      (word) => createHash("sha512").update(`${word}\n`).digest("base64").slice(0, 32),
    ],
    ["a digest of a digest", (word) => hex("sha256", hex("md5", word))],
    ["a prefix", (word) => `base64:${createHash("sha256").update(word).digest("base64")}`],
    ["quotes and a name", (word) => `SECRET_KEY="${hex("sha256", word)}"`],
    ["doubled", (word) => hex("md5", word).repeat(2)],
  ])("the digest of a word: %s", (_, make) => {
    expect(WORDS.filter((word) => isTaken(make(word)))).toEqual([]);
  });

  test.each([
    ["the digest of a phrase", hex("sha256", "mysecretkey")],
    ["the digest of a phrase with signs", hex("md5", "my-super-secret-key\n")],
    ["a sequence in base64 behind a prefix", "base64:MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI="],
    ["a text in base64 behind our own prefix", formatOwnKey("lk1_", Buffer.from("this is my secret key for this app"))],
    ["base64 of base64", Buffer.from(Buffer.from("secretsecretsecretsecret").toString("base64")).toString("base64")],
    ["a song", "neverGonnaGiveYouUpNeverGonnaLetYouDown"],
    ["a glued quotation", "tobeornottobethatisthequestion"],
    ["a quotation", "ask not what your country can do for you, ask what you can do for your country"],
    ["a film", "mayTheForceBeWithYouAlwaysMyYoungPadawan"],
    ["filler text", "loremipsumdolorsitametconsecteturadipiscingelit"],
    ["cities and years", "Madrid2019Barcelona2020"],
    ["names and years", "JohnSmith1985MarySmith1987"],
    ["mashing", "sdkfjhskdjfhksjdhfkjsdhfkjshdfkjhsdkfjh"],
    ["more mashing", "asdlkfjasdlfkjasdlfkjasdf;lkjasdflkj"],
    ["Dvorak", "',.pyfgcrlaoeuidhtns;qjkxbmwvz"],
    ["AZERTY", "azertyuiopqsdfghjklmwxcvbn"],
    ["QWERTZ", "qwertzuiopasdfghjklyxcvbnm"],
    ["Colemak", "qwfpgjluyarstdhneiozxcvbkm"],
    ["columns", "1qaz2wsx3edc4rfv5tgb6yhn7ujm"],
    ["pi", "3.14159265358979323846264338327950288"],
    ["e without its point", "27182818284590452353602874713526"],
    ["pi in hexadecimal", "243f6a8885a308d313198a2e03707344a4093822299f31d0082efa98ec4e6c89"],
    ["a key of FIPS 197 in base64", Buffer.from("2b7e151628aed2a6abf7158809cf4f3c", "hex").toString("base64")],
    ["bytes that count", "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"],
    ["bytes that count by 17", "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"],
    ["words in hexadecimal digits", "deadbeefcafebabefeedfacebaadf00d"],
    ["a ULID", "01K9XQ7M4T8WZ2RBN6V0HJ3CPD"],
    ["a ULID in small letters", "01k9xq7m4t8wz2rbn6v0hj3cpd"],
    ["a UUID of version 7", "0190a5e2-1c3b-7def-8a12-3b4c5d6e7f80"],
    ["the same without dashes", "0190a5e21c3b7def8a123b4c5d6e7f80"],
    ["a UUID of version 1", "3f8c1d7a-5b2e-11f0-9a4c-0242ac120002"],
    ["the same without dashes", "3f8c1d7a5b2e11f09a4c0242ac120002"],
    ["a printed date", "Mon Jan 01 2024 00:00:00 GMT+0000 (Coordinated Universal Time)"],
  ])("%s", (_, key) => {
    expect([key, isTaken(key)]).toEqual([key, false]);
  });
});

/** Ways to write a key that carry nothing. */
const WRAPPINGS: Readonly<Record<string, (key: string) => string>> = {
  "double quotes": (key) => `"${key}"`,
  "single quotes": (key) => `'${key}'`,
  "a literal of bytes": (key) => `b'${key}'`,
  "a quoted line of a list": (key) => `"${key}",`,
  "a name": (key) => `SECRET_KEY=${key}`,
  "a name in Python": (key) => `SECRET_KEY = '${key}'`,
  "a name in YAML": (key) => `jwt_secret: "${key}"`,
  "an exported name": (key) => `export APP_SECRET="${key}"`,
  hexadecimal: (key) => Buffer.from(key).toString("hex"),
  "hexadecimal with 0x": (key) => `0x${Buffer.from(key).toString("hex")}`,
  "hexadecimal with hex:": (key) => `hex:${Buffer.from(key).toString("hex").toUpperCase()}`,
  base64: (key) => Buffer.from(key).toString("base64"),
  base64url: (key) => Buffer.from(key).toString("base64url"),
  "base64:": (key) => `base64:${Buffer.from(key).toString("base64")}`,
  "base64 of base64": (key) => Buffer.from(Buffer.from(key).toString("base64")).toString("base64"),
  "our own prefix before base64url": (key) => `lk1_${Buffer.from(key).toString("base64url")}`,
  "our own prefix, and a checksum that fits": (key) => formatOwnKey("lk1_", Buffer.from(key)),
  "the prefix of a development key, and a checksum": (key) => formatOwnKey("lk1-dev_", Buffer.from(key)),
  "hexadecimal of base64": (key) => Buffer.from(Buffer.from(key).toString("base64")).toString("hex"),
  "hexadecimal with colons": (key) => Buffer.from(key).toString("hex").match(/../g)!.join(":"),
  "a newline": (key) => `${key}\n`,
  CRLF: (key) => `${key}\r\n`,
  "a space before and tabs behind": (key) => ` ${key}\t\t`,
  "a NUL": (key) => `${key}\0`,
  "many NULs": (key) => `${key}${"\0".repeat(20)}`,
};

function stringOf(characters: string, minLength: number, maxLength: number): fc.Arbitrary<string> {
  return fc.string({ unit: fc.constantFrom(...characters), minLength, maxLength });
}

describe.each(Object.entries(WRAPPINGS))("K3, K4, K5: %s", (_, wrap) => {
  test("never raises the verdict of a key, nor its bits", () => {
    const published = [FLASK, "d5fb8c4fa8bd46638dadc4e751e0d68d", "wolkental-secret_key", "keyboard cat"];
    const weak = [
      "hT7kQ9zLm2XwP4vN",
      "Kx8mQ2vB7qRt5Zw9a",
      "sixteen-chars-ok!",
      "correct horse battery staple",
      "changeme",
      hex("sha256", "secret\n"),
    ];
    const random = fc.oneof(
      fc.constantFrom(...published, ...weak, generateSecretKey()),
      stringOf("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 8, 48),
      // In hexadecimal these are decimal digits alone.
      stringOf("abcdefghipqrstuvwxyABCDEFGHIPQRSTUVWXY0123456789", 12, 30),
      stringOf(String.fromCharCode(...Array.from({ length: 94 }, (_, index) => 33 + index)), 8, 30),
      stringOf("абвгдежзийклмнопрстуфхцчшщъыьэюя", 8, 24),
      stringOf("abcdefgéäößñ1234", 8, 30),
      fc.uint8Array({ minLength: 16, maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString("hex")),
    );
    fc.assert(
      fc.property(random, (key) => {
        const [before, after] = [gradeSecretKey(key), gradeSecretKey(wrap(key))];
        // An encoding may end a note, such as that on characters outside ASCII, and no more.
        expect(Math.min(rank(after.verdict), rank("acceptable"))).toBeLessThanOrEqual(rank(before.verdict));
        expect(after.bits).toBeLessThanOrEqual(before.bits);
      }),
      { numRuns: 200 },
    );
  });
});

describe("K3: a published key that was changed is refused", () => {
  test.each<[string, (key: string) => string]>([
    ["capitals", (key) => key.toUpperCase()],
    ["a capital letter", (key) => key.slice(0, 1).toUpperCase() + key.slice(1)],
    ["backwards", (key) => Array.from(key).toReversed().join("")],
    ["doubled", (key) => key + key],
    ["doubled with a sign", (key) => `${key}-${key}`],
    ["a digit behind", (key) => `${key}1`],
    ["a sign behind", (key) => `${key}!`],
    ["digits behind", (key) => `${key}123`],
    ["a digit before", (key) => `1${key}`],
    ["a stage behind", (key) => `${key}-prod`],
    ["its digest", (key) => hex("sha256", key)],
    ["its bytes", (key) => Buffer.from(key, "hex").toString("base64")],
  ])("%s", (_, change) => {
    expect(gradeSecretKey(change(FLASK)).findings[0]?.code).toMatch(/^(?:published|dictionary_word)$/);
  });
});

/**
 * The syllables of pwgen read like English, so one of its keys in 100,000 looks made-up. Of all
 * other generators no key may (bench/results/false-alarms.txt).
 */
const MOST_OF_PWGEN = 2;

describe("K11: what the usual generators make is taken", () => {
  test.each(Object.entries(GENERATORS))(
    "%s, 2,000 times",
    (name, make) => {
      const wrong: string[] = [];
      for (let index = 0; index < 2000; index++) {
        const key = make();
        const { verdict, summary } = gradeSecretKey(key);
        if (verdict === "weak" || verdict === "refused")
          wrong.push(`${Buffer.from(key as string).toString("latin1")}: ${summary}`);
      }
      expect(wrong.slice(name === "pwgen 40" ? MOST_OF_PWGEN : 0)).toEqual([]);
    },
    300_000,
  );

  test("base32 whose letters, read as base64, make bytes that are alike", () => {
    expect(gradeSecretKey("FYN4LVISQJGXFCAJGTUDBUCNUU")).toMatchObject({ verdict: "strong", bits: 130, findings: [] });
  });

  test("nanoid() and a UUID by one rule, with a note", () => {
    expect(gradeSecretKey("V1StGXR8_Z5jdHi6B-myT")).toMatchObject({
      verdict: "acceptable",
      bits: 126,
      findings: [{ code: "nanoid" }],
    });
    expect(gradeSecretKey("3f0c9a52-7d1e-4b86-9e4d-2c5a81f7b690")).toMatchObject({
      verdict: "acceptable",
      bits: 122,
      findings: [{ code: "uuid" }],
    });
  });
});

test("T11: what saves more than chance is found, and what chance saves is not", () => {
  const digits = "b1946ac92492d2347c6235b4d2611184";
  // 16 digits twice are 64 bits and a repeat: 50 bits saved. Eleven digits twice save less than 48.
  expect(isTaken(digits.slice(0, 16) + digits.slice(0, 16))).toBe(false);
  expect(isTaken(digits.slice(0, 11) + digits.slice(0, 11) + digits.slice(11, 21))).toBe(true);
  // Between the two: 14 digits that come again save 56 bits without the place, so they are found,
  // and not put down to chance.
  const longer = "b1946ac92492d2347c6235b4d2611184e7c35a09f1d86b2e";
  expect(isTaken(longer.slice(0, 14) + longer.slice(20, 34) + longer.slice(0, 14))).toBe(false);
});

test("K9: the estimate is called an upper one", () => {
  expect(gradeSecretKey(randomBytes(32)).summary).toMatch(/^strong: at most 256 bits/);
});
