/*
 * Signatures
 *
 * An attacker with a cookie but no key changes it, cuts it, or takes one that was made for
 * something else.
 */
import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import zlib from "node:zlib";
import { KeyRing, sealed } from "latchkey";
import * as latchkey from "latchkey";
import * as keys from "latchkey/keys";
import * as signing from "latchkey/signing";
import {
  Serializer,
  Signer,
  TimestampSigner,
  URLSafeSerializer,
  URLSafeTimedSerializer,
  type Digest,
} from "latchkey/signing";
import { expect, test } from "vitest";
import {
  ALL_KINDS,
  COOKIE_KINDS,
  KEY,
  loggedIn,
  makeManager,
  nameOf,
  OTHER_KEY,
  outcomeOf,
  reasonsOf,
  seal,
  sealedPlain,
  signerOf,
  Time,
  Visitor,
} from "./support.ts";

const DIGESTS: readonly Digest[] = ["sha1", "sha256", "sha384", "sha512"];

/**
 * The signature or the authentication tag covers every character of a cookie, so one change
 * anywhere makes it invalid.
 */
test("ATK-bit-flip: one character of a cookie is changed, put in, taken out or swapped", async () => {
  for (const kind of ALL_KINDS) {
    const { manager, value } = await loggedIn(kind);
    const mutants = [...value].flatMap((character, index) => {
      const [start, rest] = [value.slice(0, index), value.slice(index + 1)];
      const other = character === "A" ? "B" : "A";
      const swapped = start + rest.charAt(0) + character + rest.slice(1);
      return [start + other + rest, start + other + character + rest, start + rest, swapped];
    });
    const reasons = await reasonsOf(
      manager,
      nameOf(kind),
      mutants.filter((mutant) => mutant !== value),
    );
    expect([kind, [...reasons].sort()]).toEqual([kind, ["bad_signature", "malformed"]]);
    expect(await outcomeOf(manager, `${nameOf(kind)}=${value}`)).toBe("7");
  }
});

/**
 * What lacks its beginning or its end does not have the shape, or not the signature, of a value
 * that this server writes.
 */
test("ATK-truncation: a cookie is cut at any place, from either end", async () => {
  for (const kind of ALL_KINDS) {
    const { manager, value } = await loggedIn(kind);
    const parts = [...value].flatMap((_, index) => [value.slice(0, index), value.slice(index + 1)]);
    const reasons = await reasonsOf(manager, nameOf(kind), parts);
    expect([...reasons].filter((reason) => !["malformed", "bad_signature"].includes(reason))).toEqual([]);
  }
});

/** A value without its signature has another shape, and is refused before any cryptography. */
test("ATK-signature-stripping: the signature, the time or the payload is left out", async () => {
  for (const kind of ["signed", "flask", "memory"]) {
    const { manager, value } = await loggedIn(kind);
    const [payload, time, signature] = value.split(".") as [string, string, string];
    const stripped = [
      "",
      ".",
      "..",
      "...",
      payload,
      `${payload}.`,
      `${payload}.${time}`,
      `${payload}.${time}.`,
      `${payload}..${signature}`,
      `.${time}.${signature}`,
      `${time}.${signature}`,
      `..${signature}`,
      signature,
      `${payload}.${time}.${signature}.${signature}`,
    ];
    // An empty time is second 0 of 1970 in Flask's format.
    expect(await reasonsOf(manager, nameOf(kind), stripped)).toEqual(
      new Set(kind === "flask" ? ["malformed", "bad_signature"] : ["malformed"]),
    );
  }
  const { manager, value } = await loggedIn("sealed");
  const stripped = [
    "v3.local.",
    "v3.local",
    "v3.",
    value.slice(9),
    `v3.local.${value}`,
    `${value}.`,
    `${value}..AAAA`,
    `${value}.AAAA.AAAA`,
    `v3.public.${value.slice(9)}`,
    `v4.local.${value.slice(9)}`,
    `V3.local.${value.slice(9)}`,
    `v3.local.${"A".repeat(106)}`,
  ];
  expect(await reasonsOf(manager, "__Host-Http-session", stripped)).toEqual(new Set(["malformed"]));
});

/**
 * Each purpose has a signing key of its own, derived from the secret key: what was signed for one
 * verifies for no other.
 */
