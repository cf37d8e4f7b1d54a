import { flask, sealed, SessionManager, signed, type RevocableSession } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { describe, expect, test } from "vitest";
import { Visitor } from "../sessions/edges/support.ts";
import { KINDS, makeManager, Time, type Data } from "../sessions/support.ts";

/*
 * SECURITY.md and docs/sessions.md say what is not promised, format by format. A limit that is gone
 * should leave the pages too.
 */

const kinds = Object.keys(KINDS);
const isInCookie = (kind: string): boolean => ["sealed", "signed", "flask"].includes(kind);

describe.each(kinds)("%s: what a logout promises", (kind) => {
  test("a copy of the cookie, and a request that was running", async () => {
    const time = new Time();
    const manager = makeManager(kind, time);
    const [visitor, thief] = [new Visitor(time), new Visitor(time)];
    await visitor.visit(manager, (session) => session.login("7"));
    thief.browser.take(`${visitor.pair()}; Path=/; Secure`);
    const slow = await visitor.begin(manager);
    slow.session.data["a"] = 1;
    await visitor.visit(manager, (session) => session.logout());
    await slow.finish();
    const seen = [await thief.who(manager), await visitor.who(manager)];
    expect(seen).toEqual(isInCookie(kind) ? ["7", "7"] : [undefined, undefined]);
  });

  test("the old cookie after a new login", async () => {
    const time = new Time();
    const manager = makeManager(kind, time);
    const [visitor, thief] = [new Visitor(time), new Visitor(time)];
    await visitor.visit(manager, (session) => session.login("7"));
    thief.browser.take(`${visitor.pair()}; Path=/; Secure`);
    time.now += 1;
    await visitor.visit(manager, (session) => session.login("7"));
    expect(await thief.who(manager)).toBe(isInCookie(kind) ? "7" : undefined);
  });
});

describe.each(kinds)("%s: a planted cookie without a name with __Host-", (kind) => {
  test("is accepted in a browser that holds no session of its own", async () => {
    const time = new Time();
    const manager = makeManager(kind, time, { cookie: { name: "sid" } });
    const [visitor, attacker] = [new Visitor(time), new Visitor(time)];
    await attacker.visit(manager, (session) => session.login("attacker"));
    visitor.browser.take(`${attacker.pair()}; Domain=example.com; Path=/`, "sibling");
    expect(await visitor.who(manager)).toBe("attacker");
  });

  test("goes with a logout where it is partitioned", async () => {
    const time = new Time();
    const manager = makeManager(kind, time, { cookie: { name: "sid" } });
    const [visitor, attacker] = [new Visitor(time), new Visitor(time)];
    await visitor.visit(manager, (session) => session.login("7"));
    await attacker.visit(manager, (session) => session.login("attacker"));
    visitor.browser.take(`${attacker.pair()}; Path=/; Secure; Partitioned`, "script");
    await visitor.visit(manager, (session) => session.logout());
    expect(visitor.browser.header("/")).toBe("");
  });
});

test.each([
  { format: sealed, refused: true },
  { format: signed, refused: true },
  { format: flask, refused: false },
])(
  "isRevoked by id refuses what a slow request brings back after a logout: $format.name, $refused",
  async ({ format, refused }) => {
    const time = new Time();
    const ended = new Set<string>();
    const isRevoked = ({ id }: RevocableSession): boolean => id !== undefined && ended.has(id);
    const manager = new SessionManager<Data>({
      keys: generateSecretKey(),
      format: format(),
      clock: time.clock,
      isRevoked,
    });
    const visitor = new Visitor(time);
    await visitor.visit(manager, (session) => session.login("7"));
    const slow = await visitor.begin(manager);
    slow.session.data["a"] = 1;
    await visitor.visit(manager, (session) => {
      if (session.id !== undefined) ended.add(session.id);
      session.logout();
    });
    await slow.finish();
    expect(await visitor.who(manager)).toBe(refused ? undefined : "7");
  },
);

test.each([
  { format: sealed, refused: true },
  { format: signed, refused: true },
  { format: flask, refused: false },
])(
  "validFrom refuses what a slow request sends after that moment: $format.name, $refused",
  async ({ format, refused }) => {
    const time = new Time();
    let from: number | undefined;
    const manager = new SessionManager<Data>({
      keys: generateSecretKey(),
      format: format(),
      clock: time.clock,
      validFrom: () => from,
    });
    const visitor = new Visitor(time);
    await visitor.visit(manager, (session) => session.login("7"));
    time.now += 10;
    const slow = await visitor.begin(manager);
    slow.session.data["a"] = 1;
    from = time.now;
    time.now += 1;
    await slow.finish();
    expect(await visitor.who(manager)).toBe(refused ? undefined : "7");
  },
);
