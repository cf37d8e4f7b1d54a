import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import {
  InvalidOptionError,
  sealed,
  SessionManager,
  unixNow,
  type SessionEnded,
  type SessionManagerOptions,
} from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { MemoryStore } from "latchkey/stores/memory";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { makeManager, Time, Visitor, type Data } from "./support.ts";

const DAY = 86_400;
const keys = generateSecretKey();

/** The machine's clock, which a test may fake. */
class RealTime extends Time {
  override readonly clock = unixNow;
}

/** What the listener of a socket has heard. */
class Socket {
  readonly heard: SessionEnded[] = [];
  readonly listener = (ended: SessionEnded): void => void this.heard.push(ended);
  stop: () => void = () => undefined;

  get reasons(): string[] {
    return this.heard.map(({ reason }) => reason);
  }
}

// One that listens on would ask its store in the middle of another test.
const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.stop();
});

function visitorOf(options: Partial<SessionManagerOptions<Data>> = {}): Visitor {
  return new Visitor(new SessionManager<Data>({ keys, ...options }));
}

async function login(visitor: Visitor, subject: string = "ada"): Promise<void> {
  await visitor.visit((session) => session.login(subject));
}

/** A socket of a visitor, by a handshake without a response: the session is never committed. */
async function connect(visitor: Visitor, manager: SessionManager<Data> = visitor.manager): Promise<Socket> {
  const socket = new Socket();
  socket.stop = manager.onEnd(await manager.load(visitor.jar.header), socket.listener);
  sockets.push(socket);
  return socket;
}

const ENDS: Readonly<Record<string, readonly [reason: string, end: (visitor: Visitor) => Promise<unknown>]>> = {
  "logout()": ["logout", async (visitor) => await visitor.visit((session) => session.logout())],
  "destroy()": ["logout", async (visitor) => await visitor.visit((session) => session.destroy())],
  "a login of another user": ["login", async (visitor) => await login(visitor, "grace")],
  "a second login of the same user": ["login", async (visitor) => await login(visitor)],
};
const REVOCATIONS: typeof ENDS = {
  "revoke()": [
    "revoked",
    async (visitor) => {
      const id = await visitor.visit((session) => session.id);
      if (id !== undefined) await visitor.manager.revoke(id);
    },
  ],
  "revokeAll()": ["revoked", async ({ manager }) => await manager.revokeAll("ada")],
};

