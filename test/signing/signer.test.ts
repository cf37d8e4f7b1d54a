import { createHash } from "node:crypto";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { BadSignature, KeyRing, SecretKey, Signer, type Digest, type KeyDerivation } from "latchkey/signing";
import { describe, expect, test } from "vitest";
import { InvalidOptionError } from "../../src/errors.ts";
import { thrown } from "./thrown.ts";

const KEY = "a secret key that only this test file knows";
const DIGESTS: readonly Digest[] = ["sha1", "sha256", "sha384", "sha512"];
const DERIVATIONS: readonly KeyDerivation[] = ["concat", "django-concat", "hmac", "none"];

const refusal = (signer: Signer, signed: string): BadSignature => thrown(() => signer.unsign(signed)) as BadSignature;

describe("a signer", () => {
  test("takes off what it has put on, for every digest and derivation", () => {
    for (const digest of DIGESTS) {
      for (const keyDerivation of DERIVATIONS) {
        const signer = new Signer(KEY, { digest, keyDerivation });
        for (const value of ["", "value", "a.b.c", ".", "é无限😀", "\0"])
          expect(signer.unsign(signer.sign(value))).toBe(value);
      }
    }
  });

  test("accepts nothing that another digest, derivation, salt, separator or key has signed", () => {
    const variants = [
      ...DIGESTS.flatMap((digest) => DERIVATIONS.map((keyDerivation) => ({ digest, keyDerivation }))),
      { salt: "another" },
      { sep: ":" },
    ].map((options) => new Signer(KEY, options));
    const signers = [...variants, new Signer(`${KEY}!`)];
    for (const [index, signer] of signers.entries()) {
      const signed = signer.sign("value");
      expect(signers.map((other) => other.validate(signed))).toEqual(signers.map((_, other) => other === index));
    }
  });

  test("gives the signature alone, and verifies it alone", () => {
    const signer = new Signer(KEY);
    const signature = signer.getSignature("body");
    expect(signer.sign("body")).toBe(`body.${signature}`);
    expect(signer.verifySignature("body", signature)).toBe(true);
    expect(signer.verifySignature("body!", signature)).toBe(false);
    expect(signer.verifySignature("body", `${signature}=`)).toBe(false);
    expect(signer.verifySignature(undefined as never, signature)).toBe(false);
    expect(signer.verifySignature("body", undefined as never)).toBe(false);
  });

  test("separates at the last separator, also one of several characters", () => {
    const signer = new Signer(KEY, { sep: "::" });
    expect(signer.unsign(signer.sign("a::b"))).toBe("a::b");
  });

  test("refuses separators that a signature may contain", () => {
    for (const sep of ["", "-", "_", "=", "a", "Z", "7", "ba", ".a", "::x", "\ud800"]) {
      expect(() => new Signer(KEY, { sep })).toThrow(InvalidOptionError);
    }
  });

  test("refuses unknown digests, derivations and salts when it is made, and says what there is", () => {
    expect(() => new Signer(KEY, { digest: "md5" as Digest })).toThrow(/"sha1", "sha256", "sha384", "sha512"/);
    expect(() => new Signer(KEY, { digest: "toString" as Digest })).toThrow(InvalidOptionError);
    expect(() => new Signer(KEY, { keyDerivation: "pbkdf2" as KeyDerivation })).toThrow(
      /"concat", "django-concat", "hmac", "none"/,
    );
    expect(() => new Signer(KEY, { salt: 5 as never })).toThrow(InvalidOptionError);
    expect(() => new Signer(KEY, { salt: "\udc00" })).toThrow(InvalidOptionError);
  });

  test("signs text and nothing else", () => {
    const signer = new Signer(KEY);
    for (const value of [undefined, null, 5, {}, ["a"], Buffer.from("a")]) {
      expect(() => signer.sign(value as never)).toThrow(TypeError);
      expect(signer.validate(value as never)).toBe(false);
      expect(() => signer.unsign(value as never)).toThrow(BadSignature);
    }
  });

  test("refuses unpaired surrogates both ways, which UTF-8 would turn into U+FFFD", () => {
    const signer = new Signer(KEY);
    expect(() => signer.sign("a\ud800")).toThrow(TypeError);
    const signed = signer.sign("a\ufffd");
    expect(signer.validate(signed)).toBe(true);
    expect(signer.validate(signed.replace("\ufffd", "\ud800"))).toBe(false);
    expect(signer.validate(signed.replace("\ufffd", "\udc00"))).toBe(false);
  });
});

