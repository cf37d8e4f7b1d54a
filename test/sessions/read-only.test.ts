import { SessionManager, type HeaderPair, type Session, type SessionStore } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { describe, expect, test } from "vitest";
import { KINDS, Time, Visitor, type Data } from "./support.ts";

/** Counts what is written to a store. */
function countingWrites(store: SessionStore): { readonly store: SessionStore; readonly writes: () => number } {
  let writes = 0;
  const counted = new Proxy(store, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      return (...given: unknown[]): unknown => {
        if (name !== "get" && name !== "listBySubject") writes++;
        return Reflect.apply(member, target, given) as unknown;
      };
    },
  });
  return { store: counted, writes: () => writes };
}

const CHANGES: Readonly<Record<string, (session: Session<Data>) => unknown>> = {
  "an entry": (session) => (session.data["visits"] = 2),
  "an entry deep inside": (session) => (session.data["cart"] as { items: string[] }).items.push("milk"),
  "an entry that is taken out": (session) => delete session.data["cart"],
  Object: (session) => Object.assign(session.data, { a: 1 }),
  update: (session) => session.update((data) => void (data["visits"] = 3)),
  login: (session) => session.login("8"),
  confirm: (session) => session.confirm(),
  logout: (session) => session.logout(),
  destroy: (session) => session.destroy(),
  renew: (session) => session.renew(),
  flash: (session) => session.flash("hello"),
  flashes: (session) => session.flashes(),
  persistent: (session) => (session.persistent = true),
};

describe.each(Object.entries(KINDS))("a session that is loaded for reading only, %s", (_, kind) => {
  const start = async (): Promise<{ visitor: Visitor; time: Time; writes: () => number }> => {
    const time = new Time();
    const { store, format } = kind(time);
    const counted = store === undefined ? undefined : countingWrites(store);
    const manager = new SessionManager<Data>({
      keys: generateSecretKey(),
      clock: time.clock,
      idleTimeout: 14 * 24 * 3600,
      ...(format === undefined ? {} : { format }),
      ...(counted === undefined ? {} : { store: counted.store }),
    });
    const visitor = new Visitor(manager);
    await visitor.visit((session) => {
      session.login("7", { persistent: true });
      Object.assign(session.data, { visits: 1, cart: { items: ["tea"] } });
    });
    return { visitor, time, writes: counted?.writes ?? (() => 0) };
  };

  test("can be read, and each change throws, names the place and the fix, and changes nothing", async () => {
    const { visitor, writes } = await start();
    const { manager, jar } = visitor;
    const before = writes();
    const session = await manager.loadReadOnly(jar.header, undefined, {
      place: "a page",
      fix: "change it in an action",
    });
    expect([session.subject, session.isNew, session.data["visits"], session.isRecent(60)]).toEqual([
      "7",
      false,
      1,
      expect.any(Boolean),
    ]);
    expect(session.data["cart"]).toEqual({ items: ["tea"] });
    for (const [name, change] of Object.entries(CHANGES)) {
      let error: unknown;
      try {
        change(session);
      } catch (caught) {
        error = caught;
      }
      expect([name, error]).toEqual([
        name,
        expect.objectContaining({
          code: "session_read_only",
          message:
            "The session was loaded for reading only, in a page, so this change would be lost. Fix: change it in an action.",
        }),
      ]);
    }
    expect(session.data).toEqual({ visits: 1, cart: { items: ["tea"] } });
    expect(await manager.commit(session)).toEqual([["Vary", "Cookie"]]);
    expect(writes()).toBe(before);
    expect(await visitor.visit(({ data, subject }) => [subject, data["visits"]])).toEqual(["7", 1]);
  });

  test("is not extended and not renewed, although its end is due to move", async () => {
    const { visitor, time, writes } = await start();
    const before = writes();
    time.now += 10 * 24 * 3600;
    const session = await visitor.manager.loadReadOnly(visitor.jar.header);
    const sent: HeaderPair[] = [];
    if (!session.isNew) sent.push(...(await visitor.manager.commit(session)));
    expect(sent.filter(([name]) => name === "Set-Cookie")).toEqual([]);
    expect(writes()).toBe(before);
    // An ordinary load at the same time moves it.
    await visitor.visit(({ subject }) => subject);
    expect(visitor.headers.map(([name]) => name)).toContain("Set-Cookie");
  });

  test("begins nothing for a visitor without a session, and does not end after the headers left", async () => {
    const { visitor, writes } = await start();
    const before = writes();
    for (const source of [undefined, new Headers(), new Request("https://shop.example/")]) {
      const session = await visitor.manager.loadReadOnly(source);
      expect([session.isNew, session.data]).toEqual([true, {}]);
      expect(() => (session.data["a"] = 1)).toThrow(/for reading only, in a place that cannot send a cookie/);
    }
    expect(writes()).toBe(before);
  });
});

describe("loadReadOnly", () => {
  const manager = new SessionManager({ keys: generateSecretKey() });

  test("of a cross-origin request, a change throws for that reason", async () => {
    const request = new Request("https://shop.example/pay", {
      method: "POST",
      headers: { host: "shop.example", origin: "https://evil.example" },
    });
    const session = await manager.loadReadOnly(request);
    expect(() => session.login("7")).toThrow(expect.objectContaining({ code: "cross_origin" }) as Error);
  });

  test("refuses a place that is no description", async () => {
    await expect(manager.loadReadOnly("", undefined, { where: "a page" } as never)).rejects.toThrow(
      /manager\.loadReadOnly has no option "where"/,
    );
    await expect(manager.loadReadOnly("", undefined, { place: 7 } as never)).rejects.toThrow(/must be a string/);
  });
});
