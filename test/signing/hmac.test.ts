import { createHmac } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Hmac } from "../../src/signing/hmac.ts";

const DIGESTS = ["sha1", "sha256", "sha384", "sha512"] as const;
/**
 * Around every border: of a block, of a hashed key, of the digest's own padding, and of what is put
 * together in one place.
 */
const LENGTHS = [
  0, 1, 19, 20, 31, 32, 47, 48, 55, 56, 63, 64, 65, 111, 112, 119, 127, 128, 129, 255, 256, 1000, 2730, 2731, 5461,
  5462, 8191, 8192, 8193, 16_384, 16_385, 20_000, 100_000,
];

const bytes = (length: number, seed: number): Buffer =>
  Buffer.from(Array.from({ length }, (_, index) => (index * 31 + seed * 17) % 256));

describe.each(DIGESTS)("Hmac with %s", (digest) => {
  test("gives the bytes of createHmac for keys and messages of every length that matters", () => {
    for (const keyLength of LENGTHS.filter((length) => length <= 1000)) {
      const key = bytes(keyLength, 1);
      const hmac = new Hmac(digest, key);
      for (const length of LENGTHS) {
        const message = bytes(length, 2);
        const expected = createHmac(digest, key).update(message).digest("hex");
        expect([keyLength, length, hmac.digestBytes(message).toString("hex")]).toEqual([keyLength, length, expected]);
      }
    }
  });

  test("is createHmac for every key of 0 to 300 bytes and every message of 0 to 300 letters", () => {
    const messages = Array.from({ length: 301 }, (_, length) => bytes(length, 6).toString("hex").slice(0, length));
    const different: [key: number, message: number][] = [];
    for (let length = 0; length <= 300; length++) {
      const key = bytes(length, 7);
      const hmac = new Hmac(digest, key);
      for (const message of messages) {
        if (hmac.digest(message) !== createHmac(digest, key).update(message).digest("base64url"))
          different.push([length, message.length]);
      }
    }
    expect(different).toEqual([]);
  });

  test("signs the UTF-8 bytes of any text as createHmac does, in base64url", () => {
    const hmac = new Hmac(digest, bytes(32, 3));
    const sign = (text: string): string => createHmac(digest, bytes(32, 3)).update(text, "utf8").digest("base64url");
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), (text) => {
        expect(hmac.digest(text)).toBe(sign(text));
      }),
    );
    for (const length of LENGTHS)
      for (const unit of ["a", "é", "€", "😀"])
        expect(hmac.digest(unit.repeat(length))).toBe(sign(unit.repeat(length)));
  });

  test("signatures made in turn with two keys do not disturb each other", () => {
    const [one, two] = [new Hmac(digest, bytes(32, 4)), new Hmac(digest, bytes(200, 5))];
    const before = [one.digest("x".repeat(500)), two.digest("y")];
    expect([one.digest("x".repeat(500)), two.digest("y")]).toEqual(before);
    expect(before[0]).not.toBe(before[1]);
  });
});

/** RFC 4231, section 4: the test cases without a truncated digest, for SHA-256. */
test.each([
  [
    "0b".repeat(20),
    Buffer.from("Hi There").toString("hex"),
    "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
  ],
  [
    Buffer.from("Jefe").toString("hex"),
    Buffer.from("what do ya want for nothing?").toString("hex"),
    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
  ],
  ["aa".repeat(20), "dd".repeat(50), "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"],
  [
    "aa".repeat(131),
    Buffer.from("Test Using Larger Than Block-Size Key - Hash Key First").toString("hex"),
    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
  ],
])("RFC 4231: the key %s", (key, message, expected) => {
  expect(new Hmac("sha256", Buffer.from(key, "hex")).digestBytes(Buffer.from(message, "hex")).toString("hex")).toBe(
    expected,
  );
});
