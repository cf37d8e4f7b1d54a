import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import {
  Float,
  KeyRing,
  Markup,
  PythonJson,
  Serializer,
  Signer,
  TaggedJson,
  TimedSerializer,
  TimestampSigner,
  Tuple,
  URLSafeSerializer,
  URLSafeTimedSerializer,
  Uuid,
} from "latchkey/signing";
import { describe, expect, test } from "vitest";

const text = fc.string({ unit: "binary" });
const key = fc.oneof(
  text.filter((value) => value !== ""),
  fc.uint8Array({ minLength: 1, maxLength: 100 }),
);
const options = fc.record({
  salt: text,
  sep: fc.constantFrom(".", ":", "::", "~", "é", "\n", "😀"),
  keyDerivation: fc.constantFrom("concat", "django-concat", "hmac", "none"),
  digest: fc.constantFrom("sha1", "sha256", "sha384", "sha512"),
});

/**
 * What JSON holds and gives back as it was: -0 is written as 0, and whole numbers beyond 2^53 as
 * integers, which come back as BigInt.
 */
const number = fc
  .double({ noNaN: true, noDefaultInfinity: true })
  .filter((value) => !Object.is(value, -0) && (Number.isSafeInteger(value) || !Number.isInteger(value)));
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom(null, true, false),
    number,
    fc.integer(),
    fc.string({ unit: fc.integer({ max: 0xffff }).map((unit) => String.fromCharCode(unit)) }),
    tie("array"),
    tie("object"),
  ),
  array: fc.array(tie("value"), { maxLength: 5 }),
  object: fc.dictionary(fc.oneof(text, fc.constantFrom(" t", " di", " b", "__proto__", " t__")), tie("value"), {
    maxKeys: 5,
    noNullPrototype: true,
  }),
})).value;
const tagged = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    json,
    fc.array(tie("value"), { maxLength: 4 }).map((items) => new Tuple(...items)),
    fc.uint8Array().map((bytes) => Uint8Array.from(bytes)),
    text.map((html) => new Markup(html)),
    fc.uuid().map((uuid) => new Uuid(uuid)),
    fc
      .date({ min: new Date("0001-01-01T00:00:00Z"), max: new Date("9999-12-31T23:59:59Z"), noInvalidDate: true })
      .map((date) => new Date(Math.floor(date.getTime() / 1000) * 1000)),
    fc.dictionary(text, tie("value"), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value;

describe("for every key, salt, separator, derivation and digest", () => {
  test("a signer takes off what it has put on, and nothing else fits", () => {
    fc.assert(
      fc.property(key, options, text, text, (secret, settings, value, other) => {
        const signer = new Signer(secret, settings);
        const signed = signer.sign(value);
        expect(signer.unsign(signed)).toBe(value);
        expect(signer.verifySignature(other, signer.getSignature(value))).toBe(other === value);
      }),
      { numRuns: 500 },
    );
  });

  test("a timestamp comes back, and any age is judged by it", () => {
    fc.assert(
      fc.property(options, text, fc.nat(2 ** 32), fc.nat(1e6), fc.nat(1e6), (settings, value, time, age, maxAge) => {
        const signed = new TimestampSigner("key", { ...settings, clock: () => time }).sign(value);
        const later = new TimestampSigner("key", { ...settings, clock: () => time + age });
        expect(later.verify(signed)).toMatchObject({ value, timestamp: time });
        expect(later.validate(signed, { maxAge })).toBe(age <= maxAge);
      }),
      { numRuns: 500 },
    );
  });

  test("serializers give back what they were given", () => {
    fc.assert(
      fc.property(options, json, (settings, value) => {
        for (const Kind of [Serializer, TimedSerializer, URLSafeSerializer, URLSafeTimedSerializer]) {
          const serializer = new Kind("key", settings);
          expect(serializer.loads(serializer.dumps(value))).toEqual(value);
        }
      }),
      { numRuns: 300 },
    );
  });
});

test("however a ring is rotated, the current key signs and exactly its keys verify", () => {
  const names = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d", "e", "f"), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(fc.array(names, { minLength: 1, maxLength: 6 }), (rotations) => {
      const ring = new KeyRing("start");
      const signer = new Signer(ring);
      for (const [current = "", ...fallbacks] of rotations) {
        ring.replace(current, fallbacks);
        expect(signer.sign("v")).toBe(new Signer(current).sign("v"));
        const verifies = ["a", "b", "c", "d", "e", "f"].filter((name) => signer.validate(new Signer(name).sign("v")));
        expect(verifies).toEqual([current, ...fallbacks].toSorted());
      }
    }),
    { numRuns: 200 },
  );
});