describe.each(["memory", "sqlite", "sealed", "signed"])("manager.onEnd of a session in %s", (kind) => {
  const open = (): Visitor => new Visitor(makeManager(kind, new RealTime()));
  const ends = kind === "memory" || kind === "sqlite" ? { ...ENDS, ...REVOCATIONS } : ENDS;

  test.each(Object.entries(ends))("tells once of %s in this process", async (_, [reason, end]) => {
    const visitor = open();
    await login(visitor);
    const socket = await connect(visitor);
    const { id } = await visitor.visit(({ id }) => ({ id }));
    await end(visitor);
    await expect.poll(() => socket.heard).toHaveLength(1);
    expect(socket.heard).toEqual([{ reason, at: expect.any(Number), id, subject: "ada" }]);
    await end(visitor);
    expect(socket.heard).toHaveLength(1);
  });

  test("tells of an anonymous session that was emptied", async () => {
    const visitor = open();
    await visitor.visit(({ data }) => void (data["cart"] = 1));
    const socket = await connect(visitor);
    await visitor.visit(({ data }) => void delete data["cart"]);
    expect(socket.heard).toMatchObject([{ reason: "emptied", subject: undefined }]);
  });

  test("follows the session through renewals, and hears nothing of changes", async () => {
    const visitor = open();
    await login(visitor);
    const first = await connect(visitor);
    for (let renewal = 0; renewal < 12; renewal++) {
      await visitor.visit((session) => session.renew());
      await visitor.visit(({ data }) => void (data["renewal"] = renewal));
    }
    const second = await connect(visitor);
    expect([first.heard, second.heard]).toEqual([[], []]);
    const id = await visitor.visit((session) => session.id);
    await visitor.visit((session) => session.logout());
    expect(first.heard).toEqual([{ reason: "logout", at: expect.any(Number), id, subject: "ada" }]);
    expect(second.heard).toEqual(first.heard);
  });

  test("leaves the other sessions of the user alone", async () => {
    const [one, other] = [open(), open()];
    await login(one);
    const second = new Visitor(one.manager);
    await login(second);
    await login(other);
    const sockets = [await connect(one), await connect(second), await connect(other)];
    await one.visit((session) => session.logout());
    expect(sockets.map(({ reasons }) => reasons)).toEqual([["logout"], [], []]);
  });

  test("calls all who listen, each once, whatever one of them throws", async () => {
    const warnings: string[] = [];
    const note = (warning: Error & { readonly code?: string }): void => {
      if (warning.code === "LATCHKEY_SESSION_END") warnings.push(warning.message);
    };
    process.on("warning", note);
    onTestFinished(() => void process.off("warning", note));
    const visitor = open();
    await login(visitor);
    const { manager } = visitor;
    const before = await connect(visitor);
    const session = await manager.load(visitor.jar.header);
    manager.onEnd(session, () => {
      throw new Error("the socket is broken");
    });
    manager.onEnd(session, async () => await Promise.reject(new Error("the stream is broken")));
    const stopped = await connect(visitor);
    stopped.stop();
    stopped.stop();
    const twice = new Socket();
    for (let time = 0; time < 2; time++) manager.onEnd(session, twice.listener);
    await visitor.visit((own) => own.logout());
    expect([before, stopped, twice].map(({ reasons }) => reasons)).toEqual([["logout"], [], ["logout", "logout"]]);
    await expect.poll(() => warnings).toHaveLength(2);
    expect(warnings.toSorted()).toEqual([
      expect.stringContaining("A listener given to manager.onEnd failed"),
      expect.stringContaining("the stream is broken"),
    ]);
  });

  test("lets a listener stop another one, and listen anew", async () => {
    const visitor = open();
    await login(visitor);
    const heard: string[] = [];
    const session = await visitor.manager.load(visitor.jar.header);
    let stopSecond = (): void => undefined;
    visitor.manager.onEnd(session, () => {
      heard.push("first");
      stopSecond();
    });
    stopSecond = visitor.manager.onEnd(session, () => heard.push("second"));
    await visitor.visit((own) => own.logout());
    expect(heard).toEqual(["first"]);
  });
});

