import { Worker } from "node:worker_threads";
import { type Session, type SessionManager } from "latchkey";
import { describe, expect, onTestFinished, test } from "vitest";
import { outcomeOf } from "../attacks/visitor.ts";
import { Visitor } from "./edges/support.ts";
import { KINDS, makeManager, Time, type Data } from "./support.ts";

const STORE_KINDS = ["memory", "sqlite"] as const;
const SECRET = "lk1_uV9yB2nQm4XsTzR7wKfLh0JdPc3GaEo6iNbYx8Ztv5D4yKn6";

/** Two servers with one store and one key, as two processes have them. */
function twoServers(kind: (typeof STORE_KINDS)[number], time: Time): [SessionManager<Data>, SessionManager<Data>] {
  const { store } = KINDS[kind]!(time);
  return [makeManager(kind, time, { keys: SECRET, store }), makeManager(kind, time, { keys: SECRET, store })];
}

/**
 * A visitor's two requests at the same time: both have loaded the session before either is
 * answered. The first to be answered wins.
 */
async function race(
  visitor: Visitor,
  [one, two]: readonly SessionManager<Data>[],
  first: (session: Session<Data>) => unknown,
  second: (session: Session<Data>) => unknown,
): Promise<void> {
  const [winner, loser] = [await visitor.begin(one!), await visitor.begin(two!)];
  first(winner.session);
  second(loser.session);
  await winner.finish();
  await loser.finish();
}

describe("what a session's requests do at the same time", () => {
  test.each(STORE_KINDS)(
    "T2: with %s, a login that meets a renewal made elsewhere sends its cookie, and logs in",
    async (kind) => {
      const time = new Time();
      const servers = twoServers(kind, time);
      const visitor = new Visitor(time);
      await visitor.visit(servers[0], (session) => (session.data["cart"] = ["a-1"]));
      const planted = visitor.pair();
      await race(
        visitor,
        servers,
        (session) => session.renew(),
        (session) => session.login("7"),
      );
      expect(visitor.setCookies).toHaveLength(1);
      expect(visitor.pair()).not.toBe(planted);
      for (const server of servers) {
        expect(await visitor.visit(server, (session) => [session.subject, session.data["cart"]])).toEqual([
          "7",
          ["a-1"],
        ]);
      }
    },
  );

  test.each(STORE_KINDS)(
    "T3: with %s, an entry that the request deletes which loses the race stays deleted",
    async (kind) => {
      const time = new Time();
      const servers = twoServers(kind, time);
      const visitor = new Visitor(time);
      await visitor.visit(
        servers[0],
        (session) => (session.login("7"), Object.assign(session.data, { isAdmin: true, clicks: 1 })),
      );
      await race(
        visitor,
        servers,
        (session) => (session.data["clicks"] = 2),
        (session) => delete session.data["isAdmin"],
      );
      for (const server of servers)
        expect(await visitor.visit(server, (session) => ({ ...session.data }))).toEqual({ clicks: 2 });
    },
  );

  test.each(STORE_KINDS)(
    "T4: with %s, 'remember me' of the request that loses is kept when its changes are merged",
    async (kind) => {
      const time = new Time();
      for (const wanted of [true, false]) {
        const servers = twoServers(kind, time);
        const visitor = new Visitor(time);
        await visitor.visit(servers[0], (session) => (session.login("7"), (session.persistent = !wanted)));
        await race(
          visitor,
          servers,
          (session) => (session.data["clicks"] = 1),
          (session) => (session.persistent = wanted),
        );
        for (const server of servers) {
          expect(await visitor.visit(server, (session) => [session.persistent, session.data["clicks"]])).toEqual([
            wanted,
            1,
          ]);
        }
      }
    },
  );

  test.each(STORE_KINDS)(
    "T4: with %s, the answer that wins with 'remember me' is not undone by a merge",
    async (kind) => {
      const time = new Time();
      for (const wanted of [true, false]) {
        const servers = twoServers(kind, time);
        const visitor = new Visitor(time);
        await visitor.visit(servers[0], (session) => (session.login("7"), (session.persistent = !wanted)));
        await race(
          visitor,
          servers,
          (session) => (session.persistent = wanted),
          (session) => (session.data["clicks"] = 1),
        );
        for (const server of servers) {
          expect(await visitor.visit(server, (session) => [session.persistent, session.data["clicks"]])).toEqual([
            wanted,
            1,
          ]);
        }
        // What the browser is told by the next cookie that goes out.
        await visitor.visit(servers[1], (session) => session.renew());
        expect(/; Max-Age=\d+/.test(visitor.setCookies[0]!)).toBe(wanted);
      }
    },
  );
});

describe.each(["sealed", "signed", ...STORE_KINDS])("the end of a session, %s", (kind) => {
  test("T13: a login begins the absolute lifetime anew, and nothing else does", async () => {
    const time = new Time();
    const manager = makeManager(kind, time, { lifetime: 1000, idleTimeout: 1000, anonymousIdleTimeout: 1000 });
    const visitor = new Visitor(time);
    await visitor.visit(manager, (session) => (session.data["cart"] = 1));
    time.now += 800;
    await visitor.visit(manager, (session) => session.login("7"));
    time.now += 150;
    await visitor.visit(manager, (session) => (session.renew(), (session.data["cart"] = 2)));
    expect(await visitor.who(manager)).toBe("7");
    // More than a lifetime after the session began, and within that of the last login.
    time.now += 450;
    expect(await visitor.who(manager)).toBe("7");
    time.now += 400;
    expect(await visitor.who(manager)).toBe("7");
    time.now += 1;
    expect(await visitor.who(manager)).toBeUndefined();
  });
});

