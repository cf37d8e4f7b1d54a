import { createClient } from "redis";
import { Pool } from "pg";
import session from "express-session";
import { flask, sealed, SessionManager, signed, type SessionStore } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { flaskSessionSerializer, URLSafeTimedSerializer } from "latchkey/signing";
import { fromExpressStore } from "latchkey/stores/express-store";
import { MemoryStore } from "latchkey/stores/memory";
import { PostgresStore } from "latchkey/stores/postgres";
import { RedisStore } from "latchkey/stores/redis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { postgresPrograms, redisPrograms, startPostgres, startRedis } from "../support/services.ts";
import { KINDS, makeManager, Time, Visitor, type Data } from "./support.ts";

const START = 1_800_000_000;

/** Logs in, works, renews, and confirms at last; on any manager. */
async function lives(time: Time, manager: SessionManager<Data>): Promise<void> {
  const visitor = new Visitor(manager);
  const seen = async (): Promise<unknown> =>
    await visitor.visit((one) => [one.authenticatedAt, one.isRecent(600), one.isRecent(1)]);
  const begin = time.now;
  expect(await seen()).toEqual([undefined, false, false]);
  await visitor.visit(({ data }) => void (data["cart"] = ["tea"]));
  expect(await seen()).toEqual([undefined, false, false]);
  await visitor.visit((one) => {
    one.login("7", { label: "Firefox", persistent: true });
    // In the request of the login too.
    expect([one.authenticatedAt, one.isRecent(600)]).toEqual([begin, true]);
  });
  expect(await seen()).toEqual([begin, true, true]);
  time.now += 600;
  expect(await seen()).toEqual([begin, true, false]);
  time.now += 1;
  expect(await seen()).toEqual([begin, false, false]);
  // Nothing of what a session does by itself moves it: a change, a renewal, a touch.
  await visitor.visit(({ data }) => void (data["cart"] = ["tea", "milk"]));
  await visitor.visit((one) => one.renew());
  time.now += 8 * 86_400;
  await visitor.visit((one) => one.subject);
  expect(await seen()).toEqual([begin, false, false]);
  const before = visitor.value;
  await visitor.visit((one) => {
    one.confirm();
    expect(one.isRecent(1)).toBe(true);
  });
  expect(visitor.value).not.toBe(before);
  expect(await seen()).toEqual([time.now, true, true]);
  expect(await visitor.visit((one) => [one.subject, one.persistent, one.data])).toEqual([
    "7",
    true,
    { cart: ["tea", "milk"] },
  ]);
  await visitor.visit((one) => one.logout());
  expect(await seen()).toEqual([undefined, false, false]);
}

const stores: Readonly<Record<string, (time: Time) => Parameters<typeof makeManager>[2] & object>> = {
  ...KINDS,
  "express-session's MemoryStore": ({ clock }) => ({
    store: fromExpressStore(new session.MemoryStore(), { clock }),
  }),
};