test("a text that was changed in any way is refused, and never with another error", () => {
  const serializer = new URLSafeTimedSerializer("key", { clock: () => 1_700_000_000 });
  const token = serializer.dumps({ user: 42, name: "Ada Lovelace" });
  const change = fc.tuple(fc.nat(token.length), fc.nat(5), fc.string({ unit: "grapheme", maxLength: 5 }));
  fc.assert(
    fc.property(change, ([at, cut, put]) => {
      const changed = token.slice(0, at) + put + token.slice(at + cut);
      fc.pre(changed !== token);
      expect(() => serializer.loads(changed)).toThrow(
        expect.objectContaining({ name: expect.stringMatching(/^Bad(Time)?Signature$/) }),
      );
    }),
    { numRuns: 2000 },
  );
});

test("no text at all makes loadsUnsafe throw", () => {
  const serializer = new URLSafeTimedSerializer("key");
  const pieces = fc.constantFrom(
    ".",
    "eyJhIjoxfQ",
    "WzFd",
    "ZVPxAA",
    "eJyLjgUAARUAuQ",
    "A",
    "\ud800",
    "é",
    "=",
    " ",
    serializer.dumps([1]),
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(pieces).map((parts) => parts.join("")),
        text,
      ),
      (any) => {
        expect(serializer.loadsUnsafe(any)).toHaveProperty("valid");
      },
    ),
    { numRuns: 2000 },
  );
});

describe("JSON", () => {
  test("of every kind comes back, and its text is the same when it is written again", () => {
    for (const codec of [
      new PythonJson(),
      new PythonJson({ compact: true, ensureAscii: false, sortKeys: true }),
      new TaggedJson(),
    ]) {
      fc.assert(
        fc.property(codec instanceof TaggedJson ? tagged : json, (value) => {
          const written = codec.dumps(value);
          expect(isDeepStrictEqual(codec.loads(written), value)).toBe(true);
          expect(codec.dumps(codec.loads(written))).toBe(written);
        }),
        { numRuns: 1000 },
      );
    }
  });

  test("is what JSON.parse reads, where both know the values", () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(JSON.parse(new PythonJson().dumps(value))).toEqual(value);
      }),
      { numRuns: 500 },
    );
  });

  test("has every double exact as a float", () => {
    const codec = new PythonJson();
    fc.assert(
      fc.property(fc.double(), (value) => {
        const written = codec.dumps([new Float(value)]);
        expect(codec.loads(written)).toEqual([value]);
        expect(written).toMatch(/^\[(-?(\d+\.\d+|\d(\.\d+)?e[+-]\d{2,3}|Infinity)|NaN)\]$/);
        expect(codec.dumps(codec.loads(written))).toBe(written);
      }),
      { numRuns: 3000 },
    );
  });

  test("has every integer exact", () => {
    const codec = new PythonJson();
    fc.assert(
      fc.property(fc.bigInt(), (value) => {
        expect(codec.dumps([value])).toBe(`[${value}]`);
        expect(BigInt((codec.loads(`[${value}]`) as [number | bigint])[0])).toBe(value);
      }),
    );
  });
});
