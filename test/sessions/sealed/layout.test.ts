import { deriveSealedKey, InvalidOptionError, KeyRing, sealed, SecretKey, SessionManager } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { Markup, Signer, Tuple, Uuid } from "latchkey/signing";
import { describe, expect, test } from "vitest";
import { makeManager, Time, Visitor, type Data } from "../support.ts";

const { subtle } = globalThis.crypto;
const bytes = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(new TextEncoder().encode(text));
const joined = (...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.concat(parts));

async function hkdf(
  hash: string,
  key: Uint8Array<ArrayBuffer>,
  salt: Uint8Array<ArrayBuffer>,
  info: Uint8Array<ArrayBuffer>,
  length: number,
) {
  const imported = await subtle.importKey("raw", key, "HKDF", false, ["deriveBits"]);
  return new Uint8Array(await subtle.deriveBits({ name: "HKDF", hash, salt, info }, imported, 8 * length));
}

/** Opens a sealed cookie after docs/sealed-cookies.md with WebCrypto alone. */
async function open(secret: string, app: string, name: string, value: string): Promise<Record<string, unknown>> {
  const assertion = bytes(`{"app":"${app}","cookie":"${name}","purpose":"session"}`);
  const key = await hkdf("SHA-256", bytes(secret), bytes("latchkey v3.local"), assertion, 32);
  const body = new Uint8Array(Buffer.from(value.slice("v3.local.".length), "base64url"));
  const [nonce, ciphertext, tag] = [body.slice(0, 32), body.slice(32, -48), body.slice(-48)];
  const none = new Uint8Array(0);
  const encryption = await hkdf("SHA-384", key, none, joined(bytes("paseto-encryption-key"), nonce), 48);
  const authentication = await hkdf("SHA-384", key, none, joined(bytes("paseto-auth-key-for-aead"), nonce), 48);
  const length = (count: number): Uint8Array => new Uint8Array(BigUint64Array.of(BigInt(count)).buffer);
  const pieces = [bytes("v3.local."), nonce, ciphertext, none, assertion];
  const message = joined(length(pieces.length), ...pieces.flatMap((piece) => [length(piece.length), piece]));
  const mac = await subtle.importKey("raw", authentication, { name: "HMAC", hash: "SHA-384" }, false, ["verify"]);
  expect(await subtle.verify("HMAC", mac, tag, message)).toBe(true);
  const aes = await subtle.importKey("raw", encryption.slice(0, 32), "AES-CTR", false, ["decrypt"]);
  const text = await subtle.decrypt({ name: "AES-CTR", counter: encryption.slice(32), length: 128 }, aes, ciphertext);
  return JSON.parse(new TextDecoder().decode(text)) as Record<string, unknown>;
}

