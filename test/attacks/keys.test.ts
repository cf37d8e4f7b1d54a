/*
 * Keys
 *
 * The key is guessed, was published, is read in another way than it was written, or is still in use
 * after it got out.
 */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KeyRing, sealed, SecretKey, SessionManager } from "latchkey";
import {
  generateSecretKey,
  gradeSecretKey,
  isPublishedKey,
  loadKeyRing,
  writeKeyFile,
  type LoadKeyRingOptions,
} from "latchkey/keys";
import { Signer, URLSafeSerializer } from "latchkey/signing";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  ALL_KINDS,
  cookieWith,
  enveloped,
  KEY,
  loggedIn,
  makeManager,
  nameOf,
  OTHER_KEY,
  outcomeOf,
  Time,
  timestampOf,
  Visitor,
} from "./support.ts";

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "latchkey-attacks-"))));
afterAll(() => rmSync(folder, { recursive: true }));

const code = (wanted: string): unknown => expect.objectContaining({ code: wanted });
const load = (options: Partial<LoadKeyRingOptions>): KeyRing =>
  loadKeyRing({ env: {}, mode: "production", directory: folder, warn: () => undefined, ...options });

/**
 * Fallback keys are a list in which every key is graded as strictly as the current one; one text is
 * no list, and an empty text is no key.
 */
test("ATK-fallback-traps: a list of old keys holds an empty key, or one text is taken for a list of letters", async () => {
  for (const fallbacks of [
    [""],
    [null],
    [undefined],
    [7],
    "oldkey",
    "",
    {},
    7,
    [[]],
    ["k"],
    ["changeme"],
    ["keyboard cat"],
  ])
    expect(() => load({ secretKey: KEY, fallbacks: fallbacks as never })).toThrow(
      expect.objectContaining({ name: "SecretKeyError" }),
    );
  for (const text of ["oldkey", "[", '["a",7]', "[null]", "a,,b", ","])
    expect(() => load({ secretKey: KEY, env: { SECRET_KEY_FALLBACKS: text } })).toThrow(
      expect.objectContaining({ name: "SecretKeyError" }),
    );
  for (const fallbacks of [[""], "oldkey", [null]])
    expect(() => new KeyRing(KEY, fallbacks as never)).toThrow(expect.objectContaining({ name: "SecretKeyError" }));
  // What Flask would have accepted then: cookies of the empty key, of one letter, and of the word
  // "None".
  const manager = makeManager("flask", new Time(), { keys: new KeyRing(KEY, [OTHER_KEY]) });
  for (const forged of ["\0", "o", "k", "None", "oldkey"]) {
    const value = new Signer(forged, { salt: "cookie-session", keyDerivation: "hmac" }).sign(
      "eyJfdXNlcl9pZCI6IjcifQ.a0nSAA",
    );
    expect(await outcomeOf(manager, `session=${value}`)).toBe("bad_signature");
  }
});

/**
 * The current key signs, whatever the order of the others, and a session of an old key is signed
 * again when it is next looked at.
 */
test("ATK-old-key-signs: the oldest key still signs, or its sessions never move to the new one", async () => {
  for (const kind of ALL_KINDS) {
    const ring = new KeyRing(OTHER_KEY);
    const visitor = await loggedIn(kind, new Time(), { keys: ring });
    ring.replace(KEY, [OTHER_KEY]);
    expect(await visitor.visit((session) => session.subject)).toBe("7");
    expect(visitor.setCookies).toHaveLength(1);
    ring.replace(KEY);
    expect([kind, await outcomeOf(visitor.manager, visitor.header)]).toEqual([kind, "7"]);
  }
});

/**
 * A key that is no longer in the ring opens nothing: changing it without a fallback ends all
 * sessions at once.
 */
test("ATK-stolen-key: the key got out, and anyone who has it makes sessions", async () => {
  for (const kind of ALL_KINDS) {
    const ring = new KeyRing(KEY);
    const { manager, header } = await loggedIn(kind, new Time(), { keys: ring });
    ring.replace(OTHER_KEY);
    expect(await outcomeOf(manager, header)).toBe("bad_signature");
  }
  const manager = makeManager("sealed", new Time(), { keys: new KeyRing(OTHER_KEY) });
  expect(await outcomeOf(manager, `__Host-Http-session=${cookieWith("sealed", '["7",{}]')}`)).toBe("bad_signature");
});

/**
 * The keys of `sealed()`, `signed()` and a store's token are derived by HKDF, so no value of a
 * `Signer` with the same key is one of them, by any `keyDerivation`. Flask's format derives its key
 * as Flask does, and a signer with "none" and SHA-1 does give it out: give such a signer a key of
 * its own.
 */
