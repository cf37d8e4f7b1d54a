import { deflateSync } from "node:zlib";
import {
  BadData,
  BadPayload,
  BadSignature,
  BadTimeSignature,
  KeyRing,
  Serializer,
  SignatureExpired,
  Signer,
  TimedSerializer,
  URLSafeSerializer,
  URLSafeTimedSerializer,
  type StandardSchema,
} from "latchkey/signing";
import { describe, expect, test } from "vitest";
import { InvalidOptionError } from "../../src/errors.ts";
import { thrown } from "./thrown.ts";

const KEY = "a secret key that only this test file knows";
const TIME = 1_700_000_000;
const clock = (): number => TIME;

const untimed = [Serializer, URLSafeSerializer] as const;
const timed = [TimedSerializer, URLSafeTimedSerializer] as const;
const all = [...untimed, ...timed] as const;

/** A URL-safe text with any payload, well signed. */
const withPayload = (payload: string): string => new Signer(KEY, { salt: "itsdangerous" }).sign(payload);
const packed = (bytes: Uint8Array | string): string => Buffer.from(bytes as string).toString("base64url");

describe.each(all)("%o", (Kind) => {
  test("gives back what it was given", () => {
    const serializer = new Kind(KEY);
    for (const value of [null, true, 0, -1.5, "", "é😀", [], {}, [1, [2]], { a: { b: null } }, "x".repeat(5000)]) {
      expect(serializer.loads(serializer.dumps(value))).toStrictEqual(value);
    }
  });

  test("has a salt of its own for each call, and that of the options otherwise", () => {
    const serializer = new Kind(KEY, { salt: "one" });
    expect(serializer.loads(serializer.dumps("value"), { salt: "one" })).toBe("value");
    expect(serializer.loads(serializer.dumps("value", { salt: "two" }), { salt: "two" })).toBe("value");
    expect(() => serializer.loads(serializer.dumps("value", { salt: "two" }))).toThrow(BadSignature);
    expect(() => serializer.loads(serializer.dumps("value"), { salt: "two" })).toThrow(BadSignature);
    expect(new Kind(KEY, { salt: "two" }).loads(serializer.dumps("value", { salt: "two" }))).toBe("value");
  });

  test("keeps many salts apart", () => {
    const serializer = new Kind(KEY);
    const texts = Array.from({ length: 100 }, (_, index) => serializer.dumps(index, { salt: `salt ${index}` }));
    expect(texts.map((text, index) => serializer.loads(text, { salt: `salt ${index}` }))).toEqual(
      texts.map((_, index) => index),
    );
    expect(texts.some((text, index) => serializer.loadsUnsafe(text, { salt: `salt ${index + 1}` }).valid)).toBe(false);
  });

  test("follows a ring, and open tells which key it was", () => {
    const ring = new KeyRing(KEY);
    const serializer = new Kind(ring);
    const text = serializer.dumps("value");
    const key = ring.current;
    ring.replace("the key that comes after the first", [KEY]);
    expect(serializer.open(text).key).toBe(key);
    expect(serializer.open(serializer.dumps("value")).key).toBe(ring.current);
    ring.replace("the key that comes after the first");
    expect(() => serializer.open(text)).toThrow(BadSignature);
  });

  test("accepts fallback signers with every key, and signs by itself alone", () => {
    const before = new Kind("the key of yesterday", { digest: "sha512", keyDerivation: "hmac" });
    const ring = new KeyRing(KEY, ["the key of yesterday"]);
    const after = new Kind(ring, {
      digest: "sha256",
      fallbackSigners: [{ digest: "sha384" }, { digest: "sha512", keyDerivation: "hmac" }],
    });
    expect(after.loads(before.dumps("value"))).toBe("value");
    expect(after.open(before.dumps("value")).key).toBe(ring.fallbacks[0]);
    expect(after.loads(after.dumps("value"))).toBe("value");
    expect(new Kind(KEY, { digest: "sha256" }).loads(after.dumps("value"))).toBe("value");
    expect(() => after.loads(new Kind(KEY, { digest: "sha1" }).dumps("value"))).toThrow(BadSignature);
  });

  test("takes any serializer with dumps and loads", () => {
    const reversed = {
      dumps: (value: unknown): string => String(value).split("").toReversed().join(""),
      loads: (text: string): unknown => text.split("").toReversed().join(""),
    };
    const serializer = new Kind(KEY, { serializer: reversed });
    expect(serializer.loads(serializer.dumps("hello"))).toBe("hello");
    expect(() => new Kind(KEY, { serializer: {} as never })).toThrow(InvalidOptionError);
    expect(() => new Kind(KEY, { serializer: { dumps: () => 5 as never, loads: String } }).dumps("x")).toThrow(
      TypeError,
    );
  });

  test("makes a BadPayload with a cause of what the inner serializer throws", () => {
    const cause = new Error("cannot");
    const loads = (): never => {
      throw cause;
    };
    const serializer = new Kind(KEY, { serializer: { dumps: String, loads } });
    expect(thrown(() => serializer.loads(serializer.dumps("x")))).toMatchObject({
      name: "BadPayload",
      code: "bad_payload",
      cause,
    });
  });

  test("refuses a value that is not a string, and a string that is not a token, with a BadSignature", () => {
    const serializer = new Kind(KEY);
    const empty = { valid: false, value: undefined };
    for (const text of [undefined, null, 5, {}, ["a"], "", ".", "..", "...", "garbage", "\ud800", "a.b.c", "\0"]) {
      expect(thrown(() => serializer.loads(text as string))).toBeInstanceOf(BadSignature);
      expect(serializer.loadsUnsafe(text as string)).toEqual(empty);
    }
  });

  test("neither writes nor reads more than maxPayloadBytes", () => {
    const small = new Kind(KEY, { maxPayloadBytes: 100 });
    const large = new Kind(KEY);
    expect(small.loads(small.dumps("x".repeat(98)))).toBe("x".repeat(98));
    expect(() => small.dumps("x".repeat(99))).toThrow(RangeError);
    expect(() => small.dumps("é".repeat(50))).toThrow(RangeError);
    expect(() => small.loads(large.dumps("x".repeat(99)))).toThrow(BadData);
    expect(() => large.dumps("x".repeat(65_535))).toThrow(RangeError);
    for (const maxPayloadBytes of [0, -1, 1.5, Number.NaN, "100" as never]) {
      expect(() => new Kind(KEY, { maxPayloadBytes })).toThrow(InvalidOptionError);
    }
  });

  test("looks at no signature of a text that is longer than all it can have written", () => {
    const error = thrown(() => new Kind(KEY).loads("A".repeat(10_000_000)));
    expect(error).toMatchObject({ name: "BadSignature", payload: undefined });
    expect(new Kind(KEY).loadsUnsafe(`${"A".repeat(10_000_000)}.AAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAA`)).toEqual({
      valid: false,
      value: undefined,
    });
  });

  test("checks a schema after the signature, and hands on its value and issues", () => {
    const schema: StandardSchema<{ id: number }> = {
      "~standard": {
        version: 1,
        vendor: "test",
        validate: (value) => {
          const { id } = value as { id?: unknown };
          return typeof id === "number" ? { value: { id } } : { issues: [{ message: "id is a number", path: ["id"] }] };
        },
      },
    };
    const serializer = new Kind(KEY, { schema });
    expect(serializer.loads(new Kind(KEY).dumps({ id: 5, more: true }))).toEqual({ id: 5 });
    const wrong = new Kind(KEY).dumps({ id: "5" });
    expect(thrown(() => serializer.loads(wrong))).toMatchObject({
      name: "BadPayload",
      issues: [{ message: "id is a number", path: ["id"] }],
    });
    expect(serializer.loadsUnsafe(wrong)).toEqual({ valid: false, value: undefined });
    expect(() => serializer.loads(new Kind("another key").dumps({ id: 5 }))).toThrow(BadSignature);
    const slow: StandardSchema = {
      "~standard": { version: 1, vendor: "test", validate: async (value) => Promise.resolve({ value }) },
    };
    expect(() => new Kind(KEY, { schema: slow }).loads(wrong)).toThrow(InvalidOptionError);
  });

  test("refuses options that cannot be", () => {
    expect(() => new Kind(KEY, { sep: "a" })).toThrow(InvalidOptionError);
    expect(() => new Kind(KEY, { digest: "md5" as never })).toThrow(InvalidOptionError);
    expect(() => new Kind(KEY, { fallbackSigners: [{ digest: "md5" as never }] })).toThrow(InvalidOptionError);
    expect(() => new Kind(KEY, { fallbackSigners: {} as never })).toThrow(InvalidOptionError);
  });

  test("has no payload in an error's message, nor in its cause", () => {
    const notJson = new Kind(KEY, { serializer: { dumps: String, loads: String } }).dumps('{"canary": canary}');
    const error = thrown(() => new Kind(KEY).loads(notJson)) as BadPayload;
    expect(error).toBeInstanceOf(BadPayload);
    expect(`${error.message} ${String(error.cause)}`).not.toContain("canary");
  });
});

