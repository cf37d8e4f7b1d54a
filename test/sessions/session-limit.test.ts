import { subscribe, unsubscribe } from "node:diagnostics_channel";
import {
  CHANNELS,
  flask,
  sealed,
  SessionManager,
  type IndexedStore,
  type SessionEndReport,
  type SessionManagerOptions,
  type SessionStore,
} from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { fromExpressStore } from "latchkey/stores/express-store";
import { MemoryStore } from "latchkey/stores/memory";
import session from "express-session";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openSqlite, Time, Visitor, type Data } from "./support.ts";

const keys = generateSecretKey();
const ended: SessionEndReport[] = [];
const listen = (message: unknown): void => void ended.push(message as SessionEndReport);
beforeEach(() => {
  ended.length = 0;
  subscribe(CHANNELS.sessionEnded, listen);
});
afterEach(() => void unsubscribe(CHANNELS.sessionEnded, listen));

const STORES: Readonly<Record<string, (time: Time) => IndexedStore>> = {
  memory: ({ clock }) => new MemoryStore({ clock }),
  sqlite: ({ clock }) => openSqlite(clock),
};

interface Place {
  readonly time: Time;
  readonly store: IndexedStore;
  readonly manager: SessionManager<Data>;
}

function open(kind: string, maxSessions: SessionManagerOptions["maxSessions"], options: object = {}): Place {
  const time = new Time();
  const store = STORES[kind]!(time);
  return {
    time,
    store,
    manager: new SessionManager<Data>({ keys, clock: time.clock, store, maxSessions, ...options }),
  };
}

async function login(manager: SessionManager<Data>, subject = "7"): Promise<Visitor> {
  const visitor = new Visitor(manager);
  await visitor.visit((one) => one.login(subject));
  return visitor;
}

const whoIs = async (visitor: Visitor): Promise<string | undefined> => await visitor.visit((one) => one.subject);
const idOf = async (visitor: Visitor): Promise<string | undefined> => await visitor.visit((one) => one.id);