describe("a sealed cookie", () => {
  test("is what docs/sealed-cookies.md draws: another implementation, on WebCrypto, opens it", async () => {
    const secret = generateSecretKey();
    const time = new Time();
    const visitor = new Visitor(makeManager("sealed", time, { keys: secret, format: sealed({ app: "shop" }) }));
    await visitor.visit((session) => {
      session.login("ada", { persistent: true, tag: "sid" });
      session.data["é"] = [1];
    });
    time.now += 8 * 86_400;
    await visitor.visit((session) => (session.data["b"] = new Date(0)));
    const { id } = await visitor.manager.load(visitor.jar.header);
    expect(await open(secret, "shop", "__Host-Http-session", visitor.value)).toEqual({
      auth_time: 1_800_000_000,
      data: { é: [1], b: { " d": "Thu, 01 Jan 1970 00:00:00 GMT" } },
      exp: "2027-02-06T08:00:00+00:00",
      iat: "2027-01-23T08:00:00+00:00",
      jti: id,
      persistent: true,
      started: 1_800_000_000,
      sub: "ada",
      tag: "sid",
    });
  });

  test("leaves out what is not so", async () => {
    const secret = generateSecretKey();
    const visitor = new Visitor(makeManager("sealed", new Time(), { keys: secret }));
    await visitor.visit((session) => (session.data["a"] = 1));
    expect(Object.keys(await open(secret, "", "__Host-Http-session", visitor.value))).toEqual([
      "data",
      "exp",
      "iat",
      "jti",
      "started",
    ]);
  });

  test("has the length that its layout says", async () => {
    const visitor = new Visitor(makeManager("sealed"));
    await visitor.visit((session) => (session.data["a"] = 1));
    const claims = `{"data":{"a":1},"exp":"2027-01-29T08:00:00+00:00","iat":"2027-01-15T08:00:00+00:00","jti":"AAAAAAAAAAAAAAAA","started":1800000000}`;
    expect(visitor.value.length).toBe(9 + Math.ceil(((32 + claims.length + 48) * 4) / 3));
  });

  test("brings back every kind of value, and numbers as they were spelled", async () => {
    const visitor = new Visitor(makeManager("sealed"));
    const uuid = new Uuid("0123456789abcdef0123456789abcdef");
    const data: Data = {
      t: new Tuple(1, "a"),
      b: Uint8Array.of(0, 255),
      m: new Markup("<b>"),
      u: uuid,
      d: new Date(0),
      " t": 1,
      big: 2n ** 70n,
    };
    await visitor.visit((session) => void Object.assign(session.data, data));
    expect((await new SessionManager<Data>({ keys: generateSecretKey() }).load(visitor.jar.header)).data).toEqual({});
    const loaded = await visitor.manager.load(visitor.jar.header);
    expect(loaded.data).toEqual(data);
    expect([loaded.data["t"], loaded.data["m"], loaded.data["u"]].map((value) => value!.constructor)).toEqual([
      Tuple,
      Markup,
      Uuid,
    ]);
  });

  test("belongs to one application and one cookie, however their names are put together", async () => {
    const keys = generateSecretKey();
    const value = async (app: string, name: string): Promise<[SessionManager<Data>, string, string]> => {
      const manager = new SessionManager<Data>({
        keys,
        format: sealed({ app }),
        cookie: { name },
        clock: new Time().clock,
      });
      const visitor = new Visitor(manager);
      await visitor.visit((session) => (session.data["a"] = 1));
      return [manager, name, visitor.value];
    };
    const made = await Promise.all(
      [
        ["", "a"],
        ["a", "b"],
        ["ab", "b"],
        ["a", "bb"],
        ['a","cookie":"b', "b"],
        ["é", "b"],
        ["\\u00e9", "b"],
        ["x".repeat(5000), "b"],
        ["a", "b".repeat(1500)],
      ].map(async ([app, name]) => await value(app!, name!)),
    );
    for (const [index, [manager, name]] of made.entries()) {
      for (const [other, [, , cookie]] of made.entries()) {
        const { rejection } = await manager.load(`${name}=${cookie}`);
        expect([index, other, rejection?.reason]).toEqual([
          index,
          other,
          index === other ? undefined : "bad_signature",
        ]);
      }
    }
  });

  test("is opened with every key of the ring, and counts for the one that made it", async () => {
    const [old, current] = [generateSecretKey(), generateSecretKey()];
    const visitor = new Visitor(makeManager("sealed", new Time(), { keys: old }));
    await visitor.visit((session) => (session.data["a"] = 1));
    const ring = new KeyRing(current, [old]);
    const manager = makeManager("sealed", new Time(), { keys: ring });
    expect((await manager.load(visitor.jar.header)).data).toEqual({ a: 1 });
    expect(ring.usage().map(({ role, verified }) => [role, verified])).toEqual([
      ["current", 0],
      ["fallback", 1],
    ]);
  });
});

describe("deriveSealedKey", () => {
  const secret = generateSecretKey();

  test("gives each application and each cookie a key of its own, and says its assertion", () => {
    const keys = [
      {},
      { app: "shop" },
      { app: "blog" },
      { cookieName: "session" },
      { app: "shop", cookieName: "session" },
    ].map((options) => deriveSealedKey(secret, options));
    expect(new Set(keys.map(({ paserk }) => paserk)).size).toBe(5);
    for (const { paserk } of keys) expect(paserk).toMatch(/^k3\.local\.[\w-]{43}$/);
    expect(keys[1]!.assertion).toBe('{"app":"shop","cookie":"__Host-Http-session","purpose":"session"}');
    expect(deriveSealedKey(SecretKey.from(secret))).toEqual(keys[0]);
  });

  test("gives a key that no signer of an application derives", () => {
    const { paserk, assertion } = deriveSealedKey(secret);
    const mac = (key: Uint8Array): string =>
      new Signer(key, { keyDerivation: "none", digest: "sha256" }).getSignature("value");
    const derived = Buffer.from(paserk.slice("k3.local.".length), "base64url");
    for (const keyDerivation of ["hkdf", "hmac", "concat", "django-concat", "none"] as const)
      expect(new Signer(secret, { salt: assertion, keyDerivation, digest: "sha256" }).getSignature("value")).not.toBe(
        mac(derived),
      );
  });

  test("refuses what no session has, and says what it got", () => {
    expect(() => deriveSealedKey(secret, { cookieName: "a b" })).toThrow(/"cookieName".*it got "a b"/);
    expect(() => deriveSealedKey(secret, { app: "a\0b" })).toThrow(/"app".*without NUL/);
    expect(() => deriveSealedKey(secret, { app: 7 as unknown as string })).toThrow(InvalidOptionError);
    expect(() => deriveSealedKey(secret, { name: "session" } as object)).toThrow(/no option "name"/);
    expect(() => deriveSealedKey("")).toThrow(expect.objectContaining({ code: "key_missing" }));
  });
});
