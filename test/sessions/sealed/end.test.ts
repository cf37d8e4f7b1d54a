import { sealed, SessionManager, type SessionManagerOptions } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { MemoryStore } from "latchkey/stores/memory";
import { expect, test } from "vitest";
import { deriveLocalKey } from "../../../src/keys/derive.ts";
import { SecretKey } from "../../../src/keys/secret-key.ts";
import { parsePaseto, PasetoKey } from "../../../src/sessions/cookie/formats/paseto.ts";
import { sealedAssertion } from "../../../src/sessions/cookie/formats/sealed-key.ts";
import { Time, Visitor, type Data } from "../support.ts";

const DAY = 86_400;
const keys = generateSecretKey();
const assertion = sealedAssertion("", "__Host-Http-session");
const key = new PasetoKey(deriveLocalKey(SecretKey.from(keys), assertion));
const managerOf = (time: Time, options: Partial<SessionManagerOptions<Data>> = {}): SessionManager<Data> =>
  new SessionManager<Data>({ keys, format: sealed(), clock: time.clock, ...options });
/** The end that any reader of PASETO sees, in Unix seconds. */
const endOf = (value: string): number =>
  Date.parse((JSON.parse(key.decrypt(parsePaseto(value)!).toString()) as { exp: string }).exp) / 1000;

test.each([
  ["the idle time", {}, 14 * DAY],
  ["the lifetime, where it is shorter", { lifetime: 3 * DAY }, 3 * DAY],
  ["the idle time of visitors who are not logged in", { anonymousIdleTimeout: 600 }, 600],
])("exp is the session's end by %s, to the second, for us and for others", async (_, options, seconds) => {
  const time = new Time();
  const visitor = new Visitor(managerOf(time, options));
  await visitor.visit((session) => (session.data["a"] = 1));
  expect(endOf(visitor.value)).toBe(time.now + seconds);
  for (const [later, reason] of [
    [seconds, undefined],
    [seconds + 1, "expired"],
  ] as const) {
    const then = new Time();
    then.now += later;
    expect((await managerOf(then, options).load(visitor.jar.header)).rejection?.reason).toBe(reason);
  }
});

test("a login and a visit move exp as they move the end", async () => {
  const time = new Time();
  const visitor = new Visitor(managerOf(time, { anonymousIdleTimeout: DAY, lifetime: 20 * DAY }));
  await visitor.visit((session) => (session.data["a"] = 1));
  await visitor.visit((session) => session.login("7"));
  expect(endOf(visitor.value)).toBe(time.now + 14 * DAY);
  time.now += 8 * DAY;
  await visitor.visit((session) => session.subject);
  expect(endOf(visitor.value)).toBe(time.now + 12 * DAY);
});

test("a token past its own exp is expired for us as well, although the lifetimes were raised since", async () => {
  const time = new Time();
  const before = new Visitor(managerOf(time));
  await before.visit((session) => session.login("7"));
  const raised = managerOf(time, { idleTimeout: 25 * DAY });
  time.now += 15 * DAY;
  for (const manager of [
    raised,
    raised,
    managerOf(time, {
      idleTimeout: 25 * DAY,
      format: undefined,
      store: new MemoryStore({ clock: time.clock }),
      fallbackFormats: [sealed()],
    }),
  ]) {
    const session = await manager.load(before.jar.header);
    expect([session.subject, session.rejection]).toEqual([
      undefined,
      { reason: "expired", explanation: expect.stringContaining("its own end was 1 d ago") as string },
    ]);
  }
});

test("a visitor who comes before that gets the new end at once, and is not logged out at the old one", async () => {
  const time = new Time();
  const visitor = new Visitor(managerOf(time));
  await visitor.visit((session) => session.login("7"));
  const raised = new Visitor(managerOf(time, { idleTimeout: 25 * DAY }));
  raised.jar.take(visitor.setCookies);
  time.now += DAY;
  await raised.visit((session) => session.subject);
  expect([raised.setCookies.length, endOf(raised.value)]).toEqual([1, time.now + 25 * DAY]);
  await raised.visit((session) => session.subject);
  expect(raised.setCookies).toEqual([]);
  // A server of the earlier settings leaves the later end alone, so the two do not write in turns.
  visitor.jar.take([`__Host-Http-session=${raised.value}; Path=/; Secure`]);
  expect(await visitor.visit((session) => session.subject)).toBe("7");
  expect(visitor.setCookies).toEqual([]);
  time.now += 20 * DAY;
  expect((await raised.manager.load(raised.jar.header)).subject).toBe("7");
});

test("an end beyond the year 9999 is the last second of it, and is not written anew at each visit", async () => {
  const time = new Time();
  const visitor = new Visitor(managerOf(time, { lifetime: Infinity, idleTimeout: Number.MAX_SAFE_INTEGER }));
  await visitor.visit((session) => (session.data["a"] = 1));
  expect(endOf(visitor.value)).toBe(253_402_300_799);
  time.now += 30 * DAY;
  expect(await visitor.visit((session) => session.data)).toEqual({ a: 1 });
  expect(visitor.setCookies).toEqual([]);
});