describe("when a user last logged in", () => {
  test.each(Object.keys(stores))("is saved, and moved by login and confirm alone (%s)", async (kind) => {
    // express-session's store judges ends by the machine's clock.
    const time = new Time();
    if (kind.startsWith("express")) time.now = Math.floor(Date.now() / 1000);
    const manager = new SessionManager<Data>({
      keys: generateSecretKey(),
      clock: time.clock,
      ...stores[kind]!(time),
    });
    await lives(time, manager);
  });

  test.each(["sealed", "signed", "flask"] as const)(
    "a session that moves from a cookie into a store takes it along (%s)",
    async (name) => {
      const time = new Time();
      const format = { sealed, signed, flask }[name]();
      const keys = generateSecretKey();
      const before = new Visitor(new SessionManager<Data>({ keys, clock: time.clock, format }));
      await before.visit((one) => one.login("7", { tag: "sid-1" }));
      time.now += 100;
      const store = new MemoryStore({ clock: time.clock });
      const manager = new SessionManager<Data>({ keys, clock: time.clock, store, fallbackFormats: [format] });
      const after = new Visitor(manager);
      after.jar.take(before.setCookies);
      await after.visit((one) => one.subject);
      const seen = await after.visit((one) => [one.authenticatedAt, one.isRecent(100), one.isRecent(99)]);
      expect(seen).toEqual([START, true, false]);
      expect((await manager.list("7")).map(({ authenticatedAt, tag }) => [authenticatedAt, tag])).toEqual([
        [START, "sid-1"],
      ]);
      expect(await manager.revokeByTag("sid-1")).toBe(1);
    },
  );

  test.each(["memory", "sqlite"])(
    "parallel changes do not move it, nor a late one over a confirmation (%s)",
    async (kind) => {
      const time = new Time();
      const manager = makeManager(kind, time);
      const visitor = new Visitor(manager);
      await visitor.visit((one) => one.login("7"));
      time.now += 700;
      const header = visitor.jar.header;
      const [one, other, confirming] = await Promise.all([1, 2, 3].map(async () => await manager.load(header)));
      one!.data["one"] = 1;
      other!.data["other"] = 1;
      await Promise.all([manager.commit(one!), manager.commit(other!)]);
      expect(await visitor.visit((session) => [session.authenticatedAt, session.data])).toEqual([
        START,
        { one: 1, other: 1 },
      ]);
      confirming!.confirm();
      visitor.jar.take(
        (await manager.commit(confirming!)).filter(([name]) => name === "Set-Cookie").map(([, line]) => line),
      );
      expect(await visitor.visit((session) => [session.authenticatedAt, session.data])).toEqual([
        time.now,
        { one: 1, other: 1 },
      ]);
    },
  );

  test("a cookie of a release that did not save it is not recent, and no error", async () => {
    const time = new Time();
    const key = generateSecretKey();
    const manager = new SessionManager<Data>({ keys: key, clock: time.clock, format: signed() });
    const serializer = new URLSafeTimedSerializer(key, {
      salt: "latchkey.session.__Host-Http-session",
      keyDerivation: "hkdf",
      digest: "sha256",
      clock: time.clock,
    });
    for (const extra of [{}, { auth_time: "yesterday" }, { auth_time: null, tag: 7 }, { auth_time: 1.5 }]) {
      const value = serializer.dumps({ data: {}, id: "abc", subject: "7", started: START, ...extra });
      const one = await manager.load(`__Host-Http-session=${value}`);
      expect([one.subject, one.authenticatedAt, one.isRecent(600)]).toEqual(["7", undefined, false]);
    }
    const payloads = [
      `{"createdAt":${START},"data":{},"lastSeenAt":${START},"persistent":false,"subject":"7"}`,
      `{"authenticatedAt":"x","createdAt":${START},"data":{},"lastSeenAt":${START},"persistent":false,"seat":7,"subject":"7"}`,
    ];
    for (const payload of payloads) {
      const store = new MemoryStore({ clock: time.clock });
      const inStore = new SessionManager<Data>({ keys: key, clock: time.clock, store });
      const visitor = new Visitor(inStore);
      await visitor.visit((one) => one.login("7"));
      const [{ id, payload: saved } = { id: "", payload: "" }] = await store.listBySubject("7");
      expect(await store.set(id, payload, START + 1000, { replaces: saved, subject: "7" })).toBe(true);
      const seen = await visitor.visit((one) => [one.subject, one.authenticatedAt, one.isRecent(600)]);
      expect(seen).toEqual(["7", undefined, false]);
    }
  });

  test("Flask keeps the entry, and a login there with another user is not recent here", async () => {
    const time = new Time();
    const key = generateSecretKey();
    const manager = new SessionManager<Data>({ keys: key, clock: time.clock, format: flask() });
    const visitor = new Visitor(manager);
    await visitor.visit((one) => one.login("7", { tag: "sid-1" }));
    const serializer = flaskSessionSerializer(key, { clock: time.clock });
    const data = serializer.loads(visitor.value) as Record<string, unknown>;
    expect(data).toEqual({ _user_id: "7", _latchkey: [START, "7", "sid-1"] });
    const open = async (entries: object): Promise<unknown> => {
      const one = await manager.load(`session=${serializer.dumps(entries)}`);
      return [one.subject, one.authenticatedAt, one.data];
    };
    expect(await open({ ...data, cart: 1 })).toEqual(["7", START, { cart: 1 }]);
    expect(await open({ ...data, _user_id: "8" })).toEqual(["8", undefined, {}]);
    expect(await open({ _latchkey: data["_latchkey"] })).toEqual([undefined, undefined, {}]);
    expect(await open({ _user_id: "7", _latchkey: "mine" })).toEqual(["7", undefined, { _latchkey: "mine" }]);
  });

  test("an entry that a visitor has named makes nobody recent", async () => {
    const visitor = new Visitor(makeManager("flask"));
    const write = visitor.visit((one) => void (one.data["_latchkey"] = [START, "7"]));
    await expect(write).rejects.toMatchObject({
      code: "session_invalid",
      message: expect.stringContaining("_latchkey"),
    });
  });

  test("a time from the future is not recent, beyond what clocks may differ by", async () => {
    const time = new Time();
    const visitor = new Visitor(makeManager("memory", time));
    await visitor.visit((one) => one.login("7"));
    time.now -= 60;
    expect(await visitor.visit((one) => one.isRecent(10))).toBe(true);
  });

  test.each([0, -1, 1.5, NaN, Infinity, "600", undefined, null])("isRecent refuses %s", async (seconds) => {
    const one = await makeManager("sealed").load(undefined);
    expect(() => one.isRecent(seconds as number)).toThrow(
      expect.objectContaining({ code: "invalid_option", message: expect.stringMatching(/isRecent takes .* Fix: /) }),
    );
  });

  test("confirm needs a user, and refuses a session that is closed", async () => {
    const manager = makeManager("memory");
    const one = await manager.load(undefined);
    expect(() => one.confirm()).toThrow(
      expect.objectContaining({ code: "session_anonymous", message: expect.stringMatching(/Fix: session\.login/) }),
    );
    one.login("7");
    one.logout();
    expect(() => one.confirm()).toThrow(expect.objectContaining({ code: "session_anonymous" }));
    one.login("7");
    await manager.commit(one);
    expect(() => one.confirm()).toThrow(expect.objectContaining({ code: "session_closed" }));
    expect(one.isRecent(600)).toBe(true);
  });
});