describe("a signature has one spelling", () => {
  const signer = new Signer(KEY);
  const signed = signer.sign("value");
  const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

  test("its last character stands for four in lenient decoders, and one is right", () => {
    const last = ALPHABET.indexOf(signed.at(-1)!);
    const spellings = [0, 1, 2, 3].map((bits) => signed.slice(0, -1) + ALPHABET[(last & ~3) + bits]!);
    expect(spellings.map((spelling) => signer.validate(spelling))).toEqual(
      spellings.map((spelling) => spelling === signed),
    );
    expect(
      new Set(spellings.map((spelling) => Buffer.from(spelling.split(".")[1]!, "base64url").toString("hex"))).size,
    ).toBe(1);
  });

  for (const [what, change] of [
    ["padding", (text: string) => `${text}=`],
    ["much padding", (text: string) => `${text}=====`],
    ["text behind padding", (text: string) => `${text}=AAAA`],
    ["a line feed at the end", (text: string) => `${text}\n`],
    ["a carriage return and a line feed", (text: string) => `${text}\r\n`],
    ["white space in the middle", (text: string) => `${text.slice(0, 10)}  ${text.slice(10)}`],
    ["a letter outside ASCII added", (text: string) => `${text}é`],
    ["a line separator added", (text: string) => `${text}\u2028`],
    ["the standard alphabet", (text: string) => text.replaceAll("-", "+").replaceAll("_", "/")],
    [
      "a letter with the same low byte",
      (text: string) => text.slice(0, -1) + String.fromCharCode(text.charCodeAt(text.length - 1) + 0x100),
    ],
    [
      "a full-width letter",
      (text: string) => text.slice(0, -1) + String.fromCharCode(text.charCodeAt(text.length - 1) + 0xfee0),
    ],
    ["percent-encoding", (text: string) => text.replace(".", "%2E")],
    ["quotation marks", (text: string) => `"${text}"`],
  ] as const) {
    test(`so ${what} is refused`, () => {
      // With a signature that holds what is changed.
      const candidates = Array.from({ length: 200 }, (_, index) => signer.sign(`value ${index}`)).filter(
        (text) => change(text) !== text,
      );
      expect(candidates.length).toBeGreaterThan(0);
      expect(candidates.filter((text) => signer.validate(change(text)))).toEqual([]);
    });
  }
});

describe("keys", () => {
  const [old, current, next] = [
    "the key of yesterday ...........",
    "the key of today ...............",
    "the key of tomorrow ............",
  ];

  test("the current key signs, fallbacks verify, and verify tells which it was", () => {
    const ring = new KeyRing(current, [old]);
    const signer = new Signer(ring);
    expect(signer.sign("value")).toBe(new Signer(current).sign("value"));
    expect(signer.verify(signer.sign("value"))).toEqual({ value: "value", key: ring.current });
    expect(signer.verify(new Signer(old).sign("value"))).toEqual({ value: "value", key: ring.fallbacks[0] });
    expect(signer.verify(new Signer(next).sign("value"))).toBeUndefined();
  });

  test("when the keys of a ring are replaced, the signer uses them at once, in both roles", () => {
    const ring = new KeyRing(current, [old]);
    const signer = new Signer(ring);
    const [before, oldest] = [signer.sign("value"), new Signer(old).sign("value")];
    ring.replace(next, [current]);
    expect(signer.sign("value")).toBe(new Signer(next).sign("value"));
    expect(signer.verify(before)?.key).toBe(ring.fallbacks[0]);
    expect(signer.validate(oldest)).toBe(false);
    ring.replace(old, [next]);
    expect(signer.sign("value")).toBe(oldest);
    expect(signer.validate(before)).toBe(false);
  });

  test("text and its UTF-8 bytes are the same key, and hexadecimal text is not decoded", () => {
    const signed = new Signer("ключ").sign("value");
    expect(new Signer(Buffer.from("ключ")).validate(signed)).toBe(true);
    expect(new Signer(SecretKey.from("ключ")).validate(signed)).toBe(true);
    expect(new Signer(Buffer.from("6b6579", "hex")).validate(new Signer("6b6579").sign("value"))).toBe(false);
  });

  test("HMAC itself takes some keys for the same: zero bytes at the end, and the digest of a key longer than a block", () => {
    const settings = { keyDerivation: "hmac" } as const;
    const signed = (key: string | Uint8Array): string => new Signer(key, settings).sign("value");
    const long = "k".repeat(100);
    expect(signed("abc\0")).toBe(signed("abc"));
    expect(signed(createHash("sha1").update(long).digest())).toBe(signed(long));
    expect(signed("abc\n")).not.toBe(signed("abc"));
  });

  test("the ring counts what its keys did", () => {
    const messages: unknown[] = [];
    const listener = (message: unknown): void => void messages.push(message);
    subscribe("latchkey:key.use", listener);
    const ring = new KeyRing(current, [old]);
    const signer = new Signer(ring);
    signer.unsign(signer.sign("value"));
    signer.verify(new Signer(old).sign("value"));
    signer.verify("value.forged");
    unsubscribe("latchkey:key.use", listener);
    expect(messages).toMatchObject([
      { use: "sign", key: { role: "current", fingerprint: ring.current.fingerprint } },
      { use: "verify", key: { role: "current" } },
      { use: "sign" }, // by the ring of the old key alone
      { use: "verify", key: { role: "fallback", fingerprint: ring.fallbacks[0]!.fingerprint } },
    ]);
  });
});

describe("the error of a refusal", () => {
  const signer = new Signer(KEY);

  test("carries the unverified value, if there is a separator", () => {
    const error = refusal(signer, "stranger.AAAAAAAAAAAAAAAAAAAAAAAAAAA");
    expect(error).toBeInstanceOf(BadSignature);
    expect(error).toMatchObject({ code: "bad_signature", payload: "stranger" });
    expect(refusal(signer, "no separator").payload).toBeUndefined();
  });

  test("says neither value nor signature nor key", () => {
    const signature = signer.getSignature("canary-value");
    for (const signed of [`canary-value.${signature}x`, `canary-value${signature}`]) {
      expect(refusal(signer, signed).message).not.toMatch(/canary/);
      expect(refusal(signer, signed).message).not.toContain(signature);
      expect(refusal(signer, signed).message).not.toContain(KEY);
    }
  });
});