describe("lines that do nothing are gone", () => {
  test("T16: what is put into a session after a logout has another id; in a cookie that holds it, at once", async () => {
    for (const kind of ["sealed", "signed", ...STORE_KINDS]) {
      const time = new Time();
      const manager = makeManager(kind, time);
      const visitor = new Visitor(time);
      await visitor.visit(manager, (session) => session.login("7"));
      const before = await visitor.visit(manager, (session) => session.id);
      expect(before).toBeTypeOf("string");
      await visitor.visit(manager, (session) => {
        session.logout();
        if (kind === "sealed" || kind === "signed") expect(session.id).not.toBe(before);
        session.data["theme"] = "dark";
      });
      expect(await visitor.visit(manager, (session) => session.id)).not.toBe(before);
    }
  });
});

describe("what is remembered of verified cookies", () => {
  // A loop that does not end cannot be stopped from within its thread, so it runs in another one.
  test("T1: entries leave when their characters go beyond the bound, and adding comes to an end", async () => {
    const [texts, ring] = [
      new URL("../../src/sessions/cookie/verified-cookie-cache.ts", import.meta.url),
      new URL("../../src/keys/key-ring.ts", import.meta.url),
    ];
    const program = `
      import { parentPort } from "node:worker_threads";
      import { VerifiedCookieCache } from ${JSON.stringify(texts.href)};
      import { KeyRing } from ${JSON.stringify(ring.href)};
      const keys = new KeyRing(${JSON.stringify(SECRET)}), verified = new VerifiedCookieCache(keys), key = keys.current;
      const known = () => Array.from({ length: 30 }, (_, index) => index).filter((index) => verified.get("text " + index) !== undefined);
      const seen = [];
      for (let index = 0; index < 30; index++) {
        verified.add("text " + index, key, index, 240_000);
        seen.push(known().length);
      }
      const last = known();
      verified.add("as large as all", key, 0, 999_000);
      seen.push(known().length);
      verified.add("larger than all", key, 0, 1_000_000);
      parentPort.postMessage({ seen, last, whole: verified.get("as large as all") !== undefined, over: verified.get("larger than all") !== undefined });
    `;
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(program)}`));
    onTestFinished(async () => void (await worker.terminate()));
    const answer = await new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
    expect(answer).toEqual({
      seen: [1, 2, 3, ...Array.from({ length: 27 }, () => 4), 0],
      last: [26, 27, 28, 29],
      whole: true,
      over: false,
    });
  });
});

describe("the helpers of the attack tests", () => {
  type Headers = Awaited<ReturnType<SessionManager<Data>["commit"]>>;

  /** A manager whose answers say more, or less, than they should. */
  function harmful(kind: string, change: (headers: Headers, session: Session<Data>) => Headers): SessionManager<Data> {
    const manager = makeManager(kind, new Time(), { keys: SECRET, cookie: { name: "sid" } });
    const commit = async (session: Session<Data>): Promise<Headers> => change(await manager.commit(session), session);
    return {
      load: async (...given: Parameters<typeof manager.load>) => await manager.load(...given),
      commit,
    } as SessionManager<Data>;
  }
  const expiry = ["Set-Cookie", "sid=; Max-Age=0; Path=/; Secure"] as const;
  const planted = ["Set-Cookie", "sid=666; Path=/; Secure"] as const;

  test("T15: a cookie that is refused rightly, and expired or replaced by the answer, makes an attack test fail", async () => {
    for (const kind of ["sealed", "memory"]) {
      for (const more of [expiry, planted]) {
        const manager = harmful(kind, (headers, { rejection }) =>
          rejection === undefined ? headers : [...headers, more],
        );
        await expect(outcomeOf(manager, "sid=bad")).rejects.toThrow(/that is malformed has led to/);
      }
      expect(
        await outcomeOf(
          harmful(kind, (headers) => headers),
          "sid=bad",
        ),
      ).toBe("malformed");
    }
  });

  test("T15: two sessions that open for nobody, and an answer that expires the visitor's own, make an attack test fail", async () => {
    for (const kind of ["sealed", "memory"]) {
      const [one, two] = [new Visitor(new Time()), new Visitor(new Time())];
      const manager = harmful(kind, (headers, { rejection }) =>
        rejection?.reason === "duplicate" ? [...headers, expiry] : headers,
      );
      for (const visitor of [one, two]) await visitor.visit(manager, (session) => session.login("7"));
      await expect(outcomeOf(manager, `${one.pair()}; ${two.pair()}`)).rejects.toThrow(
        /opens nothing after the answer to a cookie that is duplicate/,
      );
    }
  });

  test("T15: a refused cookie that takes the good one beside it with it makes an attack test fail", async () => {
    const manager = makeManager("sealed", new Time(), { keys: SECRET, cookie: { name: "sid" } });
    const load = async (header: string, facts: Parameters<typeof manager.load>[1]): Promise<Session<Data>> =>
      await manager.load(header.includes("sid=bad") ? "sid=bad" : header, facts);
    const blind = {
      load,
      commit: async (session: Session<Data>) => await manager.commit(session),
    } as SessionManager<Data>;
    await expect(outcomeOf(blind, "sid=bad")).rejects.toThrow(/opens nothing beside a cookie that is malformed/);
  });
});