test("ASVS 9.2.2: a token of one purpose is shown where another is expected, for every pair", async () => {
  const purposes = ["invitation", "password-reset", "unsubscribe", "session"];
  const serializers = purposes.map((salt) => new URLSafeTimedSerializer(KEY, { salt }));
  for (const [from, one] of serializers.entries()) {
    const token = one.dumps({ user: 7 });
    expect(serializers.map((other) => other.loadsUnsafe(token).valid)).toEqual(purposes.map((_, to) => from === to));
  }
  const cookies = await Promise.all(
    ["sealed", "signed", "flask", "memory"].map(async (kind) => [kind, (await loggedIn(kind)).value] as const),
  );
  for (const [from, value] of cookies) {
    for (const [to] of cookies) {
      if (from !== to)
        expect(await outcomeOf((await loggedIn(to)).manager, `${nameOf(to)}=${value}`)).toMatch(
          /^(malformed|bad_signature)$/,
        );
    }
  }
});

/**
 * The cookie's name is part of the key derivation: a value moved to another name is invalid.
 * Flask's format knows no names.
 */
test("ASVS 9.2.3: a session is moved from one cookie into another of the same server", async () => {
  for (const kind of ALL_KINDS) {
    const cart = new Visitor(makeManager(kind, new Time(), { keys: KEY, cookie: { name: "cart" } }));
    await cart.visit((session) => session.login("7"));
    const admin = makeManager(kind, new Time(), { keys: KEY, cookie: { name: "admin" } });
    // Compatibility: all cookies of one Flask key are one purpose, and its users keep them apart by
    // their keys.
    expect([kind, await outcomeOf(admin, `admin=${cart.value}`)]).toEqual([
      kind,
      kind === "flask" ? "7" : "bad_signature",
    ]);
  }
});

/**
 * Sessions have purposes that no other signer has; for tokens of your own, give each purpose a
 * salt, as itsdangerous asks.
 */
test("ATK-purpose-confusion: a timed token is shown to an untimed signer, or text with a time in it to a timed one", async () => {
  // As in itsdangerous, with which the signers are compatible: one salt is one purpose, timed or
  // not.
  const [plain, timed] = [new Signer(KEY, { salt: "one" }), new TimestampSigner(KEY, { salt: "one" })];
  expect(plain.validate(timed.sign("value"))).toBe(true);
  expect(timed.validate(plain.sign("value.ZVPxAA"))).toBe(true);
  // Of our own: no session is signed with the default salt of a signer.
  for (const kind of ["signed", "flask", "memory"]) {
    const { manager, value } = await loggedIn(kind);
    const rest = value.slice(0, value.lastIndexOf("."));
    for (const digest of DIGESTS) {
      for (const keyDerivation of ["concat", "django-concat", "hmac", "none"] as const) {
        for (const Kind of [Signer, TimestampSigner]) {
          const signer = new Kind(KEY, { digest, keyDerivation });
          expect(signer.validate(value)).toBe(false);
          expect(await outcomeOf(manager, `${nameOf(kind)}=${rest}.${signer.getSignature(rest)}`)).toMatch(
            /malformed|bad_signature/,
          );
        }
      }
    }
  }
});

/**
 * Sessions derive their keys by HMAC or HKDF, where salt and key cannot be confused;
 * `django-concat` stays what itsdangerous made it.
 */
test("ATK-salt-ambiguity: letters are moved from the key to the salt, so that both together stay the same", () => {
  const signatureOf = (key: string, salt: string, keyDerivation: "django-concat" | "concat" | "hmac"): string =>
    new Signer(key, { salt, keyDerivation }).getSignature("value");
  expect(signatureOf("signerK", "x", "django-concat")).toBe(signatureOf("K", "xsigner", "django-concat"));
  expect(signatureOf("signerK", "x", "hmac")).not.toBe(signatureOf("K", "xsigner", "hmac"));
  const plain = sealedPlain("{}");
  expect(seal({ app: "ab", name: "c", plain })).not.toBe(seal({ app: "a", name: "bc", plain }));
  expect(() => sealed({ app: "a\0session\0b" })).toThrow(/NUL/);
});

/**
 * The digest is configuration and never read from a token: a signature by any other has the wrong
 * length and is refused.
 */
test("ATK-algorithm-downgrade: a token is signed with the right key and another digest", () => {
  for (const [index, digest] of DIGESTS.entries()) {
    const signed = new Signer(KEY, { digest }).sign("value");
    expect(DIGESTS.map((other) => new Signer(KEY, { digest: other }).validate(signed))).toEqual(
      DIGESTS.map((_, at) => at === index),
    );
  }
});

/**
 * Four digests are allowed by name; there is no algorithm "none", and an empty signature is no
 * signature.
 */
test("ASVS 9.1.2: an algorithm that is not allowed is asked for, or none at all", () => {
  for (const digest of ["none", "md5", "NONE", "", "__proto__", "constructor", null])
    expect(() => new Signer(KEY, { digest: digest as Digest })).toThrow(
      expect.objectContaining({ code: "invalid_option" }),
    );
  for (const digest of DIGESTS) {
    const signer = new Signer(KEY, { digest });
    expect([signer.validate("value."), signer.validate("value"), signer.validate("."), signer.validate("")]).toEqual([
      false,
      false,
      false,
      false,
    ]);
    expect(signer.verifySignature("value", "")).toBe(false);
  }
});