test("ATK-signer-oracle: the application signs a visitor's text with the session key, and that is the key of another purpose", async () => {
  const derivations = ["none", "hmac", "concat", "django-concat", "hkdf"] as const;
  const forgedBy = (
    kind: string,
    text: string,
    derivation: (typeof derivations)[number],
    digest: "sha1" | "sha256",
  ): string[] => {
    // What a visitor gets: HMAC of the chosen text. The signer's own salt is not the visitor's to
    // choose, but may be anything.
    const oracle = new Signer(KEY, { keyDerivation: derivation, digest, salt: text });
    const stolen = Buffer.from(oracle.sign(text).slice(text.length + 1), "base64url");
    const payload =
      kind === "flask"
        ? '{"_user_id":"admin"}'
        : kind === "signed"
          ? enveloped("signed", "{}").replace("{", '{"subject":"admin",')
          : "A".repeat(43);
    const part = kind === "signed" || kind === "flask" ? Buffer.from(payload).toString("base64url") : payload;
    const signed = `${part}.${timestampOf(new Time().now)}`;
    return (["none", "hmac", "hkdf"] as const).map((forging) =>
      new Signer(stolen, { keyDerivation: forging, digest, salt: text }).sign(signed),
    );
  };
  for (const kind of ALL_KINDS) {
    const name = nameOf(kind);
    const texts = [
      "cookie-session",
      `latchkey.session.${name}`,
      `latchkey.session-token.${name}`,
      `latchkey e1`,
      `latchkey v1`,
      `latchkey v1latchkey.session.${name}`,
    ];
    const manager = makeManager(kind, new Time(), { keys: KEY });
    const outcomes = new Set<string>();
    for (const text of texts)
      for (const derivation of derivations)
        for (const digest of ["sha1", "sha256"] as const)
          for (const value of forgedBy(kind, text, derivation, digest))
            outcomes.add(await outcomeOf(manager, `${name}=${value}`));
    expect([
      kind,
      outcomes.has("admin"),
      [...outcomes].filter((word) => !/^(bad_signature|malformed)$/.test(word)),
    ]).toEqual([kind, kind === "flask", kind === "flask" ? ["admin"] : []]);
  }
});

/**
 * A text is its UTF-8 bytes and is never decoded. That HMAC pads keys with zeros and hashes long
 * ones is known, and noted by the grade.
 */
test("ATK-key-text-or-bytes: one side takes a key for text, the other for hexadecimal digits or bytes", () => {
  const sign = (key: string | Uint8Array): string => new Signer(key, { keyDerivation: "hmac" }).sign("value");
  expect(sign(Buffer.from("schlüssel", "utf8"))).toBe(sign("schlüssel"));
  expect(sign(Buffer.from("schlüssel", "latin1"))).not.toBe(sign("schlüssel"));
  const hex = "c0ffee00c0ffee00c0ffee00c0ffee00";
  expect(sign(Buffer.from(hex, "hex"))).not.toBe(sign(hex));
  expect(sign(Buffer.from(hex, "base64url"))).not.toBe(sign(hex));
  // Two texts that are one HMAC key (RFC 2104): nothing that a library can change, so the grade
  // says it.
  expect(sign("abc\0")).toBe(sign("abc"));
  const long = KEY.repeat(3).slice(0, 100);
  expect(sign(createHash("sha1").update(long).digest())).toBe(sign(long));
  const notes = (key: string): readonly string[] => gradeSecretKey(key).findings.map(({ code }) => code);
  expect([notes(`${KEY}\0`), notes(long).includes("longer_than_block")]).toEqual([
    expect.arrayContaining(["trailing_nul"]),
    true,
  ]);
});

/**
 * A missing, empty or blank key, a wrong type and the texts of JavaScript's own mistakes stop the
 * start, in every mode, with the command that makes a key.
 */
test("ATK-empty-key: the key is empty, or the place where it should come from is", () => {
  const wrong: unknown[] = [
    "",
    " ",
    "\n",
    "\t \r\n",
    null,
    7,
    true,
    [],
    [KEY],
    {},
    "undefined",
    "null",
    "[object Object]",
    "${SECRET_KEY}",
    "NaN",
    new Uint8Array(),
  ];
  for (const key of wrong) {
    for (const mode of ["production", "development"] as const) {
      expect(() => load({ mode, secretKey: key as string }), `${mode} ${String(key)}`).toThrow(
        expect.objectContaining({ name: "SecretKeyError", message: expect.not.stringMatching(/ {2}/) as string }),
      );
    }
    expect(() => new SessionManager({ keys: key as string })).toThrow(
      expect.objectContaining({ name: "SecretKeyError" }),
    );
  }
  expect(() => load({})).toThrow(
    expect.objectContaining({
      code: "key_missing",
      message: expect.stringContaining("npx latchkey key generate") as string,
    }),
  );
  expect(() => load({ env: { SECRET_KEY: "" } })).toThrow(code("key_missing"));
});

