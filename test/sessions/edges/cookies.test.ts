import {
  CHANNELS,
  flask,
  KeyRing,
  sealed,
  SessionManager,
  signed,
  type CookieOptions,
  type SessionManagerOptions,
} from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { MemoryStore } from "latchkey/stores/memory";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { SessionCommitted } from "../../../src/diagnostics.ts";
import { describe, expect, test } from "vitest";
import { KINDS, makeManager, Time, type Data } from "../support.ts";
import { Visitor } from "./support.ts";

const kinds = Object.keys(KINDS);
const cookieKinds = ["sealed", "signed", "flask"];
const isStore = (kind: string): boolean => !cookieKinds.includes(kind);
const NAMED: CookieOptions = { name: "sid" };

/** Two people on one server: the attacker's pair is what gets planted. */
async function world(kind: string, options: Partial<SessionManagerOptions<Data>> = {}) {
  const time = new Time();
  const manager = makeManager(kind, time, { cookie: NAMED, ...options });
  const [victim, attacker] = [new Visitor(time), new Visitor(time)];
  await victim.visit(manager, (session) => session.login("victim"));
  await attacker.visit(manager, (session) => session.login("attacker"));
  return { time, manager, victim, attacker, planted: attacker.pair() };
}

describe.each(kinds)("%s: a second cookie of the same name", (kind) => {
  const PLANTS: readonly (readonly [how: string, attributes: string, setter: "script" | "sibling"])[] = [
    ["by a script, for a deeper path", "; Path=/app", "script"],
    ["by a script, for the path with a slash", "; Path=/app/", "script"],
    ["by a script, for a deeper path and partitioned", "; Path=/app; Secure; Partitioned", "script"],
    ["by a sibling host, for the domain", "; Domain=example.com; Path=/", "sibling"],
    ["by a sibling host, for the domain and a path", "; Domain=example.com; Path=/app/page", "sibling"],
  ];
  test.each(PLANTS)("C1: planted %s, never makes the visitor the attacker", async (_, attributes, setter) => {
    const { manager, victim, planted } = await world(kind);
    victim.browser.take(planted + attributes, setter, "/app/page");
    const first = await victim.visit(manager, ({ subject, rejection }) => [subject, rejection?.reason], "/app/page");
    expect(first).toEqual([undefined, "duplicate"]);
    expect(victim.setCookies.every((line) => line.includes("Max-Age=0"))).toBe(true);
    expect(victim.setCookies.length).toBeLessThanOrEqual(40);
    // One answer later the visitor is back, and what was planted is gone everywhere.
    expect(await victim.who(manager, "/app/page")).toBe("victim");
    expect(victim.setCookies).toEqual([]);
    expect(victim.browser.values("sid", "/app/page")).toHaveLength(1);
    expect(await victim.who(manager)).toBe("victim");
  });

  test("C1: planted in the own scope, partitioned, never makes the visitor the attacker, and goes with the next login", async () => {
    const { manager, victim, planted } = await world(kind);
    victim.browser.take(`${planted}; Path=/; Secure; Partitioned`, "script");
    for (let visit = 0; visit < 2; visit++) {
      expect(await victim.who(manager)).toBeUndefined();
      // A browser that does not know partitions would take this line for the visitor's own cookie.
      expect(victim.setCookies).not.toContainEqual(expect.stringMatching(/Max-Age=0; Path=\/; Secure; Partitioned$/));
    }
    await victim.visit(manager, (session) => session.login("victim"));
    expect(await victim.who(manager)).toBe("victim");
    expect(victim.browser.values("sid", "/")).toHaveLength(1);
  });

  test("C1: more sessions than the store is asked about are gone after one request", async () => {
    const { time, manager, victim } = await world(kind);
    for (const path of ["/a", "/a/", "/a/b", "/a/b/", "/a/b/c"]) {
      const attacker = new Visitor(time);
      await attacker.visit(manager, (session) => session.login(`attacker of ${path}`));
      victim.browser.take(`${attacker.pair()}; Path=${path}`, "script", "/a/b/c");
    }
    expect(await victim.who(manager, "/a/b/c")).toBeUndefined();
    expect(await victim.who(manager, "/a/b/c")).toBe("victim");
  });

  test("C1: what is written in the request that meets a duplicate does not take the visitor's own place", async () => {
    const { manager, victim, planted } = await world(kind);
    victim.browser.take(`${planted}; Path=/app`, "script", "/app");
    await victim.visit(manager, (session) => (session.data["csrf"] = "token"), "/app");
    expect(await victim.who(manager, "/app")).toBe("victim");
  });

  test("C1: a login in that request stands, and a logout ends every session that came", async () => {
    const { manager, victim, attacker, planted } = await world(kind);
    victim.browser.take(`${planted}; Path=/app`, "script", "/app");
    await victim.visit(manager, (session) => session.login("victim again"), "/app");
    expect(await victim.who(manager, "/app")).toBe("victim again");
    victim.browser.take(`${planted}; Path=/app`, "script", "/app");
    await victim.visit(manager, (session) => session.logout(), "/app");
    expect(await victim.who(manager, "/app")).toBeUndefined();
    expect(victim.browser.header("/app")).toBe("");
    expect(await attacker.who(manager)).toBe(isStore(kind) ? undefined : "attacker");
  });

  test("C1: a flood of cookies does not end the visitor's session", async () => {
    const { manager, victim } = await world(kind);
    // From forty paths and three domains, none of them a session.
    const path = `/${"x/".repeat(20)}`;
    for (let index = 1; index <= 20; index++) {
      for (const domain of ["", "; Domain=example.com", "; Domain=app.example.com"]) {
        victim.browser.take(
          `sid=${index}a${domain.length}${domain}; Path=/${"x/".repeat(index)}`,
          domain === "" ? "script" : "sibling",
          path,
        );
        victim.browser.take(
          `sid=${index}b${domain.length}${domain}; Path=/${"x/".repeat(index).slice(0, -1)}`,
          domain === "" ? "script" : "sibling",
          path,
        );
      }
    }
    expect(victim.browser.values("sid", path).length).toBeGreaterThan(64);
    const first = await victim.visit(manager, ({ subject, rejection }) => [subject, rejection?.reason], path);
    expect(first).toEqual([undefined, "too_large"]);
    // Each answer expires forty scopes, and none of them is the visitor's own.
    for (let answer = 0; answer < 8; answer++) await victim.who(manager, path);
    expect(await victim.who(manager, path)).toBe("victim");
  });

  test("C1, C3: junk beside the own cookie, before or after it, changes nothing", async () => {
    const { manager, victim } = await world(kind);
    for (const junk of ["sid=; Path=/app", "sid=a.b.c; Domain=example.com; Path=/"])
      victim.browser.take(junk, "sibling", "/app");
    expect(await victim.who(manager, "/app")).toBe("victim");
    expect(victim.setCookies).toEqual([]);
  });
});