describe.skipIf(redisPrograms === undefined)("in Redis", { timeout: 300_000 }, () => {
  let stop: (() => Promise<unknown>) | undefined;
  let store: SessionStore;
  beforeAll(async () => {
    const server = await startRedis();
    const client = await createClient({ url: `redis://127.0.0.1:${server.port}` }).connect();
    stop = async () => await client.close().then(async () => await server.stop());
    store = new RedisStore(client);
  }, 300_000);
  afterAll(async () => void (await stop?.()));

  test("when a user last logged in is moved by login and confirm alone", async () => {
    const time = new Time();
    time.now = Math.floor(Date.now() / 1000);
    await lives(time, new SessionManager<Data>({ keys: generateSecretKey(), clock: time.clock, store }));
  });
});

describe.skipIf(postgresPrograms === undefined)("in PostgreSQL", { timeout: 300_000 }, () => {
  let stop: (() => Promise<unknown>) | undefined;
  let pool: Pool;
  beforeAll(async () => {
    const server = await startPostgres();
    pool = new Pool({ connectionString: server.url });
    stop = async () => await pool.end().then(async () => await server.stop());
  }, 300_000);
  afterAll(async () => void (await stop?.()));

  test("when a user last logged in is moved by login and confirm alone", async () => {
    const time = new Time();
    const store = new PostgresStore(pool, { clock: time.clock });
    await store.createSchema();
    await lives(time, new SessionManager<Data>({ keys: generateSecretKey(), clock: time.clock, store }));
  });
});
