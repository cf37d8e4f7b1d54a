import { flaskSessionSerializer, TimestampSigner, URLSafeTimedSerializer, type Digest } from "latchkey/signing";
import { expect, test } from "vitest";

const KEY = "a secret key that only this test file knows";
const DIGESTS: readonly Digest[] = ["sha1", "sha256", "sha512"];

// All that stands in a token, what lenient decoders take for it, controls, and letters outside
// ASCII with the low byte of "A".
const CHARACTERS: readonly string[] = (
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ %!\"#$&'()*,:;<>?@[]^`{|}~\\" +
  "\0\t\n\r\u007f\u00e9\u0141\u0241\u4e41\uff21\u2028\ud800\udc00"
).split("");

/**
 * Every text that is one change away: a character replaced, inserted, left out, swapped with the
 * next, or the end cut off.
 */
function* mutants(token: string): Generator<string> {
  for (let at = 0; at <= token.length; at++) {
    const [head, tail] = [token.slice(0, at), token.slice(at)];
    for (const character of CHARACTERS) {
      yield head + character + tail;
      if (at < token.length && character !== tail[0]) yield head + character + tail.slice(1);
    }
    if (at < token.length) {
      yield head;
      yield head + tail.slice(1);
      yield tail.slice(1);
    }
    if (tail.length > 1 && tail[0] !== tail[1]) yield head + tail[1]! + tail[0]! + tail.slice(2);
  }
}

const VALUES = [
  {},
  { a: 1 },
  { user_id: 12_345, _permanent: true },
  [1, 2, 3],
  "text",
  null,
  { name: "Ada Lovelace", roles: ["admin", "editor"] },
  { flashes: [["message", "hello"]] },
  { emoji: "é😀" },
  { padding: "x".repeat(120) },
];

test("no text that is one change away from any of 60 tokens is accepted, of more than a million", () => {
  let tried = 0;
  const accepted: string[] = [];
  for (const [index, value] of [...VALUES, ...VALUES].entries()) {
    for (const digest of DIGESTS) {
      const options = { salt: "mutants", digest, clock: () => 1_700_000_000 + index };
      const token = new URLSafeTimedSerializer(KEY, options).dumps(value);
      const signer = new TimestampSigner(KEY, options);
      expect(signer.validate(token)).toBe(true);
      for (const mutant of mutants(token)) {
        tried++;
        if (mutant !== token && signer.verify(mutant) !== undefined) accepted.push(mutant);
      }
    }
  }
  expect(accepted).toEqual([]);
  expect(tried).toBeGreaterThan(1_000_000);
}, 300_000);

test("20,000 changed session cookies of Flask are refused with a BadSignature and no other error", () => {
  const sessions = flaskSessionSerializer(KEY, { clock: () => 1_700_000_000 });
  const wrong: unknown[] = [];
  let tried = 0;
  for (const value of VALUES) {
    const token = sessions.dumps(value);
    for (const mutant of mutants(token)) {
      if (mutant === token || tried++ % 5 !== 0) continue;
      try {
        wrong.push(sessions.loads(mutant, { maxAge: 60 }));
      } catch (error) {
        if (!/^Bad(Time)?Signature$/.test((error as Error).name)) wrong.push(error);
      }
    }
  }
  expect(wrong).toEqual([]);
  expect(tried / 5).toBeGreaterThan(20_000);
}, 300_000);