describe.each(kinds)("%s: the scope of the cookie changes between two releases", (kind) => {
  const CHANGES: readonly (readonly [what: string, before: object, after: object, path: string])[] = [
    ["from host-only to a Domain", {}, { domain: "example.com" }, "/"],
    ["from a Domain to host-only", { domain: "example.com" }, {}, "/"],
    ["from a path to /", { path: "/app" }, {}, "/app/page"],
    ["from / to a path", {}, { path: "/app" }, "/app/page"],
    ["to partitioned", { sameSite: "None" }, { sameSite: "None", partitioned: true }, "/"],
    ["from partitioned, as formerly says", { partitioned: true }, { formerly: [{ partitioned: true }] }, "/"],
  ];
  test.each(CHANGES)(
    "C2: %s: who was logged in stays, a logout logs out, and a login lasts",
    async (_, before, after, path) => {
      const time = new Time();
      const keys = new KeyRing(generateSecretKey());
      const shared = { ...KINDS[kind]!(time), keys, clock: time.clock };
      const [v1, v2] = [before, after].map(
        (scope) => new SessionManager<Data>({ ...shared, cookie: { ...NAMED, ...scope } as CookieOptions }),
      );
      const visitor = new Visitor(time);
      await visitor.visit(v1!, (session) => session.login("7"), path);
      expect(await visitor.who(v2!, path)).toBe("7");
      await visitor.visit(v2!, (session) => session.logout(), path);
      expect(await visitor.who(v2!, path)).toBeUndefined();
      await visitor.visit(v2!, (session) => session.login("8"), path);
      for (let visit = 0; visit < 3; visit++) expect([visit, await visitor.who(v2!, path)]).toEqual([visit, "8"]);

      // Somebody who never logs out between the releases, and goes on with both cookies.
      const other = new Visitor(time);
      await other.visit(v1!, (session) => session.login("9"), path);
      time.now += 60;
      await other.visit(v2!, (session) => (session.data["cart"] = 1), path);
      time.now += 60;
      for (let visit = 0; visit < 3; visit++) {
        const seen = await other.visit(v2!, ({ subject, data }) => [subject, data["cart"]], path);
        // Flask's cookies have no id, so two of different content cannot be told from two sessions:
        // one request is anonymous.
        if (kind !== "flask" || visit > 0 || "formerly" in after) expect([visit, seen]).toEqual([visit, ["9", 1]]);
      }
      await other.visit(v2!, (session) => session.logout(), path);
      expect(await other.who(v2!, path)).toBeUndefined();
    },
  );

  test("C2: formerly names a scope that no request shows", async () => {
    const time = new Time();
    const keys = new KeyRing(generateSecretKey());
    const shared = { ...KINDS[kind]!(time), keys, clock: time.clock };
    const before = new SessionManager<Data>({ ...shared, cookie: { ...NAMED, path: "/app" } as CookieOptions });
    const after = new SessionManager<Data>({
      ...shared,
      cookie: { ...NAMED, formerly: [{ path: "/app" }] } as CookieOptions,
    });
    const visitor = new Visitor(time);
    await visitor.visit(before, (session) => session.login("7"), "/app");
    // The login on / does not see the old cookie; the next one that does takes it away with the
    // first Set-Cookie.
    await visitor.visit(after, (session) => session.login("8"), "/");
    await visitor.visit(after, (session) => session.logout(), "/");
    await visitor.visit(after, (session) => session.login("8"), "/app");
    expect(await visitor.who(after, "/app")).toBe("8");
    expect(visitor.browser.values("sid", "/app")).toHaveLength(1);
  });
});

