import { mkdtempSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SessionManager, type Session, type SessionStore } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { Tuple } from "latchkey/signing";
import { MemoryStore } from "latchkey/stores/memory";
import { SqliteStore } from "latchkey/stores/sqlite";
import { afterAll, describe, expect, test } from "vitest";
import { openSqlite, Time, Visitor, type Data } from "./support.ts";

const folder = mkdtempSync(join(tmpdir(), "latchkey-parallel-"));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const fresh = (): string => join(folder, `${files++}.sqlite`);

const STORES: Readonly<Record<string, (time: Time) => SessionStore>> = {
  "a SQLite file": (time) => openSqlite(time.clock, fresh()),
  memory: (time) => new MemoryStore({ clock: time.clock }),
};

function increment(data: Data): void {
  data["count"] = Number(data["count"] ?? 0) + 1;
}

describe.each(Object.keys(STORES))("parallel requests of one session, in %s", (name) => {
  const make = (): { visitor: Visitor; manager: SessionManager<Data>; store: SessionStore; time: Time } => {
    const time = new Time();
    const store = STORES[name]!(time);
    const manager = new SessionManager<Data>({
      keys: generateSecretKey(),
      clock: time.clock,
      store,
      cookie: { secure: true },
    });
    return { visitor: new Visitor(manager), manager, store, time };
  };

  test("mine goes over theirs where I changed it, and theirs stays where I did not", async () => {
    const { visitor, manager } = make();
    await visitor.visit((session) => Object.assign(session.data, { mine: 1, theirs: 1, both: 1, gone: 1, list: [1] }));
    const [a, b] = [await manager.load(visitor.jar.header), await manager.load(visitor.jar.header)];
    Object.assign(a.data, { theirs: 2, both: "theirs", added: "by them" });
    delete a.data["gone"];
    Object.assign(b.data, { mine: 2, both: "mine" });
    (b.data["list"] as number[]).push(2);
    await manager.commit(a);
    await manager.commit(b);
    expect((await manager.load(visitor.jar.header)).data).toEqual({
      mine: 2,
      theirs: 2,
      both: "mine",
      added: "by them",
      list: [1, 2],
    });
  });

  test("sixteen writers of one session are saved by two writes: the first, and all that wait for it", async () => {
    const { visitor, manager, store } = make();
    await visitor.visit((session) => Object.assign(session.data, { count: 0 }));
    const calls: string[] = [];
    for (const method of ["get", "set"] as const) {
      const own = (store[method] as (...args: readonly unknown[]) => Promise<unknown>).bind(store);
      Object.assign(store, {
        [method]: async (...args: readonly unknown[]) => (calls.push(method), await own(...args)),
      });
    }
    const sessions = await Promise.all(Array.from({ length: 16 }, async () => await manager.load(visitor.jar.header)));
    for (const [index, session] of sessions.entries()) {
      session.update(increment);
      session.data[`by ${index}`] = true;
    }
    await Promise.all(sessions.map(async (session) => await manager.commit(session)));
    expect([calls.filter((call) => call === "get").length, calls.filter((call) => call === "set").length]).toEqual([
      16, 2,
    ]);
    const { data } = await manager.load(visitor.jar.header);
    expect([data["count"], Object.keys(data).length]).toEqual([16, 17]);
  });

  test("what a writer hands on is compared: another process's write in between is kept", async () => {
    const { visitor, manager, store, time } = make();
    await visitor.visit((session) => Object.assign(session.data, { count: 0 }));
    const sessions = await Promise.all(Array.from({ length: 4 }, async () => await manager.load(visitor.jar.header)));
    for (const session of sessions) session.update(increment);
    const set = store.set.bind(store);
    let writes = 0;
    Object.assign(store, {
      set: async (id: string, payload: string, expiresAt: number, options: Parameters<SessionStore["set"]>[3]) => {
        const isWritten = await set(id, payload, expiresAt, options);
        // Another process counts ten, right after the first write.
        if (isWritten && ++writes === 1) {
          const theirs = payload.replace(/"count":(\d+)/, (_, count) => `"count":${Number(count) + 10}`);
          expect(await set(id, theirs, time.now + 1000, { ...options, replaces: payload })).toBe(true);
        }
        return isWritten;
      },
    });
    await Promise.all(sessions.map(async (session) => await manager.commit(session)));
    expect((await manager.load(visitor.jar.header)).data).toEqual({ count: 14 });
  });

  test("a change that cannot be saved fails alone, and those that wait with it are saved", async () => {
    const { visitor, manager } = make();
    await visitor.visit((session) => Object.assign(session.data, { count: 0 }));
    const sessions = await Promise.all(Array.from({ length: 6 }, async () => await manager.load(visitor.jar.header)));
    for (const session of sessions) session.update(increment);
    // On its own it is written; with what the others do it is not.
    sessions[2]!.update((data) => {
      if (Number(data["count"]) > 1) throw new TypeError("too many");
    });
    sessions[4]!.data["large"] = "x".repeat(70_000);
    const results = await Promise.allSettled(sessions.map(async (session) => await manager.commit(session)));
    const outcomes = results.map((result) =>
      result.status === "rejected" ? (result.reason as Error).message : "saved",
    );
    expect(outcomes).toEqual([
      "saved",
      "saved",
      "too many",
      "saved",
      expect.stringMatching(/^The session would have 70,\d{3} bytes/),
      "saved",
    ]);
    expect((await manager.load(visitor.jar.header)).data).toEqual({ count: 4 });
  });

  test("a logout among the changes ends the session, whatever waits with it", async () => {
    const { visitor, manager } = make();
    await visitor.visit((session) => session.login("ada"));
    const sessions = await Promise.all(Array.from({ length: 8 }, async () => await manager.load(visitor.jar.header)));
    sessions.forEach((session, index) => {
      if (index === 4) session.logout();
      else session.data[`by ${index}`] = true;
    });
    await Promise.all(sessions.map(async (session) => await manager.commit(session)));
    expect((await manager.load(visitor.jar.header)).isNew).toBe(true);
    expect(await manager.list("ada")).toEqual([]);
  });

  test("updates and assignments of one request happen again in their order", async () => {
    const { visitor, manager } = make();
    await visitor.visit((session) => (session.data["log"] = ["start"]));
    const [a, b] = [await manager.load(visitor.jar.header), await manager.load(visitor.jar.header)];
    const append = (word: string) => (data: Data) => void (data["log"] as string[]).push(word);
    a.update(append("a1"));
    b.update(append("b1"));
    b.data["set"] = [1];
    b.update((data) => void (data["set"] as number[]).push(2));
    b.update(append("b2"));
    await manager.commit(a);
    await manager.commit(b);
    expect((await manager.load(visitor.jar.header)).data).toEqual({ log: ["start", "a1", "b1", "b2"], set: [1, 2] });
  });

  test("a logout is not undone by a slower request, and its answer sets no cookie", async () => {
    const { visitor, manager } = make();
    await visitor.visit((session) => (session.login("7"), (session.data["a"] = 1)));
    const slow = await manager.load(visitor.jar.header);
    const cookie = visitor.jar.header;
    await visitor.visit((session) => session.logout());
    slow.data["a"] = 2;
    expect((await manager.commit(slow)).filter(([name]) => name === "Set-Cookie")).toEqual([]);
    expect((await manager.load(cookie)).isNew).toBe(true);
    expect(await manager.list("7")).toEqual([]);
  });

  test("nor by a slower request that renews the token", async () => {
    const { visitor, manager } = make();
    await visitor.visit((session) => session.login("7"));
    const slow = await manager.load(visitor.jar.header);
    await visitor.visit((session) => session.logout());
    slow.renew();
    expect((await manager.commit(slow)).filter(([name]) => name === "Set-Cookie")).toEqual([]);
    expect(await manager.list("7")).toEqual([]);
  });

  test("a logout that overlaps a renewal ends the renewed session, too", async () => {
    const { visitor, manager } = make();
    await visitor.visit((session) => session.login("7"));
    const [renewing, leaving] = [await manager.load(visitor.jar.header), await manager.load(visitor.jar.header)];
    renewing.renew();
    const headers = await manager.commit(renewing);
    const renewed = headers.find(([name]) => name === "Set-Cookie")![1].split(";")[0];
    expect((await manager.load(renewed)).subject).toBe("7");
    leaving.logout();
    await manager.commit(leaving);
    expect((await manager.load(renewed)).isNew).toBe(true);
    expect(await manager.list("7")).toEqual([]);
  });

  test("a renewal takes along what another request has saved meanwhile, and the old token opens nothing", async () => {
    const { visitor, manager } = make();
    await visitor.visit((session) => (session.data["a"] = 1));
    const old = visitor.jar.header;
    const [a, b] = [await manager.load(old), await manager.load(old)];
    a.data["theirs"] = true;
    await manager.commit(a);
    b.login("7");
    visitor.jar.take((await manager.commit(b)).filter(([name]) => name === "Set-Cookie").map(([, value]) => value));
    expect(await visitor.visit((session) => [session.subject, session.data])).toEqual(["7", { a: 1, theirs: true }]);
    expect((await manager.load(old)).rejection?.reason).toBe("moved");
  });

  test("sessions that were ended from elsewhere stay ended for requests that are still running", async () => {
    const { visitor, manager } = make();
    await visitor.visit((session) => session.login("7"));
    const running = await manager.load(visitor.jar.header);
    expect(await manager.revokeAll("7")).toBe(1);
    running.data["a"] = 1;
    await manager.commit(running);
    expect((await manager.load(visitor.jar.header)).isNew).toBe(true);
  });

  test("a change that comes while the store is still to answer throws, and is not kept", async () => {
    const { visitor, manager } = make();
    await visitor.visit((session) => (session.login("7"), (session.data["list"] = [1])));
    const current = await manager.load(visitor.jar.header);
    current.data["a"] = 1;
    const committing = manager.commit(current);
    const late = [
      () => current.logout(),
      () => current.login("8"),
      () => (current.data["b"] = 1),
      () => (current.data["list"] as number[]).push(2),
      () => current.update(increment),
    ];
    for (const change of late) expect(change).toThrow(expect.objectContaining({ code: "session_closed" }));
    await committing;
    expect(await visitor.visit((session) => [session.subject, session.data])).toEqual(["7", { list: [1], a: 1 }]);
  });

  test("a merge keeps values of every kind", async () => {
    const { visitor, manager } = make();
    await visitor.visit((session) => (session.data["theirs"] = 1));
    const [a, b] = [await manager.load(visitor.jar.header), await manager.load(visitor.jar.header)];
    const values = {
      date: new Date(1_000),
      big: 2n ** 64n,
      bytes: new Uint8Array([0, 255]),
      tuple: new Tuple(1, "a"),
      deep: [{ b: [null] }],
    };
    Object.assign(b.data, values);
    a.data["theirs"] = 2;
    await manager.commit(a);
    await manager.commit(b);
    expect((await manager.load(visitor.jar.header)).data).toEqual({ theirs: 2, ...values });
  });

  test("a request that changed nothing writes nothing, however many others write", async () => {
    const { visitor, manager } = make();
    await visitor.visit((session) => (session.data["a"] = 1));
    const reader = await manager.load(visitor.jar.header);
    await visitor.visit((session) => (session.data["a"] = 2));
    expect(reader.data["a"]).toBe(1);
    await manager.commit(reader);
    expect((await manager.load(visitor.jar.header)).data["a"]).toBe(2);
  });
});

