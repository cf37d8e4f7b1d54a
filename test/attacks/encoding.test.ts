/*
 * Encodings
 *
 * One value is spelled in many ways, so that a deny list, a replay cache or a second reader takes
 * it for another one.
 */
import { Signer, URLSafeTimedSerializer } from "latchkey/signing";
import { expect, test } from "vitest";
import {
  ALL_KINDS,
  base64url,
  COOKIE_KINDS,
  cookieWith,
  enveloped,
  KEY,
  loggedIn,
  makeManager,
  nameOf,
  outcomeOf,
  reasonsOf,
  signerOf,
  Time,
  timestampOf,
  Visitor,
  type Data,
} from "./support.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** Other texts for the same bytes, in the eyes of a lenient decoder. */
function spellingsOf(text: string): string[] {
  const last = ALPHABET.indexOf(text.at(-1)!);
  const lowBits = text.length % 4 === 3 ? 4 : text.length % 4 === 2 ? 16 : 1;
  const strayBits = Array.from(
    { length: lowBits },
    (_, bits) => text.slice(0, -1) + ALPHABET[Math.floor(last / lowBits) * lowBits + bits]!,
  );
  const junk = ["\r\n", " ", "\t", "\n", "é", "\u2028", "**", "="].flatMap((letters) =>
    [0, 1, 5, text.length - 1, text.length].map((at) => text.slice(0, at) + letters + text.slice(at)),
  );
  const padded = ["=", "==", "===", "====", "=AAAA", "==AAAA"].map((tail) => text + tail);
  // Node decodes letters outside ASCII by their low byte.
  const wide = ["\u0100", "\u0200", "\u4e00"].map((offset) =>
    [...text]
      .map((letter, index) =>
        index === 3 ? String.fromCodePoint(letter.codePointAt(0)! + offset.codePointAt(0)!) : letter,
      )
      .join(""),
  );
  const standard = text.replaceAll("-", "+").replaceAll("_", "/");
  return [...strayBits, ...junk, ...padded, ...wide, standard].filter((spelling) => spelling !== text);
}

/**
 * The expected signature is spelled out and compared as text, and a sealed value is read in its one
 * canonical spelling: a value has exactly one text.
 */
test("ATK-base64-malleability: the bytes of a good signature are sent in another spelling", async () => {
  for (const kind of ALL_KINDS) {
    // Signatures differ, and with them what there is to respell.
    for (let round = 0; round < 4; round++) {
      const { manager, value } = await loggedIn(kind, undefined, { cookie: { name: `session${"x".repeat(round)}` } });
      const name = `session${"x".repeat(round)}`;
      const start = value.lastIndexOf(".") + 1;
      const [head, signature] = [value.slice(0, start), value.slice(start)];
      const spellings = spellingsOf(signature);
      const sameBytes = spellings.filter((spelling) =>
        Buffer.from(spelling, "base64url").equals(Buffer.from(signature, "base64url")),
      );
      expect(sameBytes.length).toBeGreaterThan(20);
      const reasons = new Set<string>();
      for (const spelling of spellings) {
        // What the header's own grammar takes away is not part of the value.
        if (/^[\t ]|[\t ]$/.test(spelling)) continue;
        reasons.add(await outcomeOf(manager, `${name}=${head}${spelling}`));
      }
      expect([...reasons].filter((reason) => !["malformed", "bad_signature"].includes(reason))).toEqual([]);
      expect(await outcomeOf(manager, `${name}=${value}`)).toBe("7");
    }
  }
});

/**
 * Payloads are decoded after the signature was verified, and then only in their canonical spelling.
 */
test("ATK-payload-spelling: a payload is signed in another spelling than an encoder writes", async () => {
  const manager = makeManager("flask", new Time(), { keys: KEY });
  const payload = base64url('{"_user_id":"7"}');
  const time = timestampOf(new Time().now);
  const sign = (text: string): string => signerOf("flask").sign(`${text}.${time}`);
  expect(await outcomeOf(manager, `session=${sign(payload)}`)).toBe("7");
  const spellings = spellingsOf(payload).filter((spelling) => !/[\t ]/.test(spelling));
  expect([...(await reasonsOf(manager, "session", spellings.map(sign)))].sort()).toEqual(["bad_payload", "malformed"]);
});

/**
 * Only UTF-8 is read; other bytes are refused and not replaced, and a byte order mark is not
 * dropped: it is no JSON.
 */
test("ATK-invalid-utf8: a signed payload holds bytes that are no UTF-8, or a byte order mark", async () => {
  const wrong = [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xe2, 0x82]].map((bytes) =>
    Buffer.concat([Buffer.from('{"a":"'), Buffer.from(bytes), Buffer.from('"}')]),
  );
  const marked = Buffer.from('\ufeff{"a":"b"}');
  for (const kind of COOKIE_KINDS) {
    const manager = makeManager(kind, new Time(), { keys: KEY });
    const values = [...wrong, marked].map((bytes) => cookieWith(kind, bytes));
    expect([kind, await reasonsOf(manager, nameOf(kind), values)]).toEqual([kind, new Set(["bad_payload"])]);
  }
});

/**
 * An unpaired surrogate and NUL are saved as JSON escapes, and come back as they were; they never
 * become another letter.
 */
test("ATK-lone-surrogate: text that UTF-8 cannot write is put into a session", async () => {
  const data: Data = { half: "\ud800", other: "a\udc00b", nul: "\u0000", line: "\u2028" };
  for (const kind of ALL_KINDS) {
    const visitor = new Visitor(makeManager(kind, new Time(), { keys: KEY }));
    await visitor.visit((session) => Object.assign(session.data, data));
    expect(await visitor.visit((session) => ({ ...session.data }))).toEqual(data);
    // As a cookie it is letters of ASCII, whatever it holds.
    expect(visitor.value).toMatch(/^[A-Za-z0-9_.-]+$/);
  }
  for (const kind of COOKIE_KINDS) {
    const { data: read } = await makeManager(kind, new Time(), { keys: KEY }).load(
      `${nameOf(kind)}=${cookieWith(kind, enveloped(kind, '{"half":"\\ud800"}'))}`,
    );
    expect(read).toEqual({ half: "\ud800" });
  }
  const serializer = new URLSafeTimedSerializer(KEY);
  expect(serializer.loads(serializer.dumps("\ud800"))).toBe("\ud800");
  expect(() => new Signer(KEY).sign("\ud800")).toThrow(TypeError);
});