describe.each(kinds)("%s: one session in two cookies", (kind) => {
  test("C2: the same session under two times of signing is one, and its newer copy counts", async () => {
    const { time, manager, victim } = await world(kind, { idleTimeout: 1000 });
    const old = victim.pair();
    time.now += 600;
    await victim.visit(manager, (session) => session.data);
    expect(victim.pair()).not.toBe(old);
    for (const header of [`${old}; ${victim.pair()}`, `${victim.pair()}; ${old}`]) {
      const session = await manager.load(header);
      expect([session.subject, session.rejection?.reason]).toEqual(["victim", undefined]);
      expect(await manager.commit(session)).toEqual([["Vary", "Cookie"]]);
    }
  });

  test("C2: quotes make no second session", async () => {
    const { manager, victim } = await world(kind);
    const [name, value] = victim.pair().split("=") as [string, string];
    const session = await manager.load(`${name}="${value}"; ${name}=${value}`);
    expect(session.subject).toBe("victim");
  });
});

describe.each(kinds)("%s: a cookie that cannot be used", (kind) => {
  test("C3: an application beside this one keeps its cookie when this one is opened", async () => {
    const { time, manager, victim } = await world(kind);
    const beside = makeManager(kind, time, { cookie: NAMED });
    for (const handle of [() => undefined, (session: { data: unknown }) => session.data]) {
      await victim.visit(beside, handle);
      expect(victim.setCookies).toEqual([]);
    }
    expect(await victim.who(manager)).toBe("victim");
  });

  test("C3: a late answer to an expired cookie does not take a fresh login away", async () => {
    const { time, manager, victim } = await world(kind, { idleTimeout: 3600 });
    time.now += 4000;
    const late = await victim.begin(manager);
    expect([late.session.subject, late.session.rejection?.reason]).toEqual([
      undefined,
      isStore(kind) ? "unknown" : "expired",
    ]);
    await victim.visit(manager, (session) => session.login("victim"));
    expect(await late.finish()).toEqual([]);
    expect(await victim.who(manager)).toBe("victim");
  });

  test("C3: one from a server whose clock is ahead, or with a key that came too early, is left alone", async () => {
    const time = new Time();
    const [today, tomorrow] = [generateSecretKey(), generateSecretKey()];
    const options = { ...KINDS[kind]!(time), cookie: NAMED };
    const ahead = new SessionManager<Data>({ keys: today, ...options, clock: () => time.now + 4000 });
    const early = new SessionManager<Data>({ keys: new KeyRing(tomorrow, [today]), ...options, clock: time.clock });
    const behind = new SessionManager<Data>({ keys: today, ...options, clock: time.clock });
    for (const manager of [ahead, early]) {
      const visitor = new Visitor(time);
      await visitor.visit(manager, (session) => session.login("7"));
      expect(await visitor.visit(behind, ({ rejection }) => rejection?.reason)).toMatch(/^(future|bad_signature)$/);
      expect(visitor.setCookies).toEqual([]);
      expect(await visitor.who(manager)).toBe("7");
    }
  });
});