describe.each(timed)("%o", (Kind) => {
  test("checks the age", () => {
    const text = new Kind(KEY, { clock }).dumps("value");
    const later = (seconds: number) => new Kind(KEY, { clock: () => TIME + seconds });
    expect(later(10).loads(text, { maxAge: 10 })).toBe("value");
    expect(later(10).loads(text, { maxAge: 10, returnTimestamp: true })).toEqual({ value: "value", timestamp: TIME });
    expect(() => later(11).loads(text, { maxAge: 10 })).toThrow(SignatureExpired);
    expect(() => later(-1).loads(text, { maxAge: 10 })).toThrow(SignatureExpired);
    expect(later(-1).loads(text, { maxAge: 10, clockSkew: 1 })).toBe("value");
    expect(later(1e9).loads(text)).toBe("value");
    expect(later(11).loadsUnsafe(text, { maxAge: 10 })).toEqual({ valid: false, value: "value" });
    expect(later(11).loadsUnsafe(text)).toEqual({ valid: true, value: "value" });
  });

  test("is expired before its payload is looked at", () => {
    const broken = new Kind(KEY, { clock, serializer: { dumps: () => "{", loads: String } }).dumps("value");
    expect(() => new Kind(KEY, { clock: () => TIME + 11 }).loads(broken, { maxAge: 10 })).toThrow(SignatureExpired);
    expect(() => new Kind(KEY, { clock }).loads(broken, { maxAge: 10 })).toThrow(BadPayload);
  });

  test("checks the age of what a fallback signer made, too", () => {
    const text = new Kind(KEY, { clock, digest: "sha1" }).dumps("value");
    const later = new Kind(KEY, { clock: () => TIME + 11, digest: "sha256", fallbackSigners: [{ digest: "sha1" }] });
    expect(() => later.loads(text, { maxAge: 10 })).toThrow(SignatureExpired);
    expect(later.loads(text, { maxAge: 11 })).toBe("value");
  });

  test("an age that is not a number throws, also in loadsUnsafe: it is not a fault of the text", () => {
    const serializer = new Kind(KEY);
    expect(() => serializer.loadsUnsafe(serializer.dumps(1), { maxAge: "10" as never })).toThrow(InvalidOptionError);
  });

  test("a text without a timestamp is refused, even with the same salt", () => {
    expect(() => new Kind(KEY).loads(new Signer(KEY, { salt: "itsdangerous" }).sign("value"))).toThrow(
      BadTimeSignature,
    );
  });
});