describe.each(Object.keys(STORES))("sessions of one user at once (%s)", (kind) => {
  test("end_oldest: one login too many ends the oldest, in the order of the logins, also within a second", async () => {
    const { manager } = open(kind, { perSubject: 2, then: "end_oldest" });
    const visitors: Visitor[] = [];
    for (let number = 0; number < 6; number++) visitors.push(await login(manager));
    const others = [await login(manager, "8"), await login(manager, "8")];
    const alive: boolean[] = [];
    for (const visitor of [...visitors, ...others]) alive.push((await whoIs(visitor)) !== undefined);
    expect(alive).toEqual([false, false, false, false, true, true, true, true]);
    expect(ended.map(({ subject, reason }) => [subject, reason])).toEqual(
      Array.from({ length: 4 }, () => ["7", "limit"]),
    );
  });

  test("which session ended is told, by the id that it had", async () => {
    const { manager } = open(kind, { perSubject: 1, then: "end_oldest" });
    const first = await login(manager);
    const id = await idOf(first);
    await login(manager);
    expect(ended).toEqual([{ id, subject: "7", reason: "limit" }]);
    expect(await first.visit((one) => one.rejection?.reason)).toBe("unknown");
  });

  test("visits and renewals do not make a session younger", async () => {
    const { manager, time } = open(kind, { perSubject: 2, then: "end_oldest" });
    const [first, second] = [await login(manager), await login(manager)];
    time.now += 100;
    await first.visit(({ data }) => void (data["used"] = true));
    await first.visit((one) => one.renew());
    const third = await login(manager);
    expect([await whoIs(first), await whoIs(second), await whoIs(third)]).toEqual([undefined, "7", "7"]);
  });

  test("a second login or a confirmation in the same browser takes the place of its session", async () => {
    for (const then of ["end_oldest", "refuse"] as const) {
      const { manager } = open(kind, { perSubject: 2, then });
      const [first, second] = [await login(manager), await login(manager)];
      await first.visit((one) => one.login("7"));
      await first.visit((one) => one.confirm());
      await second.visit((one) => {
        one.logout();
        one.login("7");
      });
      expect([await whoIs(first), await whoIs(second)]).toEqual(["7", "7"]);
      expect(await manager.list("7")).toHaveLength(2);
    }
    expect(ended).toEqual([]);
  });

  test("a confirmation makes a session the youngest", async () => {
    const { manager } = open(kind, { perSubject: 2, then: "end_oldest" });
    const [first, second] = [await login(manager), await login(manager)];
    await first.visit((one) => one.confirm());
    const third = await login(manager);
    expect([await whoIs(first), await whoIs(second), await whoIs(third)]).toEqual(["7", undefined, "7"]);
  });

  test("refuse: the login throws, and changes nothing", async () => {
    const { manager } = open(kind, { perSubject: 2, then: "refuse" });
    const [first, second] = [await login(manager), await login(manager)];
    const third = new Visitor(manager);
    await third.visit(({ data }) => void (data["cart"] = ["tea"]));
    const refused = third.visit((one) => one.login("7"));
    await expect(refused).rejects.toMatchObject({
      name: "SessionError",
      code: "session_limit",
      message: expect.stringMatching(/this user has 2 sessions already.*Fix: /),
    });
    expect(await third.visit((one) => [one.subject, one.data])).toEqual([undefined, { cart: ["tea"] }]);
    expect([await whoIs(first), await whoIs(second)]).toEqual(["7", "7"]);
    expect(ended).toEqual([]);
    // Another user has a count of their own.
    await third.visit((one) => one.login("8"));
    await first.visit((one) => one.logout());
    const fourth = await login(manager);
    expect(await whoIs(fourth)).toBe("7");
  });

  test("logged out, expired, revoked and refused sessions do not count", async () => {
    const gone = new Set<string>();
    for (const then of ["end_oldest", "refuse"] as const) {
      const { manager, time } = open(
        kind,
        { perSubject: 1, then },
        { idleTimeout: 100, isRevoked: ({ id }: { id?: string }) => id !== undefined && gone.has(id) },
      );
      const out = await login(manager);
      await out.visit((one) => one.logout());
      await login(manager);
      time.now += 101;
      const revoked = await login(manager);
      await manager.revoke((await idOf(revoked))!);
      const refused = await login(manager);
      gone.add((await idOf(refused))!);
      expect(await whoIs(await login(manager))).toBe("7");
    }
    expect(ended).toEqual([]);
  });

  test("a lower lifetime than before counts, too", async () => {
    const { manager, time, store } = open(kind, undefined);
    await login(manager);
    time.now += 200;
    const stricter = new SessionManager<Data>({
      keys,
      clock: time.clock,
      store,
      lifetime: 100,
      maxSessions: { perSubject: 1, then: "refuse" },
    });
    expect(await whoIs(await login(stricter))).toBe("7");
  });

  test("sessions from before the limit are older than each login since", async () => {
    const { manager, time, store } = open(kind, undefined);
    const before = [await login(manager), await login(manager), await login(manager)];
    const limited = new SessionManager<Data>({
      keys,
      clock: time.clock,
      store,
      maxSessions: { perSubject: 2, then: "end_oldest" },
    });
    const first = await login(limited);
    const second = await login(limited);
    const after = await Promise.all([...before, first, second].map(whoIs));
    expect(after).toEqual([undefined, undefined, undefined, "7", "7"]);
  });

  test("a cookie that moves into the store counts as the oldest, and is never refused", async () => {
    for (const then of ["end_oldest", "refuse"] as const) {
      const { manager, time, store } = open(kind, { perSubject: 1, then }, { fallbackFormats: [sealed(), flask()] });
      const old = await login(new SessionManager<Data>({ keys, clock: time.clock, format: sealed() }));
      const moving = new Visitor(manager);
      moving.jar.take(old.setCookies);
      expect(await whoIs(moving)).toBe("7");
      expect(await store.listBySubject("7")).toHaveLength(1);
      expect(await whoIs(moving)).toBe("7");
    }
  });

  test("two logins of one browser in two tabs are one session", async () => {
    for (const then of ["end_oldest", "refuse"] as const) {
      const { manager, store, time } = open(kind, { perSubject: 2, then });
      const other = await login(manager);
      // Two processes, so that they do not wait for each other.
      const second = new SessionManager<Data>({ keys, clock: time.clock, store, maxSessions: { perSubject: 2, then } });
      const visitor = new Visitor(manager);
      await visitor.visit(({ data }) => void (data["cart"] = 1));
      const tabs = await Promise.all(
        [manager, second].map(async (each) => [each, await each.load(visitor.jar.header)] as const),
      );
      for (const [, tab] of tabs) tab.login("7");
      await Promise.all(tabs.map(async ([each, tab]) => await each.commit(tab)));
      expect(await whoIs(other)).toBe("7");
      expect(await manager.list("7")).toHaveLength(2);
    }
    expect(ended).toEqual([]);
  });

  test("a login that fails leaves no place taken", async () => {
    const { manager } = open(kind, { perSubject: 1, then: "refuse" }, { maxPayloadBytes: 500 });
    const visitor = new Visitor(manager);
    const tooLarge = visitor.visit((one) => {
      one.data["long"] = "x".repeat(1000);
      one.login("7");
    });
    await expect(tooLarge).rejects.toMatchObject({ code: "session_too_large" });
    expect(await whoIs(await login(manager))).toBe("7");
  });

  test("a login whose process was killed counts for three minutes, and then no more", async () => {
    const { manager, store, time } = open(kind, { perSubject: 1, then: "refuse" });
    // The store goes away between the reservation and the session.
    let calls = 0;
    const dying = new Proxy(store, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== "function") return member;
        return (...args: unknown[]): unknown => {
          if (name === "set" && ++calls > 1) throw new Error("killed");
          return Reflect.apply(member, target, args);
        };
      },
    });
    const other = new SessionManager<Data>({
      keys,
      clock: time.clock,
      store: dying,
      maxSessions: { perSubject: 1, then: "refuse" },
    });
    await expect(login(other)).rejects.toMatchObject({ code: "store_failed" });
    await expect(login(manager)).rejects.toMatchObject({ code: "session_limit" });
    time.now += 181;
    expect(await whoIs(await login(manager))).toBe("7");
  });
});