test("several processes on one file: each increment counts", async () => {
  const time = new Time();
  const path = fresh();
  const keys = generateSecretKey();
  // A manager and a connection each, as processes have them: none knows of the others' requests.
  const managers = Array.from(
    { length: 6 },
    () => new SessionManager<Data>({ keys, clock: time.clock, store: openSqlite(time.clock, path) }),
  );
  const visitor = new Visitor(managers[0]!);
  await visitor.visit((session) => (session.data["start"] = true));
  await Promise.all(
    managers.flatMap((manager) =>
      Array.from({ length: 20 }, async () => {
        const current = await manager.load(visitor.jar.header);
        current.update(increment);
        await manager.commit(current);
      }),
    ),
  );
  expect((await managers[0]!.load(visitor.jar.header)).data["count"]).toBe(120);
}, 300_000);

describe("a store that does not do its part", () => {
  const failing = (
    failingMethod: keyof SessionStore,
    store: SessionStore = new MemoryStore(),
    how: () => Promise<never> = () => Promise.reject(new Error("canary: the database is away")),
  ): SessionStore & { on: boolean } => {
    const switchable = {
      on: false,
      get: (...args: Parameters<SessionStore["get"]>) =>
        switchable.on && failingMethod === "get" ? how() : store.get(...args),
      set: (...args: Parameters<SessionStore["set"]>) =>
        switchable.on && failingMethod === "set" ? how() : store.set(...args),
      delete: (...args: Parameters<SessionStore["delete"]>) =>
        switchable.on && failingMethod === "delete" ? how() : store.delete(...args),
    };
    return switchable;
  };

  test("fails the request, with its own error as the cause and not in the message", async () => {
    const store = failing("get");
    const visitor = new Visitor(new SessionManager<Data>({ keys: generateSecretKey(), store }));
    await visitor.visit((session) => (session.data["a"] = 1));
    store.on = true;
    const error: unknown = await visitor.manager.load(visitor.jar.header).catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      name: "SessionError",
      code: "store_failed",
      cause: { message: "canary: the database is away" },
    });
    expect((error as Error).message).not.toContain("canary");
  });

  test("that throws at once, without a promise, is met like one that rejects", async () => {
    const store = failing("set", new MemoryStore(), () => {
      throw new Error("at once");
    });
    store.on = true;
    const visitor = new Visitor(new SessionManager<Data>({ keys: generateSecretKey(), store }));
    await expect(visitor.visit((session) => (session.data["a"] = 1))).rejects.toMatchObject({ code: "store_failed" });
  });

  test("is waited for as long as storeTimeout says, and no longer", async () => {
    const store = failing("set", new MemoryStore(), () => new Promise<never>(() => undefined));
    store.on = true;
    const visitor = new Visitor(new SessionManager<Data>({ keys: generateSecretKey(), store, storeTimeout: 0.05 }));
    await expect(visitor.visit((session) => (session.data["a"] = 1))).rejects.toMatchObject({
      code: "store_failed",
      message: expect.stringContaining("0.05 s") as string,
    });
  });

  test("with the policy anonymous: reading goes on without a session, the cookie stays, and a login is still an error", async () => {
    const inner = new MemoryStore();
    const store = failing("get", inner);
    const visitor = new Visitor(
      new SessionManager<Data>({ keys: generateSecretKey(), store, onStoreFailure: "anonymous" }),
    );
    await visitor.visit((session) => (session.data["a"] = 1));
    store.on = true;
    await visitor.visit((session) => expect([session.data, session.rejection?.reason]).toEqual([{}, "store_failed"]));
    expect(visitor.setCookies).toEqual([]);
    await visitor.visit((session) => (session.data["a"] = 2));
    expect(visitor.setCookies).toEqual([]);
    store.on = false;
    expect(await visitor.visit((session) => session.data)).toEqual({ a: 1 });

    const readOnly = failing("set", inner);
    const other = new Visitor(
      new SessionManager<Data>({ keys: generateSecretKey(), store: readOnly, onStoreFailure: "anonymous" }),
    );
    readOnly.on = true;
    await other.visit((session) => (session.data["a"] = 1));
    expect(other.setCookies).toEqual([]);
    await expect(other.visit((session) => session.login("7"))).rejects.toMatchObject({ code: "store_failed" });
  });

  test("with the policy anonymous, a logout that the store does not hear of is an error", async () => {
    const store = failing("delete");
    const visitor = new Visitor(
      new SessionManager<Data>({ keys: generateSecretKey(), store, onStoreFailure: "anonymous" }),
    );
    await visitor.visit((session) => session.login("7"));
    store.on = true;
    await expect(visitor.visit((session) => session.logout())).rejects.toMatchObject({ code: "store_failed" });
  });

  test.each([
    ["logout", (session: Session<Data>): void => session.logout()],
    ["logout with a message for the next page", (session) => (session.logout(), session.flash("bye"))],
    ["destruction", (session) => session.destroy()],
    ["renewal", (session) => session.renew()],
    ["login after a logout", (session) => (session.logout(), session.login("8"))],
  ] satisfies readonly (readonly [string, (session: Session<Data>) => void])[])(
    "with the policy anonymous, a %s is an error as well where the store could not even be read",
    async (_, change) => {
      const store = failing("get");
      const visitor = new Visitor(
        new SessionManager<Data>({ keys: generateSecretKey(), store, onStoreFailure: "anonymous" }),
      );
      await visitor.visit((session) => session.login("7"));
      store.on = true;
      await expect(visitor.visit(change)).rejects.toMatchObject({ code: "store_failed" });
      store.on = false;
      expect(await visitor.visit((session) => session.subject)).toBe("7");
    },
  );

  test("whose sessions change without end is given up on, with store_conflict", async () => {
    const inner = new MemoryStore();
    let turn = 0;
    const restless: SessionStore = {
      get: async (id) => (await inner.get(id))?.replace(/"n":\d+/, `"n":${++turn}`),
      set: async (id, payload, expiresAt, options) =>
        options?.replaces === undefined ? await inner.set(id, payload, expiresAt, options) : false,
      delete: async (id) => await inner.delete(id),
    };
    const visitor = new Visitor(new SessionManager<Data>({ keys: generateSecretKey(), store: restless }));
    await visitor.visit((session) => (session.data["n"] = 1));
    await expect(visitor.visit((session) => (session.data["mine"] = 1))).rejects.toMatchObject({
      code: "store_conflict",
    });
    // A logout that came to nothing must be heard of.
    await expect(visitor.visit((session) => session.logout())).rejects.toMatchObject({ code: "store_conflict" });
  });
});

test("SqliteStore on a file that another connection has locked fails as a store does", async () => {
  const path = fresh();
  const [mine, other] = [new DatabaseSync(path), new DatabaseSync(path)];
  const store = new SqliteStore(mine);
  store.createSchema();
  const visitor = new Visitor(new SessionManager<Data>({ keys: generateSecretKey(), store }));
  other.exec("BEGIN EXCLUSIVE");
  await expect(visitor.visit((session) => (session.data["a"] = 1))).rejects.toMatchObject({ code: "store_failed" });
  other.exec("ROLLBACK");
  await visitor.visit((session) => (session.data["a"] = 1));
  expect(await visitor.visit((session) => session.data)).toEqual({ a: 1 });
});