describe("payloads for addresses", () => {
  const serializer = new URLSafeSerializer(KEY);

  test("hold letters, digits, hyphen, underscore and dot", () => {
    for (const value of ["?&=#/+ %", "é😀", "x".repeat(500), { a: [1.5, null] }])
      expect(serializer.dumps(value)).toMatch(/^[\w.-]+$/);
  });

  test("are compressed if that saves two bytes, and then begin with a dot", () => {
    expect(serializer.dumps("a".repeat(11))).not.toMatch(/^\./);
    expect(serializer.dumps("a".repeat(500))).toMatch(/^\./);
    expect(serializer.dumps("a".repeat(500)).length).toBeLessThan(60);
  });

  test("may be compressed though they need not, at any level, with bytes behind the end", () => {
    for (const level of [0, 1, 9])
      expect(serializer.loads(withPayload(`.${packed(deflateSync('{"id":42}', { level }))}`))).toEqual({ id: 42 });
    expect(
      serializer.loads(withPayload(`.${packed(Buffer.concat([deflateSync("[1]"), Buffer.from("junk")]))}`)),
    ).toEqual([1]);
  });

  test.each([
    ["not base64url", "a b"],
    ["base64 with padding", "WzFd=="],
    ["base64url with stray bits", "WzFdX"],
    ["base64url with a letter outside ASCII", "WzFŤ"],
    ["not zlib", `.${packed("hello")}`],
    ["a truncated zlib stream", `.${packed(deflateSync("[1,2,3]").subarray(0, -3))}`],
    ["a wrong checksum", `.${packed(Buffer.concat([deflateSync("[1]").subarray(0, -1), Buffer.from([7])]))}`],
    ["two leading dots", `..${packed(deflateSync("[1]"))}`],
    ["nothing", ""],
    ["a dot", "."],
    ["not JSON", packed("hello")],
    ["JSON with text behind it", packed("[1] x")],
    ["JSON with a trailing comma", packed("[1,]")],
    ["a control character in a string", packed('["\u0001"]')],
    ["invalid UTF-8", packed(Buffer.from([0x22, 0xff, 0x22]))],
    ["an unpaired surrogate in UTF-8", packed(Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]))],
    ["a byte order mark", packed("\ufeff[1]")],
    ["a byte order mark and a number that is read exactly", packed("\ufeff[1.0]")],
    ["arrays in 101 levels", packed("[".repeat(101) + "]".repeat(101))],
    ["arrays in 100,000 levels, compressed", `.${packed(deflateSync("[".repeat(32_000) + "]".repeat(32_000)))}`],
    ["an integer of 4,301 digits", packed("9".repeat(4301))],
    ["a number with a leading zero", packed("01")],
    ["NaN in another spelling", packed("[nan]")],
  ])("that are %s are a BadPayload under a good signature, and nothing without one", (_, payload) => {
    const signed = withPayload(payload);
    expect(thrown(() => serializer.loads(signed))).toMatchObject({ name: "BadPayload", payload: undefined });
    expect(serializer.loadsUnsafe(signed)).toEqual({ valid: false, value: undefined });
    expect(serializer.loadsUnsafe(`${signed.slice(0, -1)}!`)).toEqual({ valid: false, value: undefined });
  });

  test("inflate to no more than maxPayloadBytes, signed or not", () => {
    const bomb = `.${packed(deflateSync(`"${"x".repeat(50_000_000)}"`))}`;
    expect(bomb.length).toBeLessThan(87_000);
    const before = process.memoryUsage().arrayBuffers;
    expect(() => serializer.loads(withPayload(bomb))).toThrow(BadPayload);
    expect(serializer.loadsUnsafe(`${bomb}.AAAAAAAAAAAAAAAAAAAAAAAAAAA`)).toEqual({ valid: false, value: undefined });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(5_000_000);
    const atTheLimit = `"${"x".repeat(65_534)}"`;
    expect(serializer.loads(withPayload(`.${packed(deflateSync(atTheLimit))}`))).toHaveLength(65_534);
    expect(() => serializer.loads(withPayload(`.${packed(deflateSync(`${atTheLimit} `))}`))).toThrow(BadPayload);
  });

  test("hold __proto__ as data", () => {
    const json = '{"__proto__":{"admin":true},"constructor":{"prototype":{"x":1}}}';
    const value = serializer.loads(withPayload(packed(json))) as object;
    expect(Object.keys(value)).toEqual(["__proto__", "constructor"]);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(({} as { admin?: unknown }).admin).toBeUndefined();
    expect(Buffer.from(serializer.dumps(value).split(".").at(-2)!, "base64url").toString()).toContain("__proto__");
    expect(serializer.loads(serializer.dumps(value))).toEqual(value);
  });

  test("are compressed from compressFrom bytes on, and read either way", () => {
    const long = "a".repeat(98);
    for (const Kind of [URLSafeSerializer, URLSafeTimedSerializer]) {
      const usual = new Kind(KEY);
      for (const [compressFrom, isCompressed] of [
        [0, true],
        [100, true],
        [101, false],
      ] as const) {
        const text = new Kind(KEY, { compressFrom }).dumps(long);
        expect([compressFrom, text.startsWith("."), usual.loads(text)]).toEqual([compressFrom, isCompressed, long]);
      }
      for (const compressFrom of [-1, 0.5, Number.NaN, "100" as never])
        expect(() => new Kind(KEY, { compressFrom })).toThrow(InvalidOptionError);
    }
  });

  test("are given by verify, which throws for no forgery", () => {
    for (const Kind of [URLSafeSerializer, URLSafeTimedSerializer, Serializer, TimedSerializer]) {
      const one = new Kind(KEY);
      const text = one.dumps({ id: 42 });
      expect(one.verify(text)).toMatchObject({ value: { id: 42 } });
      for (const forged of [`${text.slice(0, -2)}!!`, "", "a.b", "x".repeat(200_000), 7 as never])
        expect(one.verify(forged)).toBeUndefined();
      expect(one.verify(text, { salt: "another" })).toBeUndefined();
    }
    expect(() => serializer.verify(withPayload(packed("[1,]")))).toThrow(BadPayload);
  });

  test("are shown by loadsUnsafe when the signature is bad", () => {
    const text = serializer.dumps({ id: 42 });
    expect(serializer.loadsUnsafe(text)).toEqual({ valid: true, value: { id: 42 } });
    expect(serializer.loadsUnsafe(`${text.slice(0, -2)}AA`)).toEqual({ valid: false, value: { id: 42 } });
  });
});

test("an untimed and a timed serializer do not read each other's text", () => {
  expect(() => new URLSafeSerializer(KEY).loads(new URLSafeTimedSerializer(KEY).dumps(1))).toThrow(BadPayload);
  expect(() => new URLSafeTimedSerializer(KEY).loads(new URLSafeSerializer(KEY).dumps(1))).toThrow(BadTimeSignature);
});

/** Two keys and salts that are the same when they are written one behind the other. */
const pair = (keyDerivation: "django-concat" | "hmac"): string[] => [
  new Signer("signerK-is-a-key", { salt: "x", keyDerivation }).sign("v"),
  new Signer("K-is-a-key", { salt: "xsigner", keyDerivation }).sign("v"),
];

test("django-concat runs salt and key together, as upstream does; the other derivations do not", () => {
  const [left, right] = pair("django-concat");
  expect(left).toBe(right);
  expect(new Set(pair("hmac")).size).toBe(2);
});
