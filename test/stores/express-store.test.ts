import { RedisStore as ConnectRedis } from "connect-redis";
import { MemoryStore } from "express-session";
import { createClient } from "redis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { unixNow } from "../../src/clock.ts";
import { InvalidOptionError } from "latchkey";
import { fromExpressStore, type StoredExpressSession, type ExpressStore } from "latchkey/stores/express-store";
import { PLAIN, storeSuite } from "../contracts/store-suite.ts";
import { redisPrograms, startRedis, type Service } from "../support/services.ts";

/**
 * A store of the least that express-session asks for: three methods, here without callbacks that
 * wait.
 */
function leastStore(): ExpressStore & { readonly saved: Map<string, string> } {
  const saved = new Map<string, string>();
  return {
    saved,
    get: (id, callback) => {
      const text = saved.get(id);
      const session = text === undefined ? null : (JSON.parse(text) as StoredExpressSession);
      callback(null, session !== null && Date.parse(String(session.cookie.expires)) > Date.now() ? session : null);
    },
    set: (id, session, callback) => {
      saved.set(id, JSON.stringify(session));
      callback();
    },
    destroy: (id, callback) => {
      saved.delete(id);
      callback();
    },
  };
}

describe("fromExpressStore", () => {
  storeSuite("with express-session's MemoryStore", PLAIN, () => ({ store: fromExpressStore(new MemoryStore()) }));
  storeSuite("with a store that has no touch", PLAIN, () => ({ store: fromExpressStore(leastStore()) }));

  describe.skipIf(redisPrograms === undefined)("on a Redis", () => {
    let server: Service;
    beforeAll(async () => void (server = await startRedis()));
    afterAll(async () => await server.stop());

    storeSuite("with connect-redis", PLAIN, async () => {
      const client = await createClient({ url: `redis://127.0.0.1:${server.port}` }).connect();
      return { store: fromExpressStore(new ConnectRedis({ client })), close: () => client.destroy() };
    });
  });

  test("hands on an expiry in each form that such stores look for", async () => {
    const least = leastStore();
    const store = fromExpressStore(least, { clock: () => 4_000_000_000 });
    await store.set("id", "payload", 4_000_000_060, { subject: "ada" });
    const cookie = {
      originalMaxAge: 61_000,
      maxAge: 61_000,
      expires: new Date(4_000_000_061_000).toISOString(),
      httpOnly: true,
      path: "/",
    };
    expect(JSON.parse(least.saved.get("id")!)).toEqual({ cookie, payload: "payload", subject: "ada" });
    expect(await store.set("id", "payload", 4_000_000_090, { replaces: "payload", subject: "ada" })).toBe(true);
    expect(JSON.parse(least.saved.get("id")!)).toMatchObject({
      cookie: { maxAge: 91_000, originalMaxAge: 91_000 },
      payload: "payload",
      subject: "ada",
    });
  });

  test("says in its type, and in a property, that it is not atomic", () => {
    expect(fromExpressStore(leastStore()).atomic).toBe(false);
  });

  test("treats a session that express-session has saved as absent", async () => {
    const least = leastStore();
    least.saved.set("id", JSON.stringify({ cookie: { expires: "2100-01-01T00:00:00Z" }, user: "ada" }));
    expect(await fromExpressStore(least).get("id")).toBeUndefined();
  });

  test("hands on the error of each method, and goes on working afterwards", async () => {
    const down = new Error("the database is down");
    let isDown = true;
    const working = leastStore();
    const store = fromExpressStore({
      get: (id, callback) => (isDown ? callback(down) : working.get(id, callback)),
      set: (id, session, callback) => (isDown ? callback(down) : working.set(id, session, callback)),
      destroy: (id, callback) => (isDown ? callback(down) : working.destroy(id, callback)),
    });
    const end = unixNow() + 100;
    await expect(store.get("id")).rejects.toBe(down);
    await expect(store.set("id", "payload", end)).rejects.toBe(down);
    await expect(store.set("id", "payload", end, { replaces: "payload" })).rejects.toBe(down);
    await expect(store.delete("id")).rejects.toBe(down);
    isDown = false;
    expect(await store.set("id", "payload", end)).toBe(true);
    expect(await store.get("id")).toBe("payload");
  });

  test("hands on what a store throws, or rejects with, instead of calling back", async () => {
    const base = leastStore();
    const throwing = fromExpressStore({
      ...base,
      get: () => {
        throw new Error("thrown");
      },
    });
    await expect(throwing.get("id")).rejects.toThrow("thrown");
    const rejecting = fromExpressStore({ ...base, get: async () => await Promise.reject(new Error("rejected")) });
    await expect(rejecting.get("id")).rejects.toThrow("rejected");
  });

  test("takes a missing file for a missing session", async () => {
    const store = fromExpressStore({
      ...leastStore(),
      get: (_, callback) => callback(Object.assign(new Error("no such file"), { code: "ENOENT" })),
    });
    expect(await store.get("id")).toBeUndefined();
  });

  test("extends a session by touch, unless its subject changes as well", async () => {
    const touched: unknown[] = [];
    const least = leastStore();
    const store = fromExpressStore({
      ...least,
      touch: (id, session, callback) => {
        touched.push(session);
        least.set(id, session, callback);
      },
    });
    const end = unixNow() + 100;
    await store.set("id", "payload", end, { subject: "ada" });
    expect(await store.set("id", "payload", end + 9, { replaces: "payload", subject: "ada" })).toBe(true);
    expect(touched).toMatchObject([{ payload: "payload", subject: "ada" }]);
    expect(await store.set("id", "payload", end + 9, { replaces: "payload", subject: "grace" })).toBe(true);
    expect(await store.set("id", "next", end + 9, { replaces: "payload", subject: "grace" })).toBe(true);
    expect(touched).toHaveLength(1);
    expect(JSON.parse(least.saved.get("id")!)).toMatchObject({ payload: "next", subject: "grace" });
  });

  test("does not take a missing folder for a saved session", async () => {
    const missing = Object.assign(new Error("no such folder"), { code: "ENOENT" });
    const least = leastStore();
    const store = fromExpressStore({ ...least, set: (_id, _session, callback) => callback(missing) });
    await expect(store.set("id", "payload", unixNow() + 100)).rejects.toBe(missing);
    const gone = fromExpressStore({ ...least, touch: (_id, _session, callback) => callback(missing) });
    await gone.set("id", "payload", unixNow() + 100);
    expect(await gone.set("id", "payload", unixNow() + 100, { replaces: "payload" })).toBe(false);
  });

  test("A17: refuses a value that is not such a store, and unknown options", () => {
    for (const bad of [undefined, null, {}, { get: () => {}, set: () => {} }, "file"])
      expect(() => fromExpressStore(bad as unknown as ExpressStore)).toThrow(InvalidOptionError);
    expect(() => fromExpressStore(leastStore(), { clok: unixNow } as object)).toThrow(
      /no option "clok"\. Did you mean "clock"\?/,
    );
    expect(() => fromExpressStore(leastStore(), null as unknown as object)).toThrow(InvalidOptionError);
  });
});
