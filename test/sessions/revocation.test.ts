import { setTimeout as sleep } from "node:timers/promises";
import { InvalidOptionError, type RevocableSession, type SessionManagerOptions } from "latchkey";
import { describe, expect, test } from "vitest";
import { KINDS, makeManager, Time, Visitor, type Data } from "./support.ts";

type Hooks = Pick<SessionManagerOptions<Data>, "validFrom" | "isRevoked" | "onStoreFailure" | "storeTimeout">;

/** Somebody logged in, whose manager asks these. */
async function loggedIn(
  kind: string,
  hooks: Hooks,
): Promise<{ visitor: Visitor; time: Time; reason: () => Promise<string | undefined> }> {
  const time = new Time();
  const visitor = new Visitor(makeManager(kind, time, hooks));
  await visitor.visit((session) => session.login("7"));
  return { visitor, time, reason: async () => (await visitor.manager.load(visitor.jar.header)).rejection?.reason };
}

describe.each(Object.keys(KINDS))("a session, %s,", (kind) => {
  test.each([
    ["at once", (from: number | undefined) => from],
    ["later", async (from: number | undefined) => await sleep(1, from)],
  ])("ends when validFrom says %s that the user's sessions count from a later moment", async (_, answer) => {
    let from: number | undefined;
    const asked: string[] = [];
    const { visitor, time, reason } = await loggedIn(kind, {
      validFrom: (subject) => (asked.push(subject), answer(from)),
    });
    expect(await reason()).toBeUndefined();
    time.now += 10;
    // What began in the very second counts: the visitor who changes the password logs in again at
    // once.
    from = time.now - 10;
    expect(await reason()).toBeUndefined();
    from = time.now;
    expect(await reason()).toBe("revoked");
    await visitor.visit((session) => session.login("7"));
    expect(await reason()).toBeUndefined();
    expect(new Set(asked)).toEqual(new Set(["7"]));
  });

  test("goes on when validFrom knows nothing of the user, and is not asked about nobody", async () => {
    const { reason } = await loggedIn(kind, { validFrom: () => null });
    expect(await reason()).toBeUndefined();
    const refuse = (): never => {
      throw new Error("asked");
    };
    const visitor = new Visitor(makeManager(kind, new Time(), { validFrom: refuse }));
    await visitor.visit((session) => (session.data["a"] = 1));
    expect(await visitor.visit((session) => session.data)).toEqual({ a: 1 });
  });

  test.each([
    ["validFrom fails", { validFrom: () => Promise.reject(new Error("canary: away")) }],
    ["validFrom throws", { validFrom: () => throwing() }],
    ["isRevoked fails", { isRevoked: () => Promise.reject(new Error("canary: away")) }],
    ["isRevoked throws", { isRevoked: () => throwing() }],
    [
      "isRevoked throws, and validFrom fails as well",
      { isRevoked: () => throwing(), validFrom: () => Promise.reject(new Error("canary: away")) },
    ],
  ] satisfies [string, Hooks][])(
    "is neither refused nor let in when %s: the request fails as with a broken store",
    async (_, hooks) => {
      const { visitor } = await loggedIn(kind, hooks);
      const error: unknown = await visitor.manager.load(visitor.jar.header).catch((caught: unknown) => caught);
      expect(error).toMatchObject({ code: "store_failed", cause: { message: "canary: away" } });
      expect((error as Error).message).not.toContain("canary");

      const lenient = await loggedIn(kind, { ...hooks, onStoreFailure: "anonymous" });
      expect(await lenient.reason()).toBe("store_failed");
      await lenient.visitor.visit((session) => session.data);
      expect(lenient.visitor.setCookies).toEqual([]);
    },
  );

  test("is waited for no longer than storeTimeout", async () => {
    const { visitor } = await loggedIn(kind, { isRevoked: () => new Promise(() => undefined), storeTimeout: 0.05 });
    await expect(visitor.manager.load(visitor.jar.header)).rejects.toMatchObject({
      code: "store_failed",
      message: expect.stringContaining("0.05 s") as string,
    });
  });

  test("with a validFrom that gives a Date is a clear error, and no session for everybody or nobody", async () => {
    const { visitor } = await loggedIn(kind, { validFrom: () => new Date(0) as unknown as number });
    await expect(visitor.manager.load(visitor.jar.header)).rejects.toThrow(/validFrom must return Unix seconds/);
  });

  test("comes in twice: the one that was ended is no obstacle to the other", async () => {
    const ended = new Set<number>();
    const { visitor, time } = await loggedIn(kind, { isRevoked: ({ createdAt }) => ended.has(createdAt) });
    const first = visitor.jar.header!;
    ended.add(time.now);
    time.now += 10;
    await visitor.visit((session) => session.login("7"));
    expect((await visitor.manager.load(`${first}; ${visitor.jar.header}`)).subject).toBe("7");
  });
});

describe.each(Object.keys(KINDS).filter((kind) => kind !== "flask"))("the id of a session, %s,", (kind) => {
  test("is what a deny list knows it by", async () => {
    const ended = new Set<string>();
    const seen: RevocableSession[] = [];
    const { visitor, time, reason } = await loggedIn(kind, {
      isRevoked: async (session) => await sleep(1, (seen.push(session), ended.has(session.id ?? ""))),
    });
    const { id } = await visitor.manager.load(visitor.jar.header);
    expect(seen).toEqual([{ id, subject: "7", createdAt: time.now, lastSeenAt: time.now }]);
    ended.add(id!);
    expect(await reason()).toBe("revoked");
  });

  test("C9: stays while the session is written, touched and renewed, and changes with login and logout", async () => {
    const time = new Time();
    const visitor = new Visitor(makeManager(kind, time));
    const idAfter = async (
      handle: (session: Parameters<Parameters<Visitor["visit"]>[0]>[0]) => unknown,
    ): Promise<string> => {
      await visitor.visit(handle);
      return (await visitor.manager.load(visitor.jar.header)).id!;
    };
    const begun = await idAfter((session) => (session.data["a"] = 1));
    expect(begun).toMatch(/^[A-Za-z0-9_-]{16,43}$/);
    expect(await idAfter((session) => (session.data["a"] = 2))).toBe(begun);
    time.now += 8 * 86_400;
    expect(await idAfter((session) => session.data)).toBe(begun);
    expect(visitor.setCookies).toHaveLength(1);
    const loggedIn = await idAfter((session) => session.login("7"));
    // A thief who renews a session must not take it out of a deny list.
    const renewed = await idAfter((session) => session.renew());
    expect(renewed === loggedIn).toBe(KINDS[kind]!(time).store === undefined);
    const after = await idAfter((session) => (session.logout(), session.flash("Goodbye.")));
    expect(new Set([begun, loggedIn, after]).size).toBe(3);
  });
});

test("a hook that is no function is refused at once", () => {
  for (const hooks of [{ validFrom: 7 }, { isRevoked: true }] as unknown as Hooks[])
    expect(() => makeManager("sealed", new Time(), hooks)).toThrow(InvalidOptionError);
});

test("with neither hook, a cookie is not opened before somebody looks", async () => {
  const visitor = new Visitor(makeManager("sealed"));
  await visitor.visit((session) => (session.data["a"] = 1));
  await visitor.visit(() => undefined);
  expect(visitor.headers).toEqual([]);
});

function throwing(): never {
  throw new Error("canary: away");
}
