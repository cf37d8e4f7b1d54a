import { inflateSync, deflateSync } from "node:zlib";
import { decodeBase64url, URLSafeSerializer, URLSafeTimedSerializer } from "latchkey/signing";
import { describe, expect, test } from "vitest";
import { cannotShrink } from "../../src/signing/cannot-shrink.ts";

const TEXTS = 100_000;
const SEED = Number(process.env["LATCHKEY_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const WORDS = [
  "user",
  "id",
  "name",
  "role",
  "admin",
  "csrf",
  "token",
  "cart",
  "_fresh",
  "_id",
  "true",
  "lang",
  "en",
  "ada@example.org",
  "/path",
];

let state = SEED;
/** Random numbers that the same seed makes again (mulberry32). */
function random(): number {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}
const below = (limit: number): number => Math.floor(random() * limit);
const letters = (length: number, letter: () => number): string =>
  Array.from({ length }, () => String.fromCodePoint(letter())).join("");

/** Texts that zlib shortens in every way it can, and such that it does not. */
const KINDS: Readonly<Record<string, (length: number) => string>> = {
  "neighbouring letters, all as frequent": (length) => {
    const [count, first] = [1 + below(64), 32 + below(30)];
    return letters(length, () => first + below(count));
  },
  "a few letters, some more frequent": (length) => {
    const used = Array.from({ length: 1 + below(24) }, () => 32 + below(95));
    return letters(length, () => used[Math.floor(used.length * random() ** (1 + below(4)))]!);
  },
  "few letters without a group of three twice": (length) => {
    const [count, first] = [3 + below(12), 40 + below(40)];
    const seen = new Set<string>();
    let text = "";
    while (text.length < length) {
      let next = "";
      for (let tries = 0; tries < 20; tries++) {
        next = String.fromCodePoint(first + below(count));
        if (!seen.has(text.slice(-2) + next)) break;
      }
      seen.add(text.slice(-2) + next);
      text += next;
    }
    return text;
  },
  "groups of letters that come again": (length) => {
    let text = letters(length, () => 48 + below(70));
    for (let copies = below(8); copies > 0; copies--) {
      const [from, to, size] = [below(length), below(length), 3 + below(6)];
      text = text.slice(0, to) + text.slice(from, from + size) + text.slice(to + size);
    }
    return text;
  },
  "JSON of words and numbers": (length) => {
    const value: Record<string, unknown> = {};
    for (let size = 0; size < length; size = JSON.stringify(value).length) {
      value[WORDS[below(WORDS.length)]! + (random() < 0.3 ? below(100) : "")] =
        random() < 0.5 ? below(10 ** (1 + below(9))) : WORDS[below(WORDS.length)];
    }
    return JSON.stringify(value);
  },
  "lists of numbers": (length) =>
    JSON.stringify(Array.from({ length: 1 + length / 4 }, () => below(10 ** (1 + below(6))))),
  "letters of all alphabets": (length) =>
    letters(length / 2, () => (random() < 0.5 ? 0x20 + below(0x5f) : 0xa0 + below(0x500))),
};

test(`zlib is never left out where it would have won (seed ${SEED})`, () => {
  const wrong: string[] = [];
  let won = 0;
  let skipped = 0;
  const kinds = Object.values(KINDS);
  for (let index = 0; index < TEXTS; index++) {
    const bytes = Buffer.from(kinds[index % kinds.length]!(1 + below(110)));
    const wins = deflateSync(bytes).length < bytes.length - 1;
    const skips = cannotShrink(bytes);
    if (wins) won++;
    if (skips) skipped++;
    if (wins && skips) wrong.push(bytes.toString());
  }
  expect(wrong).toEqual([]);
  // Both are tried often, or the comparison says nothing.
  expect(won).toBeGreaterThan(TEXTS / 10);
  expect(skipped).toBeGreaterThan(TEXTS / 10);
});

/** Changes a text a little: a letter, two that change places, or some that come again. */
function changed(text: Buffer, letter: () => number): Buffer {
  const copy = Buffer.from(text);
  const [one, other] = [below(text.length), below(text.length)];
  const way = below(3);
  if (way === 0) copy[one] = letter();
  else if (way === 1) [copy[one], copy[other]] = [copy[other]!, copy[one]!];
  else copy.copyWithin(one, other, Math.min(other + 2 + below(3), text.length));
  return copy;
}

test(`not even where a text was made worse step by step, as long as zlib is left out (seed ${SEED})`, () => {
  let closest = Infinity;
  for (let climb = 0; climb < 150; climb++) {
    const [count, first] = [3 + below(8), 34 + below(8)];
    const letter = (): number => first + below(count);
    let text: Buffer = Buffer.from(letters(18 + below(12), letter), "latin1");
    for (let step = 0, least = Infinity; step < 500; step++) {
      const next = changed(text, letter);
      const grown = deflateSync(next).length - next.length;
      if (!cannotShrink(next)) continue;
      expect([next.toString("latin1"), grown >= -1]).toEqual([next.toString("latin1"), true]);
      if (grown > least) continue;
      text = next;
      least = grown;
    }
    closest = Math.min(closest, deflateSync(text).length - text.length);
  }
  // The search comes to the border, or it says nothing.
  expect(closest).toBeLessThanOrEqual(3);
});

describe("a payload", () => {
  test.each([
    [{ user: 42 }],
    [{ user: 42, role: "admin" }],
    [{ _user_id: "42", _fresh: true }],
    [{ a: 1, _user_id: "7", _latchkey: [1_764_486_000, "7"] }],
    [[1, 2, 3]],
    ["ada@example.org"],
    [null],
  ])("as short as %j is plain without asking zlib", (value) => {
    const bytes = Buffer.from(JSON.stringify(value));
    expect(cannotShrink(bytes)).toBe(true);
    expect(new URLSafeSerializer("key").dumps(value).split(".")[0]).toBe(bytes.toString("base64url"));
  });

  test("is compressed exactly where zlib makes it shorter by two bytes at least", () => {
    const serializer = new URLSafeTimedSerializer("key");
    for (let length = 0; length < 100; length++) {
      for (const value of [
        "a".repeat(length),
        "0123456789abcdef".repeat(8).slice(0, length),
        { user: length, csrf: "x".repeat(length) },
      ]) {
        const json = Buffer.from(JSON.stringify(value));
        const payload = serializer.dumps(value).split(".").slice(0, -2).join(".");
        expect([json.toString(), payload.startsWith(".")]).toEqual([
          json.toString(),
          deflateSync(json).length < json.length - 1,
        ]);
        const bytes = decodeBase64url(payload.replace(".", ""))!;
        expect(payload.startsWith(".") ? inflateSync(bytes) : bytes).toEqual(json);
      }
    }
  });
});