/**
 * Exactly one line end after the key is not part of it; a byte order mark, UTF-16, NUL and blank
 * lines are refused and not guessed at.
 */
test("ATK-key-file-newline: an editor has added a line end or changed the encoding of a key file", () => {
  const file = join(folder, "newline");
  const fingerprint = SecretKey.from(KEY).fingerprint;
  for (const text of [KEY, `${KEY}\n`, `${KEY}\r\n`]) {
    writeFileSync(file, text, { mode: 0o600 });
    expect(load({ env: { SECRET_KEY_FILE: file } }).current.fingerprint).toBe(fingerprint);
  }
  for (const text of [
    `${KEY}\n\n`,
    `\n${KEY}`,
    `\ufeff${KEY}`,
    Buffer.from(KEY, "utf16le"),
    Buffer.from(`\ufeff${KEY}`, "utf16le"),
    `${KEY}\0`,
    `${KEY}\r${KEY}`,
    "\n".repeat(20),
  ]) {
    writeFileSync(file, text, { mode: 0o600 });
    expect(() => load({ env: { SECRET_KEY_FILE: file } })).toThrow(code("key_file"));
  }
  // A line of its own is a fallback, never a part of the key.
  writeFileSync(file, `${KEY}\n${OTHER_KEY}\n`, { mode: 0o600 });
  expect([...load({ env: { SECRET_KEY_FILE: file } })].map((key) => key.fingerprint)).toEqual([
    fingerprint,
    SecretKey.from(OTHER_KEY).fingerprint,
  ]);
});

/**
 * `sealed({ app })` keeps applications apart that share a key; so do stores, which know only their
 * own sessions. Two Flasks with one key are one, as ever.
 */
test("ATK-shared-key: an application accepts the sessions of another one with the same key", async () => {
  const shop = await loggedIn("sealed", new Time(), { format: sealed({ app: "shop" }) });
  const blog = makeManager("sealed", new Time(), { keys: KEY, format: sealed({ app: "blog" }) });
  expect(await outcomeOf(blog, shop.header)).toBe("bad_signature");
  for (const kind of ["memory", "sqlite"]) {
    const one = await loggedIn(kind);
    expect(await outcomeOf(makeManager(kind, new Time(), { keys: KEY }), one.header)).toBe("unknown");
  }
  const one = await loggedIn("flask");
  expect(await outcomeOf(makeManager("flask", new Time(), { keys: KEY }), one.header)).toBe("7");
});

/**
 * A filter of some fifty thousand published keys comes with the package: a key that looks perfect
 * and is in a tutorial is refused in production.
 */
test("ATK-published-key: the key is in a tutorial, and attackers try it first", () => {
  // Flask's documentation shows this one: 256 bits, and known to everybody.
  const published = "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf";
  expect([isPublishedKey(published), isPublishedKey(KEY)]).toEqual([true, false]);
  expect(gradeSecretKey(published)).toMatchObject({ verdict: "refused", findings: [{ code: "published" }] });
  expect(() => load({ secretKey: published })).toThrow(code("key_refused"));
  expect(() => load({ secretKey: KEY, fallbacks: [published] })).toThrow(code("key_refused"));
  expect(() => new SessionManager({ keys: published })).toThrow(code("key_refused"));
});

/**
 * Keys that withstand fewer guesses than 128 random bits do not start in production; generated ones
 * have 256.
 */
test("ASVS 11.2.3: a key is short, a word, a pattern, or counted from the clock", () => {
  for (const key of [
    "keyboard cat",
    "changeme-changeme-changeme-changeme",
    "a".repeat(64),
    "qwertyuiopasdfghjklzxcvbnm123456",
    "0123456789abcdef0123456789abcdef",
    "correct horse battery staple",
    "1700000000000",
    "f3a9c1",
  ]) {
    expect([key, ["weak", "refused"].includes(gradeSecretKey(key).verdict)]).toEqual([key, true]);
    expect(() => load({ secretKey: key })).toThrow(code("key_refused"));
  }
  const generated = Array.from({ length: 50 }, () => generateSecretKey());
  expect(new Set(generated).size).toBe(50);
  for (const key of generated) expect([key.length >= 43, gradeSecretKey(key).verdict]).toEqual([true, "strong"]);
});

/**
 * A UUID is used, with a note that its 122 random bits are fewer than the 128 that are asked for.
 */