describe("manager.onEnd", () => {
  test("refuses what is no function, and a session of another manager", async () => {
    const [one, other] = [visitorOf(), visitorOf()];
    const session = await one.manager.load(undefined);
    expect(() => one.manager.onEnd(session, "close" as never)).toThrow(/second argument\. It got a string\. Fix: /);
    expect(() => other.manager.onEnd(session, () => undefined)).toThrow(InvalidOptionError);
  });

  test("calls at once, in a microtask, where the session had ended before it came", async () => {
    const visitor = visitorOf({ store: new MemoryStore() });
    await login(visitor);
    const stolen = visitor.jar.header;
    await visitor.visit((session) => session.logout());
    const socket = new Socket();
    const session = await visitor.manager.load(stolen);
    visitor.manager.onEnd(session, socket.listener);
    expect(socket.heard).toEqual([]);
    await Promise.resolve();
    expect(socket.reasons).toEqual(["gone"]);
    visitor.manager.onEnd(session, socket.listener)();
    await Promise.resolve();
    expect(socket.heard).toHaveLength(1);
  });

  test.each(["memory", "sealed"])("tells of a logout that was committed before, in %s", async (kind) => {
    const visitor = new Visitor(makeManager(kind, new RealTime()));
    await login(visitor);
    const session = await visitor.manager.load(visitor.jar.header);
    session.logout();
    await visitor.manager.commit(session);
    const socket = new Socket();
    visitor.manager.onEnd(session, socket.listener);
    await Promise.resolve();
    expect(socket.heard).toMatchObject([{ reason: "logout", subject: "ada" }]);
  });

  test("hears of an end between the handshake and the call", async () => {
    const visitor = visitorOf({ store: new MemoryStore() });
    await login(visitor);
    const session = await visitor.manager.load(visitor.jar.header);
    await visitor.manager.revokeAll("ada");
    const socket = new Socket();
    visitor.manager.onEnd(session, socket.listener);
    await expect.poll(() => socket.reasons).toEqual(["gone"]);
  });

  test("never calls for a visitor without a session, or with a forged one", async () => {
    const store = new MemoryStore();
    const visitor = visitorOf({ store });
    const socket = new Socket();
    for (const header of [undefined, "__Host-Http-session=forged", `__Host-Http-session=${"x".repeat(90)}`])
      visitor.manager.onEnd(await visitor.manager.load(header), socket.listener)();
    const fresh = await visitor.manager.load(undefined);
    visitor.manager.onEnd(fresh, socket.listener);
    fresh.login("ada");
    fresh.logout();
    await visitor.manager.commit(fresh);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(socket.heard).toEqual([]);
  });

  test("marks the answer as one that depends on the cookie", async () => {
    const visitor = visitorOf();
    await login(visitor);
    await visitor.visit((session) => visitor.manager.onEnd(session, () => undefined)());
    expect(visitor.headers).toContainEqual(["Vary", "Cookie"]);
  });

  test("spares the session that revokeAll excepts, also after it was renewed", async () => {
    const store = new MemoryStore();
    const [here, there] = [visitorOf({ store }), visitorOf({ store })];
    await login(here);
    await login(there);
    const [stays, ends] = [await connect(here), await connect(there)];
    const except = await here.visit((session) => session.id);
    await here.visit((session) => session.renew());
    expect(await here.manager.revokeAll("ada", { except })).toBe(1);
    await expect.poll(() => ends.reasons).toEqual(["revoked"]);
    expect(stays.heard).toEqual([]);
  });

  test("hears in one manager what ends in another one on the same store", async () => {
    const store = new MemoryStore();
    const [visitor, other] = [visitorOf({ store }), visitorOf({ store })];
    await login(visitor);
    const socket = await connect(visitor);
    other.jar.take(visitor.setCookies);
    await other.visit((session) => session.renew());
    await other.visit((session) => session.logout());
    await expect.poll(() => socket.reasons).toEqual(["logout"]);
  });

  test("asks validFrom and isRevoked when it begins to listen, for sessions in cookies too", async () => {
    for (const kind of ["sealed", "signed", "flask", "memory"]) {
      let from: number | undefined;
      let isRevoked = false;
      const visitor = new Visitor(
        makeManager(kind, new RealTime(), {
          validFrom: () => from,
          isRevoked: () => isRevoked,
        }),
      );
      await login(visitor);
      const session = await visitor.manager.load(visitor.jar.header);
      const [first, second] = [new Socket(), new Socket()];
      isRevoked = true;
      visitor.manager.onEnd(session, first.listener);
      await expect.poll(() => first.reasons).toEqual(["revoked"]);
      isRevoked = false;
      from = Math.floor(Date.now() / 1000) + 10;
      visitor.manager.onEnd(session, second.listener);
      await expect.poll(() => second.reasons).toEqual(["revoked"]);
    }
  });

  test("follows a cookie of before the store into the store", async () => {
    const old = visitorOf();
    const visitor = visitorOf({ store: new MemoryStore(), fallbackFormats: [sealed()] });
    await login(old);
    visitor.jar.take(old.setCookies);
    const socket = await connect(visitor);
    await visitor.visit(({ data }) => void (data["moved"] = true));
    expect(await visitor.visit((session) => session.subject)).toBe("ada");
    await visitor.visit((session) => session.logout());
    expect(socket.reasons).toEqual(["logout"]);
  });

  test("keeps nothing of a listener that has stopped, or was called", { timeout: 300_000 }, async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const visitor = visitorOf({ store: new MemoryStore() });
    const references: WeakRef<object>[] = [];
    const listen = async (): Promise<() => void> => {
      const socket = { name: "a socket with its buffers" };
      references.push(new WeakRef(socket));
      return visitor.manager.onEnd(await visitor.manager.load(visitor.jar.header), () => socket.name);
    };
    await login(visitor);
    const stop = await listen();
    stop();
    await listen();
    await visitor.visit((session) => session.logout());
    await expect
      .poll(() => {
        collect();
        return references.map((reference) => reference.deref() === undefined);
      })
      .toEqual([true, true]);
  });
});