describe.each(["memory", "sqlite"])("%s: late answers", (kind) => {
  const MOVES = {
    login: (session: Parameters<Parameters<Visitor["visit"]>[1]>[0]) => session.login("ada"),
    renew: (session: Parameters<Parameters<Visitor["visit"]>[1]>[0]) => session.renew(),
    logout: (session: Parameters<Parameters<Visitor["visit"]>[1]>[0]) => session.logout(),
  };
  test.each(Object.keys(MOVES) as (keyof typeof MOVES)[])(
    "C4: an answer with a touch due, after a %s, sends no cookie, and the third request is right",
    async (move) => {
      const time = new Time();
      const manager = makeManager(kind, time);
      const visitor = new Visitor(time);
      await visitor.visit(manager, (session) => (session.data["cart"] = 1));
      time.now += 8 * 86_400;
      const late = await visitor.begin(manager);
      await visitor.visit(manager, MOVES[move]);
      expect(await late.finish()).toEqual([]);
      for (const day of [0, 1, 6]) {
        time.now += day * 86_400 + 11;
        const seen = await visitor.visit(manager, ({ subject, data, rejection }) => [
          subject,
          data["cart"],
          rejection?.reason,
        ]);
        expect([day, seen]).toEqual([
          day,
          move === "logout" ? [undefined, undefined, undefined] : [move === "login" ? "ada" : undefined, 1, undefined],
        ]);
      }
      // An anonymous entry is saved as well: the browser is not stuck with a dead token.
      await visitor.visit(manager, (session) => (session.data["csrf"] = "x"));
      expect(await visitor.visit(manager, ({ data }) => data["csrf"])).toBe("x");
    },
  );

  test("C4: the first requests after a rotation of the key do not undo a login", async () => {
    const time = new Time();
    const old = generateSecretKey();
    const options = { ...KINDS[kind]!(time), clock: time.clock };
    const visitor = new Visitor(time);
    await visitor.visit(new SessionManager<Data>({ keys: old, ...options }), (session) => (session.data["cart"] = 1));
    const manager = new SessionManager<Data>({ keys: new KeyRing(generateSecretKey(), [old]), ...options });
    const late = await visitor.begin(manager);
    await visitor.visit(manager, (session) => session.login("ada"));
    expect(await late.finish()).toEqual([]);
    expect(await visitor.who(manager)).toBe("ada");
  });

  test("C4: a touch that meets a change of another request keeps that change, and moves the end", async () => {
    const time = new Time();
    const manager = makeManager(kind, time);
    const visitor = new Visitor(time);
    await visitor.visit(manager, (session) => (session.data["a"] = 1));
    time.now += 8 * 86_400;
    const late = await visitor.begin(manager);
    await visitor.visit(manager, (session) => (session.data["b"] = 2));
    expect(await late.finish()).toHaveLength(1);
    time.now += 8 * 86_400;
    expect(await visitor.visit(manager, ({ data }) => ({ ...data }))).toEqual({ a: 1, b: 2 });
  });

  test("C14: a logout that overtakes the answer of a login ends the session of that login", async () => {
    const time = new Time();
    const manager = makeManager(kind, time);
    const visitor = new Visitor(time);
    await visitor.visit(manager, (session) => (session.data["cart"] = 1));
    const login = await visitor.begin(manager);
    login.session.login("ada");
    const headers = await manager.commit(login.session);
    const token = headers.find(([name]) => name === "Set-Cookie")![1].split(";")[0]!;
    await visitor.visit(manager, (session) => session.logout());
    expect(visitor.setCookies).toHaveLength(1);
    expect((await manager.load(token)).subject).toBeUndefined();
    expect(await manager.list("ada")).toEqual([]);
  });

  test("C4: a request that shows the last message does not end what others save, or who logs in, meanwhile", async () => {
    for (const other of ["login", "write", "renew"] as const) {
      const time = new Time();
      const manager = makeManager(kind, time);
      const visitor = new Visitor(time);
      await visitor.visit(manager, (session) => session.flash("Welcome"));
      const late = await visitor.begin(manager);
      expect(late.session.flashes()).toHaveLength(1);
      await visitor.visit(manager, (session) => {
        if (other === "login") session.login("ada");
        else if (other === "write") session.data["cart"] = 1;
        else session.renew();
      });
      const lines = await late.finish();
      const seen = await visitor.visit(manager, (session) => [
        session.subject,
        session.data["cart"],
        session.flashes().length,
      ]);
      if (other === "login") expect([lines, seen]).toEqual([[], ["ada", undefined, 1]]);
      else if (other === "write") expect([lines, seen]).toEqual([[], [undefined, 1, 0]]);
      else expect(seen).toEqual([undefined, undefined, 0]);
    }
  });

  test("C4: a session whose entries are all undefined is emptied: it is removed, and the cookie expires", async () => {
    const time = new Time();
    const manager = makeManager(kind, time);
    const visitor = new Visitor(time);
    await visitor.visit(manager, (session) => (session.data["cart"] = 1));
    const pair = visitor.pair();
    await visitor.visit(manager, (session) => (session.data["cart"] = undefined));
    expect(visitor.browser.header("/")).toBe("");
    expect((await manager.load(pair)).rejection?.reason).toBe("unknown");
  });

  test("C4: what a request says of an emptied session is what became of it", async () => {
    const reports: string[] = [];
    const listen = (message: unknown): void => void reports.push((message as SessionCommitted).action);
    for (const [other, action] of [
      ["write", "save"],
      ["login", "none"],
      ["logout", "none"],
    ] as const) {
      const time = new Time();
      const manager = makeManager(kind, time);
      const visitor = new Visitor(time);
      await visitor.visit(manager, (session) => session.flash("Welcome"));
      const late = await visitor.begin(manager);
      late.session.flashes();
      await visitor.visit(manager, (session) => {
        if (other === "login") session.login("ada");
        else if (other === "logout") session.logout();
        else session.data["cart"] = 1;
      });
      subscribe(CHANNELS.sessionCommitted, listen);
      expect(await late.finish()).toEqual([]);
      unsubscribe(CHANNELS.sessionCommitted, listen);
      expect([other, reports.pop()]).toEqual([other, action]);
    }
  });

  test("S7: logins of one user that run at the same time leave one session, in whatever order the answers arrive", async () => {
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 2, 0],
    ]) {
      const time = new Time();
      const manager = makeManager(kind, time);
      const visitor = new Visitor(time);
      await visitor.visit(manager, (session) => (session.data["cart"] = 1));
      const all = await Promise.all([0, 1, 2].map(async () => await visitor.begin(manager)));
      all.forEach(({ session }, index) => (session.login("7"), (session.data[`from ${index}`] = true)));
      const answers = await Promise.all(all.map(async ({ session }) => await manager.commit(session)));
      for (const index of order) {
        const line = answers[index]!.find(([name]) => name === "Set-Cookie")![1];
        visitor.browser.take(line);
        expect(await visitor.who(manager)).toBe("7");
      }
      expect(await manager.list("7")).toHaveLength(1);
      expect(await visitor.visit(manager, ({ data }) => Object.keys(data).sort())).toEqual([
        "cart",
        "from 0",
        "from 1",
        "from 2",
      ]);
    }
  });

  test("S7: two users who log in with one old token at the same time have a session each", async () => {
    const time = new Time();
    const manager = makeManager(kind, time);
    const visitor = new Visitor(time);
    await visitor.visit(manager, (session) => (session.data["cart"] = 1));
    const both = await Promise.all(["7", "8"].map(async (user) => ({ user, ...(await visitor.begin(manager)) })));
    for (const { user, session } of both) session.login(user);
    for (const { user, finish } of both) {
      await finish();
      expect(await visitor.who(manager)).toBe(user);
    }
    expect([(await manager.list("7")).length, (await manager.list("8")).length]).toEqual([1, 1]);
  });
});