/**
 * The signature is verified first: of a forged cookie nothing is decompressed and nothing is
 * parsed.
 */
test("ASVS 9.1.1: a forged cookie tries to reach the decompressor or the JSON parser", async () => {
  const touched: string[] = [];
  const originals = { inflate: zlib.inflateSync, parse: JSON.parse };
  zlib.inflateSync = ((...given: Parameters<typeof zlib.inflateSync>) => {
    touched.push("inflate");
    return originals.inflate(...given);
  }) as typeof zlib.inflateSync;
  JSON.parse = (...given: Parameters<typeof JSON.parse>): unknown => {
    touched.push("parse");
    return originals.parse(...given) as unknown;
  };
  syncBuiltinESMExports();
  try {
    for (const kind of COOKIE_KINDS) {
      const visitor = new Visitor(makeManager(kind, new Time(), { keys: KEY }));
      await visitor.visit((session) => (session.data["note"] = "x".repeat(2000)));
      const forged = visitor.value.slice(0, -3) + (visitor.value.endsWith("AAA") ? "BBB" : "AAA");
      touched.length = 0;
      const { rejection } = await visitor.manager.load(`${nameOf(kind)}=${forged}`);
      expect([kind, rejection?.reason, touched]).toEqual([kind, "bad_signature", []]);
      // The same counters do see a good cookie.
      expect((await visitor.manager.load(visitor.header)).isNew).toBe(false);
      expect(touched).toContain(kind === "flask" ? "inflate" : "parse");
    }
  } finally {
    zlib.inflateSync = originals.inflate;
    JSON.parse = originals.parse;
    syncBuiltinESMExports();
  }
});

/**
 * Sessions are opened by verifying them. The one way to look into an unverified token is called
 * `loadsUnsafe`, and says `valid: false`.
 */
test("ASVS 7.2.1: a value that was not verified is taken for a session", () => {
  const exported = { ...latchkey, ...keys, ...signing };
  const members = Object.values(exported).flatMap((value) =>
    typeof value === "function" ? Object.getOwnPropertyNames((value as { prototype?: object }).prototype ?? {}) : [],
  );
  const names = [...Object.keys(exported), ...members];
  expect([...new Set(names.filter((name) => /unsafe|unverified|decode(?!Base64url)|peek/i.test(name)))]).toEqual([
    "loadsUnsafe",
  ]);
  for (const Kind of [Serializer, URLSafeSerializer, URLSafeTimedSerializer]) {
    const forged = new Kind(OTHER_KEY).dumps({ admin: true });
    expect(new Kind(KEY).loadsUnsafe(forged)).toEqual({ valid: false, value: { admin: true } });
    expect(() => new Kind(KEY).loads(forged)).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/bad_.*signature/) as string }),
    );
  }
});

/**
 * Every key of the ring is tried whether one has matched or not, with the same number of hashes and
 * comparisons.
 */
test("ATK-timing: the time of an answer tells which key made a signature, or how near a forgery came", async () => {
  const counts: Record<string, number> = {};
  const names = ["createHmac", "createHash", "hash", "timingSafeEqual"] as const;
  const originals = names.map((name) => crypto[name]);
  const replaceable = crypto as unknown as Record<string, (...given: never[]) => unknown>;
  for (const [index, name] of names.entries()) {
    replaceable[name] = (...given) => {
      counts[name] = (counts[name] ?? 0) + 1;
      return (originals[index] as (...given: never[]) => unknown)(...given);
    };
  }
  syncBuiltinESMExports();
  try {
    const keys = [KEY, OTHER_KEY, "lk1_Nb5Wq8TzYk2RmXcJ7vLpHs4DfGe0Ua9iOyQt3ZxVr6Dn1Pum"];
    const ring = new KeyRing(keys[0]!, keys.slice(1));
    const count = async (work: () => unknown): Promise<Record<string, number>> => {
      // Keys are derived once.
      await work();
      for (const name of names) counts[name] = 0;
      await work();
      return { ...counts };
    };
    const signer = new Signer(ring, { salt: "one" });
    const values = keys.map((key) => new Signer(key, { salt: "one" }).sign("value"));
    const forged = [`value.${"A".repeat(27)}`, values[0]!.slice(0, -1) + (values[0]!.endsWith("A") ? "E" : "A")];
    const seen: Record<string, number>[] = [];
    for (const value of [...values, ...forged]) seen.push(await count(() => signer.verify(value)));
    expect(seen[0]!["timingSafeEqual"]).toBe(3);
    expect(new Set(seen.map((result) => JSON.stringify(result))).size).toBe(1);

    const manager = makeManager("sealed", new Time(), { keys: ring });
    const open: Record<string, number>[] = [];
    for (const key of [...keys, "lk1_a key that is not in the ring at all, 43 letters"]) {
      // Two cookies, since what was verified once need not be verified again.
      const cookies = [1, 2].map(
        (salt) => `__Host-Http-session=${seal({ key, nonce: Buffer.alloc(32, salt), plain: sealedPlain("{}") })}`,
      );
      open.push(await count(async () => void (await manager.load(cookies.shift())).isNew));
    }
    expect(open[0]!["timingSafeEqual"]).toBe(3);
    // Only an accepted cookie is decrypted. The key of the cipher takes two hashes more.
    const unknown = open.pop()!;
    expect({ ...unknown, hash: unknown["hash"]! + 2 }).toEqual(open[0]);
    expect(new Set(open.map((result) => JSON.stringify(result))).size).toBe(1);
  } finally {
    for (const [index, name] of names.entries()) replaceable[name] = originals[index] as (...given: never[]) => unknown;
    syncBuiltinESMExports();
  }
});

