import { flask, KeyRing } from "latchkey";
import { generateSecretKey, loadKeyRing } from "latchkey/keys";
import { MemoryStore } from "latchkey/stores/memory";
import { describe, expect, test } from "vitest";
import { cli } from "../support/cli.ts";
import {
  at,
  KEY,
  log,
  loggedIn,
  me,
  readLog,
  seenBy,
  start,
  type Data,
  type Options,
} from "../support/docs/symptoms.ts";

/*
 * docs/troubleshooting.md, why users are logged out: each test makes the symptom, sees the cause
 * where the page says that it is seen, applies the fix, and sees the symptom gone.
 */
readLog();

describe("why is everybody logged out after a deploy or a restart?", () => {
  test("bad_signature: another key", async () => {
    const other = generateSecretKey();
    const visitor = await loggedIn(await start());
    expect(await seenBy(visitor, { keys: other })).toEqual(["nobody", "rejected bad_signature"]);
    const inspected = await cli(["cookie", "inspect"], { input: visitor.jar.header!, env: { SECRET_KEY: other } });
    expect([inspected.code, inspected.out]).toEqual([1, expect.stringContaining("rejected (bad_signature)")]);
    expect(await seenBy(visitor, { keys: new KeyRing(other, [KEY]) })).toEqual(["7", "valid"]);
    const fixed = await cli(["cookie", "inspect"], { input: visitor.jar.header!, env: { SECRET_KEY: KEY } });
    expect([fixed.code, fixed.out]).toEqual([0, expect.stringContaining("valid")]);
  });

  test("unknown: a store that did not survive", async () => {
    const store = new MemoryStore();
    const visitor = await loggedIn(await start({ store }));
    expect(await seenBy(visitor, { store: new MemoryStore() })).toEqual(["nobody", "rejected unknown"]);
    expect(await seenBy(visitor, { store })).toEqual(["7", "valid"]);
  });

  test("invalid_data: a schema that does not accept the old data", async () => {
    const schema = (isGood: (data: Data) => boolean): NonNullable<Options["schema"]> => ({
      "~standard": {
        version: 1,
        vendor: "test",
        validate: (value: unknown) =>
          isGood(value as Data) ? { value: value as Data } : { issues: [{ message: "no" }] },
      },
    });
    const visitor = await loggedIn(await start());
    expect(await seenBy(visitor, { schema: schema((data) => "theme" in data) })).toEqual([
      "nobody",
      "rejected invalid_data",
    ]);
    expect(await seenBy(visitor, { schema: schema((data) => data["theme"] !== 1) })).toEqual(["7", "valid"]);
  });

  test("malformed: another format, or a store", async () => {
    const visitor = await loggedIn(await start({ format: flask() }));
    expect(await seenBy(visitor, {})).toEqual(["nobody", "rejected malformed"]);
    expect(await seenBy(visitor, { fallbackFormats: [flask()] })).toEqual(["7", "valid"]);
    const store = new MemoryStore();
    expect(await seenBy(visitor, { store })).toEqual(["nobody", "rejected malformed"]);
    expect(await seenBy(visitor, { store, fallbackFormats: [flask()] })).toEqual(["7", "valid"]);
  });

  test("revoked: the application's own functions refuse it", async () => {
    const visitor = await loggedIn(await start());
    expect(await seenBy(visitor, { isRevoked: () => true })).toEqual(["nobody", "rejected revoked"]);
    expect(await seenBy(visitor, { isRevoked: () => false })).toEqual(["7", "valid"]);
  });

  test("none: the cookie has another name now", async () => {
    const visitor = await loggedIn(await start());
    expect(await seenBy(visitor, { cookie: { name: "sid" } })).toEqual(["nobody", "none"]);
    expect(await seenBy(visitor, { cookie: { name: "session" } })).toEqual(["7", "valid"]);
  });
});

describe("why are users logged out at random?", () => {
  test("the processes have different keys, or stores of their own", async () => {
    const keys = loadKeyRing({ env: { SECRET_KEY: KEY, NODE_ENV: "production" } });
    expect(keys.current.fingerprint).toMatch(/^[0-9a-f]{8}$/);
    const visitor = await loggedIn(await start());
    const seen = [];
    for (const key of [generateSecretKey(), KEY, generateSecretKey()])
      seen.push((await seenBy(visitor, { keys: key }))[1]);
    expect(seen).toEqual(["rejected bad_signature", "valid", "rejected bad_signature"]);
    expect(await seenBy(visitor, { keys })).toEqual(["nobody", "none"]);
  });

  test("expired and future: the two ends of a session, and clocks that differ", async () => {
    const day = 86_400;
    /** Who the visitor is so many seconds after the login, and what the log says. */
    const after = async (seconds: number, options: Options = {}): Promise<unknown> => {
      let now = 1_900_000_000;
      const clock = (): number => now;
      const visitor = await loggedIn(await start({ clock, ...options }));
      now += seconds;
      return await seenBy(visitor, { clock, ...options });
    };
    expect(await after(-61)).toEqual(["nobody", "rejected future"]);
    expect(await after(-60)).toEqual(["7", "valid"]);
    expect(await after(14 * day + 1)).toEqual(["nobody", "rejected expired"]);
    expect(await after(14 * day + 1, { idleTimeout: 20 * day })).toEqual(["7", "valid"]);
    expect(await after(30 * day + 1, { idleTimeout: 40 * day })).toEqual(["nobody", "rejected expired"]);
    expect(await after(30 * day + 1, { idleTimeout: 40 * day, lifetime: 60 * day })).toEqual(["7", "valid"]);
  });
});

test("why do two applications on localhost log each other out?", async () => {
  const [other, store] = [generateSecretKey(), new MemoryStore()];
  const visitor = await loggedIn(await start());
  const second = at(visitor, await start({ keys: other }));
  expect(await me(second)).toBe("nobody");
  expect(log.join()).toContain("bad_signature");
  await second.visit("/login", { form: {} });
  expect(await me(at(second, await start()))).toBe("nobody");
  // With one key, and a store each.
  const stored = await loggedIn(await start({ store }));
  expect(await seenBy(stored, { store: new MemoryStore() })).toEqual(["nobody", "rejected unknown"]);
  // With a name each, both logins stay.
  const named = at(
    await loggedIn(await start({ cookie: { name: "shop" } })),
    await start({ keys: other, cookie: { name: "blog" } }),
  );
  await named.visit("/login", { form: {} });
  expect(await me(named)).toBe("7");
  expect(await seenBy(named, { cookie: { name: "shop" } })).toEqual(["7", "valid"]);
});
