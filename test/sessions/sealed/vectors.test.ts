import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parsePaseto, PasetoKey, preAuthenticationEncoding } from "../../../src/sessions/cookie/formats/paseto.ts";

interface Vector {
  readonly name: string;
  readonly "expect-fail": boolean;
  readonly key: string;
  readonly nonce: string;
  readonly token: string;
  readonly payload: string | null;
  readonly footer: string;
  readonly "implicit-assertion": string;
}

/** The vectors of v3.local in https://github.com/paseto-standard/test-vectors (v3.json). */
const { tests } = JSON.parse(readFileSync(new URL("../../vectors/paseto-v3-local.json", import.meta.url), "utf8")) as {
  tests: readonly Vector[];
};

test("there are vectors of both kinds", () => {
  expect([
    tests.filter((vector) => !vector["expect-fail"]).length,
    tests.filter((vector) => vector["expect-fail"]).length,
  ]).toEqual([9, 4]);
});

test.each(tests.map((vector) => [vector.name, vector] as const))("%s", (_, vector) => {
  const key = new PasetoKey(Buffer.from(vector.key, "hex"));
  const assertion = Buffer.from(vector["implicit-assertion"]);
  const token = parsePaseto(vector.token);
  if (vector["expect-fail"]) {
    // Of another version, another purpose, or with padding.
    expect(token !== undefined && key.verifies(token, assertion)).toBe(false);
    return;
  }
  expect(key.verifies(token!, assertion)).toBe(true);
  expect(key.decrypt(token!).toString()).toBe(vector.payload);
  expect(token!.footer.toString()).toBe(vector.footer);
  expect(
    key.encrypt(Buffer.from(vector.payload!), assertion, Buffer.from(vector.footer), Buffer.from(vector.nonce, "hex")),
  ).toBe(vector.token);
  // Each part is under the MAC.
  for (const part of ["nonce", "ciphertext", "tag", "footer"] as const) {
    const changed = Buffer.from(token![part]);
    if (changed.length === 0) continue;
    changed[0]! ^= 1;
    expect([part, key.verifies({ ...token!, [part]: changed }, assertion)]).toEqual([part, false]);
  }
  expect(key.verifies({ ...token!, footer: Buffer.concat([token!.footer, Buffer.from("x")]) }, assertion)).toBe(false);
  expect(key.verifies(token!, Buffer.concat([assertion, Buffer.from("x")]))).toBe(false);
  // A byte cannot move from the footer to the assertion, or from the nonce to the text.
  expect(
    key.verifies(
      {
        ...token!,
        nonce: token!.nonce.subarray(0, -1),
        ciphertext: Buffer.concat([token!.nonce.subarray(-1), token!.ciphertext]),
      },
      assertion,
    ),
  ).toBe(false);
});

test("the pre-authentication encoding is the specification's", () => {
  const pae = (...pieces: string[]): string =>
    preAuthenticationEncoding(pieces.map((piece) => Buffer.from(piece))).toString("latin1");
  expect(pae()).toBe("\0".repeat(8));
  expect(pae("")).toBe(`\x01${"\0".repeat(15)}`);
  expect(pae("test")).toBe(`\x01${"\0".repeat(7)}\x04${"\0".repeat(7)}test`);
  expect(pae("a", "bc")).not.toBe(pae("ab", "c"));
});

test("a text has one spelling, and a key one length", () => {
  const key = new PasetoKey(Buffer.alloc(32, 1));
  const good = key.encrypt(Buffer.from("{}"), Buffer.alloc(0));
  expect(parsePaseto(good)).toBeDefined();
  for (const text of [
    "",
    "v3.local",
    "v3.local.",
    `${good}.`,
    `${good}=`,
    `${good}.e30=`,
    `${good}.e30.e30`,
    ` ${good}`,
    good.toUpperCase(),
  ])
    expect([text, parsePaseto(text)]).toEqual([text, undefined]);
  // 80 bytes hold nonce and tag, and nothing between them.
  expect(parsePaseto(`v3.local.${Buffer.alloc(80).toString("base64url")}`)).toBeUndefined();
  expect(() => new PasetoKey(Buffer.alloc(31))).toThrow(RangeError);
});