describe.each([sealed, signed, flask])("a cookie of %o from before the store", (format) => {
  const make = () => {
    const time = new Time();
    const keys = generateSecretKey();
    const before = new SessionManager<Data>({ keys, format: format(), clock: time.clock });
    const store = new MemoryStore({ clock: time.clock });
    const after = new SessionManager<Data>({ keys, store, fallbackFormats: [format()], clock: time.clock });
    return { time, before, after, visitor: new Visitor(time), thief: new Visitor(time) };
  };

  test("C8: a copy of it opens nothing after a logout, and after log out everywhere", async () => {
    for (const end of ["logout", "revokeAll"] as const) {
      const { time, before, after, visitor, thief } = make();
      await visitor.visit(before, (session) => session.login("ada"));
      thief.browser.take(`${visitor.pair()}; Path=/; Secure`);
      expect(await visitor.who(after)).toBe("ada");
      if (end === "logout") await visitor.visit(after, (session) => session.logout());
      else expect(await after.revokeAll("ada")).toBe(1);
      for (const wait of [0, 11, 61, 86_400, 20 * 86_400]) {
        time.now += wait;
        expect([wait, await thief.who(after)]).toEqual([wait, undefined]);
      }
      expect(await after.list("ada")).toEqual([]);
    }
  });

  test("C8: a logout with the old cookie itself ends it for every copy", async () => {
    const { before, after, visitor, thief } = make();
    await visitor.visit(before, (session) => session.login("ada"));
    thief.browser.take(`${visitor.pair()}; Path=/; Secure`);
    await visitor.visit(after, (session) => session.logout());
    expect(await visitor.who(after)).toBeUndefined();
    expect(await thief.who(after)).toBeUndefined();
  });

  test("C8: an answer that is lost locks nobody out: after a minute the old cookie counts as unknown", async () => {
    const { time, before, after, visitor } = make();
    await visitor.visit(before, (session) => session.login("ada"));
    const lost = await visitor.begin(after);
    await after.commit(lost.session);
    time.now += 61;
    expect(await visitor.who(after)).toBeUndefined();
    await visitor.visit(after, (session) => (session.data["csrf"] = "x"));
    expect(await visitor.visit(after, ({ data }) => data["csrf"])).toBe("x");
    await visitor.visit(after, (session) => session.login("ada"));
    expect(await visitor.who(after)).toBe("ada");
  });

  test("C8: anonymous visitors with equal cookies never share a session in the store", async () => {
    const { time, before, after } = make();
    const [ada, bob] = [new Visitor(time), new Visitor(time)];
    for (const visitor of [ada, bob]) await visitor.visit(before, (session) => (session.data["lang"] = "de"));
    await ada.visit(after, (session) => (session.data["address"] = "ada's"));
    expect(await bob.visit(after, ({ data }) => ({ ...data }))).toEqual({ lang: "de" });
    await bob.visit(after, (session) => (session.data["address"] = "bob's"));
    expect([
      await ada.visit(after, ({ data }) => data["address"]),
      await bob.visit(after, ({ data }) => data["address"]),
    ]).toEqual(["ada's", "bob's"]);
  });

  test("C8: requests that come together with the old cookie make one session and lose no change", async () => {
    const { before, after, visitor } = make();
    await visitor.visit(before, (session) => session.login("ada"));
    const all = await Promise.all([0, 1, 2].map(async () => await visitor.begin(after)));
    all.forEach(({ session }, index) => (session.data[`from ${index}`] = true));
    await Promise.all(all.map(async ({ finish }) => await finish()));
    expect(await visitor.visit(after, ({ subject, data }) => [subject, Object.keys(data).sort()])).toEqual([
      "ada",
      ["from 0", "from 1", "from 2"],
    ]);
    expect(await after.list("ada")).toHaveLength(1);
  });
});

test("C2: the same value in two scopes, after a logout, opens nothing in that browser", async () => {
  for (const kind of cookieKinds) {
    const { manager, victim } = await world(kind);
    victim.browser.take(`${victim.pair()}; Domain=example.com; Path=/; Secure`);
    await victim.visit(manager, (session) => session.logout());
    expect(await victim.who(manager)).toBeUndefined();
    expect(victim.browser.header("/")).toBe("");
  }
});