describe("manager.onEnd at the end of a session's time", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] }));
  afterEach(() => void vi.useRealTimers());
  const pass = async (seconds: number): Promise<unknown> => await vi.advanceTimersByTimeAsync(seconds * 1000);

  test.each([
    ["memory", 2000],
    ["sqlite", 2000],
    // Longer than the 24.8 days that a timer of Node can have.
    ["sealed", 40 * DAY],
    ["signed", 40 * DAY],
    ["flask", 40 * DAY],
  ] as const)("tells of the idle end, in %s", async (kind, idleTimeout) => {
    const visitor = new Visitor(makeManager(kind, new RealTime(), { lifetime: 100 * DAY, idleTimeout }));
    await login(visitor);
    const socket = await connect(visitor);
    await pass(idleTimeout - 2);
    expect(socket.heard).toEqual([]);
    await pass(4);
    expect(socket.reasons).toEqual(["expired"]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test.each(["memory", "sqlite", "sealed", "signed"])(
    "tells of the absolute end, whatever visits there were, in %s",
    async (kind) => {
      const visitor = new Visitor(makeManager(kind, new RealTime(), { lifetime: 4000, idleTimeout: 1500 }));
      await login(visitor);
      const socket = await connect(visitor);
      for (let visit = 1; visit < 4; visit++) {
        await pass(1000);
        expect(await visitor.visit((session) => session.subject)).toBe("ada");
      }
      await pass(998);
      expect(socket.heard).toEqual([]);
      await pass(4);
      expect(socket.reasons).toEqual(["expired"]);
    },
  );

  test.each([
    ["a user's session, within a second", true],
    ["an anonymous one, within a hundredth of the idle time", false],
  ] as const)("survives visits by way of another process: %s", async (_, isUser) => {
    // A second manager that does not pass messages on is as far away as another process.
    const inner = new MemoryStore();
    const plain = (): ConstructorParameters<typeof SessionManager>[0]["store"] =>
      new Proxy(inner, {
        get: (store, name) => {
          if (name === "listen" || name === "announce") return undefined;
          const value: unknown = Reflect.get(store, name);
          return typeof value === "function" ? (value as () => unknown).bind(store) : value;
        },
      });
    const options = { idleTimeout: 1000, lifetime: 10_000 };
    const [visitor, elsewhere] = [visitorOf({ ...options, store: plain() }), visitorOf({ ...options, store: plain() })];
    await visitor.visit((session) => (isUser ? session.login("ada") : (session.data["cart"] = 1)));
    elsewhere.jar.take(visitor.setCookies);
    const socket = await connect(visitor);
    for (let visit = 0; visit < 3; visit++) {
      await pass(900);
      expect(await elsewhere.visit((session) => session.isNew)).toBe(false);
    }
    await pass(998);
    expect(socket.heard).toEqual([]);
    await pass(isUser ? 4 : 14);
    expect(socket.reasons).toEqual(["expired"]);
  });

  test("follows a renewal by another process that nobody told of, and hears its end in 30 seconds", async () => {
    const inner = new MemoryStore();
    const plain = (): NonNullable<SessionManagerOptions<Data>["store"]> => ({
      get: async (id) => await inner.get(id),
      set: async (...args) => await inner.set(...args),
      delete: async (id) => await inner.delete(id),
    });
    const [visitor, elsewhere] = [visitorOf({ store: plain() }), visitorOf({ store: plain() })];
    await login(visitor);
    elsewhere.jar.take(visitor.setCookies);
    const socket = await connect(visitor);
    for (let renewal = 0; renewal < 5; renewal++) {
      await elsewhere.visit((session) => session.renew());
      await pass(40);
    }
    expect(socket.heard).toEqual([]);
    await elsewhere.visit((session) => session.logout());
    await pass(31);
    expect(socket.heard).toMatchObject([{ reason: "gone", subject: "ada" }]);
  });

  test("asks validFrom again every 30 seconds, for a session in its cookie", async () => {
    let from: number | undefined;
    const visitor = visitorOf({ validFrom: () => from });
    await login(visitor);
    const socket = await connect(visitor);
    await pass(100);
    expect(socket.heard).toEqual([]);
    from = Math.floor(Date.now() / 1000) + 1;
    await pass(31);
    expect(socket.reasons).toEqual(["revoked"]);
  });

  test("goes on while the store is away, and tells when it is back", async () => {
    const inner = new MemoryStore();
    let isAway = false;
    const answer = async <Value>(ask: () => Promise<Value>): Promise<Value> =>
      isAway ? await Promise.reject(new Error("the database is away")) : await ask();
    const visitor = visitorOf({
      store: {
        get: async (id) => await answer(async () => await inner.get(id)),
        set: async (...args) => await answer(async () => await inner.set(...args)),
        delete: async (id) => await answer(async () => await inner.delete(id)),
      },
    });
    await login(visitor);
    const id = await visitor.visit((session) => session.id);
    const socket = await connect(visitor);
    isAway = true;
    await inner.delete(id!);
    await pass(120);
    expect(socket.heard).toEqual([]);
    isAway = false;
    await pass(31);
    expect(socket.reasons).toEqual(["gone"]);
  });

  test("waits a moment for the reason, where the store is asked before the message comes", async () => {
    let missed = (): void => {};
    class Slow extends MemoryStore {
      override async announce(message: string): Promise<void> {
        await new Promise((resolve) => setTimeout(resolve, 100));
        await super.announce(message);
      }
      override listen(listener: Parameters<MemoryStore["listen"]>[0]): ReturnType<MemoryStore["listen"]> {
        missed = listener.missed;
        return super.listen(listener);
      }
    }
    const store = new Slow();
    const [visitor, elsewhere] = [visitorOf({ store }), visitorOf({ store })];
    await login(visitor);
    elsewhere.jar.take(visitor.setCookies);
    const socket = await connect(visitor);
    await pass(5);
    const logout = elsewhere.visit((session) => session.logout());
    await pass(0.05);
    missed();
    await pass(0.04);
    expect(socket.heard).toEqual([]);
    await pass(1);
    await logout;
    expect(socket.reasons).toEqual(["logout"]);
  });

  test.each([
    ["a moment", 0.3, 0.5],
    ["ten seconds", 10, 10],
  ])("asks again when messages are back %s before the store is", async (_, away, patience) => {
    let isAway = false;
    let missed = (): void => {};
    class Cut extends MemoryStore {
      override async get(id: string): Promise<string | undefined> {
        return isAway ? await Promise.reject(new Error("the database is away")) : await super.get(id);
      }
      override listen(listener: Parameters<MemoryStore["listen"]>[0]): ReturnType<MemoryStore["listen"]> {
        ({ missed } = listener);
        return super.listen(listener);
      }
    }
    const store = new Cut();
    const visitor = visitorOf({ store });
    await login(visitor);
    const id = await visitor.visit((session) => session.id);
    const socket = await connect(visitor);
    await pass(5);
    isAway = true;
    // It ended while no message came.
    await store.delete(id!);
    missed();
    await pass(away);
    expect(socket.heard).toEqual([]);
    isAway = false;
    await pass(patience);
    expect(socket.reasons).toEqual(["gone"]);
  });

  test(
    "10,000 sessions have one timer and one subscription, and leave nothing behind",
    { timeout: 300_000 },
    async () => {
      let subscriptions = 0;
      class Counting extends MemoryStore {
        override async listen(...args: Parameters<MemoryStore["listen"]>): ReturnType<MemoryStore["listen"]> {
          const stop = await super.listen(...args);
          subscriptions++;
          return async () => {
            subscriptions--;
            await stop();
          };
        }
      }
      const store = new Counting({ maxSessions: 20_000 });
      const manager = new SessionManager<Data>({ keys, store });
      for (let number = 0; number < 10_000; number++) {
        const visitor = new Visitor(manager);
        await login(visitor, `user ${number % 100}`);
        await connect(visitor);
      }
      await pass(5);
      expect([vi.getTimerCount(), subscriptions]).toEqual([1, 1]);
      await pass(600);
      expect([vi.getTimerCount(), subscriptions]).toEqual([1, 1]);
      await manager.revokeAll("user 7");
      await pass(1);
      expect(sockets.filter(({ heard }) => heard.length > 0)).toHaveLength(100);
      for (const socket of sockets) socket.stop();
      await pass(1);
      expect([vi.getTimerCount(), subscriptions]).toEqual([0, 0]);
      await pass(3600);
      expect(vi.getTimerCount()).toBe(0);
    },
  );
});
