import { deriveSealedKey, sealed, SessionManager } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { LocalProtocol } from "paseto";
import { DecryptFactory, EncryptFactory, ImportKeyFactory } from "paseto/v3/local";
import { describe, expect, test } from "vitest";
import { Time, Visitor, type Data } from "../sessions/support.ts";

/** The package `paseto` of npm: PASETO by another author, on WebCrypto. */
const peer = new LocalProtocol(DecryptFactory, EncryptFactory, ImportKeyFactory);

const secret = generateSecretKey();
const { paserk, assertion } = deriveSealedKey(secret, { app: "shop" });
const key = await peer.ImportKey(paserk as `k3.local.${string}`);
const implicitAssertion = new TextEncoder().encode(assertion);
const time = new Time();
const manager = new SessionManager<Data>({ keys: secret, format: sealed({ app: "shop" }), clock: time.clock });
const dateOf = (seconds: number): Date => new Date(seconds * 1000);
const now = dateOf(time.now);

/** The claims of a session that the package `paseto` writes. */
const claims = {
  data: { cart: ["a-1"], note: "é 😀", price: 1.5 },
  jti: "AAAAAAAAAAAAAAAA",
  started: time.now - 60,
  sub: "ada",
  aud: "other readers",
};

describe("a session that we write", () => {
  test("is read by the package paseto, with the key that latchkey key derive prints", async () => {
    const visitor = new Visitor(manager);
    await visitor.visit((session) => (session.login("ada"), Object.assign(session.data, claims.data)));
    const { id } = await manager.load(visitor.jar.header);
    const result = await peer.Decrypt(key, visitor.value, {
      implicitAssertion,
      now,
      subject: "ada",
      requiredClaims: ["data", "jti"],
    });
    expect(result.claims).toEqual({
      auth_time: time.now,
      data: claims.data,
      exp: "2027-01-29T08:00:00+00:00",
      iat: "2027-01-15T08:00:00+00:00",
      jti: id,
      started: time.now,
      sub: "ada",
    });
    expect(result.footer).toHaveLength(0);
  });

  test("ends for the package paseto in the second in which it ends for us", async () => {
    const visitor = new Visitor(manager);
    await visitor.visit((session) => (session.data["a"] = 1));
    for (const [seconds, isAlive] of [
      [14 * 86_400, true],
      [14 * 86_400 + 1, false],
    ] as const) {
      const theirs = peer.Decrypt(key, visitor.value, { implicitAssertion, now: dateOf(time.now + seconds) });
      if (isAlive) await theirs;
      else await expect(theirs).rejects.toThrow(/expired/);
      const later = new SessionManager<Data>({
        keys: secret,
        format: sealed({ app: "shop" }),
        clock: () => time.now + seconds,
      });
      expect((await later.load(visitor.jar.header)).isNew).toBe(!isAlive);
    }
  });

  test.each([
    ["another application", deriveSealedKey(secret, { app: "blog" })],
    ["another cookie", deriveSealedKey(secret, { app: "shop", cookieName: "session" })],
    ["another secret key", deriveSealedKey(generateSecretKey(), { app: "shop" })],
    [
      "the right key, and the assertion of another cookie",
      { paserk, assertion: deriveSealedKey(secret, { cookieName: "session" }).assertion },
    ],
  ])("is refused by the package paseto with what belongs to %s", async (_, other) => {
    const visitor = new Visitor(manager);
    await visitor.visit((session) => (session.data["a"] = 1));
    const otherKey = await peer.ImportKey(other.paserk as `k3.local.${string}`);
    await expect(
      peer.Decrypt(otherKey, visitor.value, { implicitAssertion: new TextEncoder().encode(other.assertion), now }),
    ).rejects.toThrow();
  });
});

describe("a session that the package paseto writes", () => {
  const write = async (more: object = {}, options: object = {}): Promise<string> =>
    `__Host-Http-session=${await peer.Encrypt(key, { ...claims, ...more }, { implicitAssertion, now, expiresIn: 3600, ...options })}`;

  test("is read by us, and ends with its exp", async () => {
    const header = await write();
    const session = await manager.load(header);
    expect([session.rejection, session.subject, session.id, session.data]).toEqual([
      undefined,
      "ada",
      claims.jti,
      claims.data,
    ]);
    const later = new SessionManager<Data>({
      keys: secret,
      format: sealed({ app: "shop" }),
      clock: () => time.now + 3601,
    });
    expect((await later.load(header)).rejection?.reason).toBe("expired");
  });

  test("may have a footer, which is under the MAC and ignored", async () => {
    const header = await write({}, { footer: new TextEncoder().encode('{"kid":"1"}') });
    expect((await manager.load(header)).subject).toBe("ada");
    expect((await manager.load(`${header.slice(0, -2)}AA`)).rejection?.reason).toMatch(/bad_signature|malformed/);
  });

  test("is refused without an end, without an id, or with another assertion", async () => {
    expect((await manager.load(await write({}, { expiresIn: undefined, nonExpiring: true }))).rejection?.reason).toBe(
      "bad_payload",
    );
    expect((await manager.load(await write({ jti: undefined }))).rejection?.reason).toBe("bad_payload");
    expect((await manager.load(await write({}, { implicitAssertion: new Uint8Array(0) }))).rejection?.reason).toBe(
      "bad_signature",
    );
  });

  test("is read whatever its size", async () => {
    for (let length = 0; length < 70; length++)
      expect((await manager.load(await write({ data: { a: "x".repeat(length) } }))).data["a"]).toBe("x".repeat(length));
  });
});
