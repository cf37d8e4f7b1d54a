import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { CHANNELS, type SessionEndReport } from "latchkey";
import { fromExpressStore } from "latchkey/stores/express-store";
import session from "express-session";
import { describe, expect, onTestFinished, test } from "vitest";
import { makeManager, Time, Visitor } from "./support.ts";

const INDEXED = ["memory", "sqlite"];
const IN_COOKIES = ["sealed", "signed", "flask"];

describe.each(INDEXED)("sessions with a tag (%s)", (kind) => {
  test("end by it, and no others", async () => {
    const ended: SessionEndReport[] = [];
    const listen = (message: unknown): void => void ended.push(message as SessionEndReport);
    subscribe(CHANNELS.sessionEnded, listen);
    onTestFinished(() => void unsubscribe(CHANNELS.sessionEnded, listen));
    const manager = makeManager(kind);
    const visitors = [1, 2, 3, 4, 5].map(() => new Visitor(manager));
    const logins = [
      ["7", "sid 1 '%_*"],
      ["7", "sid 1 '%_*"],
      ["7", "sid 2"],
      ["7", undefined],
      ["8", "sid 1 '%_*"],
    ] as const;
    for (const [index, [subject, tag]] of logins.entries())
      await visitors[index]!.visit((one) => one.login(subject, { tag }));
    expect(await manager.revokeByTag("sid 3")).toBe(0);
    expect(await manager.revokeByTag("sid 1 '%_*")).toBe(3);
    const left = await Promise.all(visitors.map(async (each) => await each.visit((one) => one.subject)));
    expect(left).toEqual([undefined, undefined, "7", "7", undefined]);
    expect(ended.map(({ subject, reason }) => [subject, reason])).toEqual([
      ["7", "revoked"],
      ["7", "revoked"],
      ["8", "revoked"],
    ]);
    expect(await manager.revokeByTag("sid 1 '%_*")).toBe(0);
  });

  test("keep it through changes, renewals and confirmations, and lose it with the next login", async () => {
    const manager = makeManager(kind);
    const visitor = new Visitor(manager);
    await visitor.visit((one) => one.login("7", { tag: "sid" }));
    await visitor.visit(({ data }) => void (data["cart"] = 1));
    await visitor.visit((one) => one.renew());
    await visitor.visit((one) => one.confirm());
    expect((await manager.list("7")).map(({ tag }) => tag)).toEqual(["sid"]);
    await visitor.visit((one) => one.login("7"));
    expect(await manager.revokeByTag("sid")).toBe(0);
    await visitor.visit((one) => one.login("7", { tag: "sid" }));
    expect(await manager.revokeByTag("sid")).toBe(1);
  });

  test("are found for as long as they can live, and whatever moves their end", async () => {
    const time = new Time();
    const manager = makeManager(kind, time, { lifetime: 1000, idleTimeout: 100 });
    const visitor = new Visitor(manager);
    await visitor.visit((one) => one.login("7", { tag: "sid" }));
    for (let step = 0; step < 12; step++) {
      time.now += 80;
      expect(await visitor.visit((one) => one.subject)).toBe("7");
    }
    expect(await manager.revokeByTag("sid")).toBe(1);
  });

  test("have no end of being found where the lifetime has none", async () => {
    const time = new Time();
    const manager = makeManager(kind, time, { lifetime: Infinity });
    const visitor = new Visitor(manager);
    await visitor.visit((one) => one.login("7", { tag: "sid" }));
    for (let days = 0; days < 400; days += 10) {
      time.now += 10 * 86_400;
      await visitor.visit((one) => one.subject);
    }
    expect(await manager.revokeByTag("sid")).toBe(1);
  });

  test("end although a request renews them at the same time", async () => {
    const manager = makeManager(kind);
    for (let round = 0; round < 50; round++) {
      const visitor = new Visitor(manager);
      await visitor.visit((one) => one.login("7", { tag: "sid" }));
      const thief = await manager.load(visitor.jar.header);
      thief.renew();
      const before = visitor.jar.header;
      const [, headers] = await Promise.all([manager.revokeByTag("sid"), manager.commit(thief)]);
      visitor.jar.take(headers.filter(([name]) => name === "Set-Cookie").map(([, line]) => line));
      for (const header of [before, visitor.jar.header]) expect((await manager.load(header)).subject).toBeUndefined();
    }
  });

  test("a tag of too many users is refused, because it belongs to no login", async () => {
    const manager = makeManager(kind);
    for (let user = 0; user < 100; user++)
      await new Visitor(manager).visit((one) => one.login(`user ${user}`, { tag: "web" }));
    const last = new Visitor(manager).visit((one) => one.login("one too many", { tag: "web" }));
    await expect(last).rejects.toMatchObject({ code: "session_invalid", message: expect.stringMatching(/tag.*Fix: /) });
    expect(await manager.revokeByTag("web")).toBe(100);
  });
});

describe("a tag without an index", () => {
  test.each(IN_COOKIES)("is in the cookie, for isRevoked (%s)", async (kind) => {
    const ended = new Set<string>();
    const asked: unknown[] = [];
    const manager = makeManager(kind, new Time(), {
      isRevoked: ({ tag }) => {
        asked.push(tag);
        return tag !== undefined && ended.has(tag);
      },
    });
    const visitor = new Visitor(manager);
    await visitor.visit((one) => one.login("7", { tag: "sid" }));
    await visitor.visit((one) => one.renew());
    expect(await visitor.visit((one) => one.subject)).toBe("7");
    ended.add("sid");
    expect(await visitor.visit((one) => [one.subject, one.rejection?.reason])).toEqual([undefined, "revoked"]);
    expect(new Set(asked)).toEqual(new Set(["sid"]));
    await expect(manager.revokeByTag("sid")).rejects.toMatchObject({
      code: "invalid_option",
      message: expect.stringMatching(/revokeByTag needs a store.*Fix: /),
    });
  });

  test("is saved in a store without an index, and revokeByTag says what it needs", async () => {
    const manager = makeManager("memory", new Time(), {
      store: fromExpressStore(new session.MemoryStore()),
      clock: () => Math.floor(Date.now() / 1000),
    });
    const visitor = new Visitor(manager);
    await visitor.visit((one) => one.login("7", { tag: "sid" }));
    expect(await visitor.visit((one) => one.subject)).toBe("7");
    await expect(manager.revokeByTag("sid")).rejects.toMatchObject({ code: "invalid_option" });
  });

  test.each(["", "a\0b", "x".repeat(513), 7, null, "\uD800"])("%j is no tag", async (tag) => {
    const manager = makeManager("memory");
    const one = await manager.load(undefined);
    const error = expect.objectContaining({
      code: "invalid_option",
      message: expect.stringMatching(/tag of .* Fix: /),
    });
    expect(() => one.login("7", { tag: tag as string })).toThrow(error);
    await expect(manager.revokeByTag(tag as string)).rejects.toThrow(error);
    expect(one.subject).toBeUndefined();
  });
});
