import { SessionManager, type HeaderPair, type Session, type SessionStore } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { MemoryStore } from "latchkey/stores/memory";
import { describe, expect, test } from "vitest";
import { openSqlite, Time, Visitor, type Data } from "./support.ts";

const STORES: Readonly<Record<string, (time: Time) => SessionStore>> = {
  SQLite: ({ clock }) => openSqlite(clock),
  memory: ({ clock }) => new MemoryStore({ clock }),
};

const cookieOf = (headers: readonly HeaderPair[]): string | undefined =>
  headers.find(([name]) => name === "Set-Cookie")?.[1].split(";")[0];

describe.each(Object.keys(STORES))("a token that was renewed, in %s,", (name) => {
  /** A visitor whose session was renewed, the old cookie, and the new one. */
  async function renewed(how: (session: Session<Data>) => void = (session) => session.renew()): Promise<{
    manager: SessionManager<Data>;
    store: SessionStore;
    time: Time;
    visitor: Visitor;
    old: string;
    fresh: string;
  }> {
    const time = new Time();
    const store = STORES[name]!(time);
    const manager = new SessionManager<Data>({ keys: generateSecretKey(), clock: time.clock, store });
    const visitor = new Visitor(manager);
    await visitor.visit((session) => (session.login("7"), (session.data["a"] = 1)));
    const old = visitor.jar.header!;
    await visitor.visit(how);
    return { manager, store, time, visitor, old, fresh: visitor.jar.header! };
  }

  test("opens the session for ten more seconds, and not for eleven", async () => {
    const { manager, time, old } = await renewed();
    time.now += 10;
    const late = await manager.load(old);
    expect([late.subject, late.data, late.isNew]).toEqual(["7", { a: 1 }, false]);
    time.now += 1;
    const tooLate = await manager.load(old);
    expect([tooLate.subject, tooLate.rejection?.reason]).toEqual([undefined, "moved"]);
  });

  test("keeps what a request that came with it changes, and that request sends no cookie", async () => {
    const { manager, old, fresh } = await renewed();
    const late = await manager.load(old);
    late.data["late"] = true;
    expect(cookieOf(await manager.commit(late))).toBeUndefined();
    expect((await manager.load(fresh)).data).toEqual({ a: 1, late: true });
    expect(await manager.list("7")).toHaveLength(1);
  });

  test("keeps what a request changes that was running when it was renewed", async () => {
    const { manager, visitor } = await renewed();
    const running = await manager.load(visitor.jar.header);
    await visitor.visit((session) => (session.renew(), (session.data["theirs"] = true)));
    await visitor.visit((session) => session.renew());
    running.update((data) => void (data["mine"] = true));
    expect(cookieOf(await manager.commit(running))).toBeUndefined();
    expect((await manager.load(visitor.jar.header)).data).toEqual({ a: 1, theirs: true, mine: true });
  });

  test("is renewed by several requests at once: one sends a cookie, and that one is good for long", async () => {
    const { manager, time, visitor } = await renewed();
    const all = await Promise.all(Array.from({ length: 20 }, async () => await manager.load(visitor.jar.header)));
    all.forEach((session, index) => {
      session.renew();
      session.data[`key ${index}`] = index;
    });
    const cookies = (await Promise.all(all.map(async (session) => cookieOf(await manager.commit(session))))).filter(
      (one) => one !== undefined,
    );
    expect(cookies).toHaveLength(1);
    time.now += 3600;
    expect(Object.keys((await manager.load(cookies[0])).data)).toHaveLength(21);
  });

  test("and renewed again by a request that came with it: that counts as done", async () => {
    const { manager, time, old, fresh } = await renewed();
    const late = await manager.load(old);
    late.renew();
    late.data["late"] = true;
    expect(cookieOf(await manager.commit(late))).toBeUndefined();
    time.now += 3600;
    expect((await manager.load(fresh)).data).toEqual({ a: 1, late: true });
  });

  test("leads to a login, if that is what the request is: a new token, and what both changed", async () => {
    const { manager, time, old, fresh } = await renewed();
    const late = await manager.load(old);
    late.login("8");
    const cookie = cookieOf(await manager.commit(late));
    expect(await manager.load(cookie)).toMatchObject({ subject: "8", data: { a: 1 } });
    expect((await manager.load(fresh)).rejection?.reason).toBe("moved");
    expect([await manager.list("7"), (await manager.list("8")).length]).toEqual([[], 1]);
    time.now += 61;
    expect((await manager.load(fresh)).rejection?.reason).toBe("unknown");
  });

  test("ends the session, if the request that came with it logs out", async () => {
    const { manager, old, fresh } = await renewed();
    const late = await manager.load(old);
    late.logout();
    await manager.commit(late);
    expect((await manager.load(fresh)).subject).toBeUndefined();
    expect(await manager.list("7")).toEqual([]);
  });

  test("opens nothing once the session has ended", async () => {
    const { manager, visitor, old } = await renewed();
    await visitor.visit((session) => session.logout());
    expect((await manager.load(old)).subject).toBeUndefined();
  });

  test("opens the session between the two writes of a renewal, and keeps it if the second one fails", async () => {
    const { manager, store, visitor } = await renewed();
    const cookie = visitor.jar.header;
    const renewing = await manager.load(cookie);
    renewing.renew();
    const set = store.set.bind(store);
    let early: Session<Data> | undefined;
    store.set = async (...args) => {
      if (args[3]?.replaces === undefined) return await set(...args);
      early = await manager.load(cookie);
      throw new Error("the store is away");
    };
    await expect(manager.commit(renewing)).rejects.toMatchObject({ code: "store_failed" });
    store.set = set;
    expect(early?.subject).toBe("7");
    expect((await manager.load(cookie)).data).toEqual({ a: 1 });
    expect(await manager.list("7")).toHaveLength(1);
  });

  test("has no grace after a login: it may have been planted. The browser's cookie is left alone, whatever the late request does", async () => {
    const { manager, time, old } = await renewed((session) => session.login("7"));
    for (const handle of [
      (session: Session<Data>) => session.data,
      (session: Session<Data>) => (session.data["late"] = 1),
    ]) {
      const late = await manager.load(old);
      expect([late.subject, late.rejection?.reason]).toEqual([undefined, "moved"]);
      handle(late);
      expect(cookieOf(await manager.commit(late))).toBeUndefined();
    }
    const again = await manager.load(old);
    again.login("7");
    expect((await manager.load(cookieOf(await manager.commit(again)))).subject).toBe("7");
    time.now += 61;
    expect((await manager.load(old)).rejection?.reason).toBe("unknown");
  });

  test("is followed through a few renewals, and not without end", async () => {
    const { manager, visitor, old } = await renewed();
    for (let times = 0; times < 4; times++) await visitor.visit((session) => session.renew());
    expect((await manager.load(old)).subject).toBe("7");
    for (let times = 0; times < 20; times++) await visitor.visit((session) => session.renew());
    expect((await manager.load(old)).rejection?.reason).toBe("moved");
    expect((await manager.load(visitor.jar.header)).subject).toBe("7");
  });
});