test("ASVS 11.5.1: the key is a UUID", () => {
  const grade = gradeSecretKey("3f0c9a52-7d1e-4b86-9e4d-2c5a81f7b690");
  expect([grade.verdict, grade.findings.map(({ code }) => code), grade.bits < 128]).toEqual([
    "acceptable",
    ["uuid"],
    true,
  ]);
});

/**
 * Keys and digests can be changed while the server runs and old values are still accepted: no one
 * is logged out, and nothing is signed in the old way.
 */
test("ASVS 11.2.2: a key or a hash function has to go, and no one dares to change it", () => {
  const old = new URLSafeSerializer(OTHER_KEY, { salt: "invitation" }).dumps("ada");
  const current = new URLSafeSerializer(new KeyRing(KEY, [OTHER_KEY]), {
    salt: "invitation",
    digest: "sha256",
    fallbackSigners: [{ digest: "sha1" }],
  });
  expect(current.loads(old)).toBe("ada");
  expect(current.dumps("ada").split(".").at(-1)).toHaveLength(43);
  expect(new URLSafeSerializer(KEY, { salt: "invitation", digest: "sha256" }).loads(current.dumps("ada"))).toBe("ada");
});

/**
 * Everything of our own is AES-256 with HMAC-SHA-384, or HMAC-SHA-256; SHA-1 is there where Flask
 * and itsdangerous have it, and nowhere else.
 */
test("ASVS 11.4.1: a session rests on SHA-1", async () => {
  const signatureLengths = await Promise.all(
    ["signed", "memory", "sqlite", "flask"].map(async (kind) => (await loggedIn(kind)).value.split(".").at(-1)!.length),
  );
  expect(signatureLengths).toEqual([43, 43, 43, 27]);
  expect((await loggedIn("sealed")).value).toMatch(/^v3\.local\./);
});

/**
 * The ring says for each key, by its fingerprint, what role it has, how often it signed and
 * verified, and when last: what a schedule of rotations needs.
 */
test("ASVS 13.3.4: no one knows which keys are still in use", async () => {
  const time = new Time();
  const ring = new KeyRing(OTHER_KEY, [], { clock: time.clock });
  const visitor = await loggedIn("signed", time, { keys: ring });
  ring.replace(KEY, [OTHER_KEY]);
  time.now += 100;
  await visitor.visit((session) => session.subject);
  const [fingerprint, oldFingerprint] = [SecretKey.from(KEY).fingerprint, SecretKey.from(OTHER_KEY).fingerprint];
  expect(ring.usage()).toEqual([
    { fingerprint, role: "current", signed: 1, verified: 0, lastUsed: time.now },
    { fingerprint: oldFingerprint, role: "fallback", signed: 1, verified: 1, lastUsed: time.now },
  ]);
  expect(JSON.stringify(ring.usage())).not.toContain(KEY.slice(4, 12));
});

/**
 * Key files are written for their owner only and refused if anybody may write them; the key of
 * development is ignored by git and refused in production.
 */
test("ASVS 13.3.1: a key lies where others read it, or goes from development into production", () => {
  const file = join(folder, "written");
  writeKeyFile(file, `${KEY}\n`);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const home = mkdtempSync(join(folder, "development-"));
  const ring = load({ mode: "development", directory: home });
  const own = join(home, ".latchkey", "secret_key");
  expect(statSync(own).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(home, ".latchkey", ".gitignore"), "utf8")).toMatch(/^\*$/m);
  const development = readFileSync(own, "utf8").trim();
  expect(SecretKey.from(development).fingerprint).toBe(ring.current.fingerprint);
  expect(() => load({ secretKey: development })).toThrow(code("key_refused"));
});

/**
 * Two places that hold a key are an error, and the message names the places: any choice would
 * surprise someone.
 */
test("ATK-two-sources: an attacker, or a mistake, sets the key in a second place", () => {
  const file = join(folder, "second");
  writeKeyFile(file, `${OTHER_KEY}\n`);
  expect(() => load({ env: { SECRET_KEY: KEY, SECRET_KEY_FILE: file } })).toThrow(code("key_conflict"));
  expect(() => load({ secretKey: KEY, env: { SECRET_KEY: OTHER_KEY } })).toThrow(code("key_conflict"));
});

/**
 * A session of one visitor is worth nothing in another ring: managers share no state but the keys.
 */
test("ATK-other-key: a cookie of another server is sent here", async () => {
  for (const kind of ALL_KINDS) {
    const other = new Visitor(makeManager(kind, new Time(), { keys: OTHER_KEY }));
    await other.visit((session) => session.login("7"));
    const { manager } = await loggedIn(kind);
    expect(await outcomeOf(manager, `${nameOf(kind)}=${other.value}`)).toBe("bad_signature");
  }
});