describe("the option maxSessions", () => {
  const plain: SessionStore = {
    get: async () => undefined,
    set: async () => true,
    delete: async () => undefined,
  };

  test.each([
    ["without a store", {}, /needs a store .* this manager has no store.*Fix: use SqliteStore/],
    ["with a store that has no index", { store: plain }, /listBySubject and deleteBySubject.*Fix: use SqliteStore/],
    [
      "with a store of express-session",
      { store: fromExpressStore(new session.MemoryStore()) },
      /listBySubject.*Fix: use SqliteStore/,
    ],
  ])("is refused %s", (_, options, message) => {
    const make = (): unknown =>
      new SessionManager({ keys, maxSessions: { perSubject: 1, then: "refuse" }, ...options });
    expect(make).toThrow(expect.objectContaining({ code: "invalid_option", message: expect.stringMatching(message) }));
  });

  test.each([
    [5, /maxSessions takes an object with options\. It got a number\..*Fix/],
    [{ perSubject: 0, then: "refuse" }, /perSubject must be a whole number from 1\. It got 0\. Fix/],
    [{ perSubject: "5", then: "refuse" }, /perSubject must be .* It got a string\. Fix/],
    [{ perSubject: 5 }, /then must be "end_oldest" or "refuse"\. It got nothing\. Fix/],
    [{ perSubject: 5, then: "endOldest" }, /It got "endOldest"\. Fix/],
    [{ max: 5, then: "refuse" }, /max/],
  ])("says what is wrong with %j", (maxSessions, message) => {
    const make = (): unknown =>
      new SessionManager({ keys, store: new MemoryStore(), maxSessions: maxSessions as never });
    expect(make).toThrow(expect.objectContaining({ code: "invalid_option", message: expect.stringMatching(message) }));
  });
});