/**
 * What was verified is found again by its whole text, while its key is in the ring; age and
 * revocation are judged each time, and each request has its own copy.
 */
test("ATK-remembered-cookie: a cookie that was verified once is taken for good ever after", async () => {
  for (const kind of ALL_KINDS) {
    const time = new Time();
    const ring = new KeyRing(KEY, [OTHER_KEY]);
    let isRevoked = false;
    const { manager, header, value } = await loggedIn(kind, time, {
      keys: ring,
      lifetime: 1000,
      isRevoked: () => isRevoked,
    });
    const name = nameOf(kind);
    for (let round = 0; round < 3; round++) {
      const session = await manager.load(header);
      expect([session.subject, session.data]).toEqual(["7", { name: "Ada Lovelace", cart: ["a-1", "b-2"] }]);
      // Never committed, so no other request may see it.
      (session.data["cart"] as string[]).push("stolen");
      session.data["isAdmin"] = true;
      session.login("666");
      expect(await outcomeOf(manager, `${name}=${value.slice(0, -1)}`)).toMatch(/^(malformed|bad_signature)$/);
    }
    isRevoked = true;
    expect(await outcomeOf(manager, header)).toBe("revoked");
    isRevoked = false;
    ring.replace(OTHER_KEY);
    expect(await outcomeOf(manager, header)).toBe("bad_signature");
    ring.replace(KEY, [OTHER_KEY]);
    expect(await outcomeOf(manager, header)).toBe("7");
    time.now += 1001;
    expect(await outcomeOf(manager, header)).toMatch(/^(expired|unknown)$/);
  }
});

/**
 * Signatures are compared in constant time behind a check of their length, in bytes and in
 * characters: no length makes it throw.
 */
test("ASVS 11.2.4: a signature is empty, too short, too long, or of as many characters and more bytes", async () => {
  for (const kind of ["signed", "flask", "memory"]) {
    const { manager, value } = await loggedIn(kind);
    const rest = value.slice(0, value.lastIndexOf("."));
    const length = value.length - rest.length - 1;
    const signatures = [
      "",
      "A",
      "A".repeat(length - 1),
      "A".repeat(length),
      "A".repeat(length + 1),
      "é".repeat(length),
      "\u0141".repeat(length),
    ];
    for (const signature of signatures) {
      expect(signerOf(kind).verifySignature(rest, signature)).toBe(false);
      expect(await outcomeOf(manager, `${nameOf(kind)}=${rest}.${signature}`)).toMatch(/^(malformed|bad_signature)$/);
    }
  }
});

/**
 * Opening a cookie gives a session or a reason, never an exception; where anything is in doubt, the
 * visitor is anonymous.
 */
test("ASVS 11.2.5: a value makes the verification fail in an unforeseen way", async () => {
  for (const kind of ALL_KINDS) {
    const { manager } = await loggedIn(kind);
    for (const value of [
      "\ud800.\udc00.\ud800",
      "\u0000",
      "é.é.é",
      "=".repeat(100),
      "%",
      "[object Object]",
      `${"A".repeat(5000)}.A.${"A".repeat(27)}`,
    ])
      expect(await outcomeOf(manager, `${nameOf(kind)}=${value}`)).toMatch(/^(malformed|bad_signature)$/);
  }
  for (const value of [undefined, null, 7, {}, [], Symbol("x"), "\ud800"])
    expect(new Signer(KEY).verify(value as string)).toBeUndefined();
});
