import { RedisStore as ConnectRedis } from "connect-redis";
import express, { type Express } from "express";
import expressSession, { MemoryStore as ExpressMemoryStore } from "express-session";
import { SessionManager, type SessionManagerOptions } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { session, sessionOf } from "latchkey/express";
import { fromExpressStore } from "latchkey/stores/express-store";
import { MemoryStore } from "latchkey/stores/memory";
import { RedisStore } from "latchkey/stores/redis";
import { expect, onTestFinished, test } from "vitest";
import { redisPrograms } from "../support/services.ts";
import { answerErrors, closeRedis, openRedis, serve, useRedis, Visitor } from "./support.ts";

interface Data {
  user: string;
  visits: number;
}

const redis = useRedis();

const make = (options: Partial<SessionManagerOptions<Data>>): SessionManager<Data> =>
  new SessionManager<Data>({ keys: generateSecretKey(), ...options });

/** An application that counts visits, and says who has come. */
function counting(manager: SessionManager<Data>): Express {
  const app = express().use(session(manager));
  app.get("/login", (request, response) => {
    sessionOf(manager, request).login("ada");
    response.redirect("/me");
  });
  app.get("/visit", (request, response) => {
    const { data } = sessionOf(manager, request);
    response.send(String((data.visits = (data.visits ?? 0) + 1)));
  });
  app.get("/me", (request, response) => response.send(sessionOf(manager, request).subject ?? "nobody"));
  app.get("/logout", (request, response) => {
    sessionOf(manager, request).logout();
    response.send("bye");
  });
  return app.use(answerErrors);
}

test("pain 7, the memory store leaks, and goes into production (expressjs/session#284)", async () => {
  const theirs = new ExpressMemoryStore();
  const app = express().use(
    expressSession({ secret: "a secret of this test", store: theirs, resave: true, saveUninitialized: true }),
  );
  const crawled = await serve(app.get("/", (_, response) => response.send("hello")));
  for (let crawler = 0; crawler < 30; crawler++) await new Visitor(crawled).visit("/");
  const kept = await new Promise<object>((resolve) => theirs.all((_, sessions) => resolve(sessions ?? {})));
  expect(Object.keys(kept)).toHaveLength(30);

  // Without a store there is nothing that could leak: the session travels in the cookie.
  const time = { now: 1_800_000_000 };
  const clock = (): number => time.now;
  const store = new MemoryStore({ maxSessions: 20, clock });
  const manager = make({ store, clock });
  const address = await serve(counting(manager));
  const first = new Visitor(address);
  await first.visit("/visit");
  for (let crawler = 0; crawler < 30; crawler++) {
    await new Visitor(address).visit("/login");
    // A visitor who comes often stays, however many others come.
    expect(await first.read("/visit")).toBe(String(crawler + 2));
  }
  expect(await manager.list("ada")).toHaveLength(19);
  time.now += 31 * 86_400;
  expect([await store.deleteExpired(), await store.deleteExpired()]).toEqual([20, 0]);
  expect(() => new MemoryStore({ mode: "production" })).toThrow("not for production");
});

test.skipIf(redisPrograms === undefined)(
  "pain 9, callbacks, and no promise to wait for (expressjs/session#607)",
  async () => {
    // A store that was written with callbacks, on a Redis, awaited like everything else.
    const manager = make({ store: fromExpressStore(new ConnectRedis({ client: redis().client, prefix: "pain9:" })) });
    const loaded = await manager.load(undefined);
    loaded.data.visits = 1;
    const [[, setCookie] = ["", ""]] = await manager.commit(loaded);
    expect((await manager.load(setCookie.split(";")[0])).data).toEqual({ visits: 1 });

    // What throws behind a callback arrives where it is awaited.
    const broken = new ExpressMemoryStore();
    broken.set = (_id, _session, callback) => void setImmediate(() => callback?.(new Error("the disk is full")));
    const failing = make({ store: fromExpressStore(broken) });
    const other = await failing.load(undefined);
    other.data.visits = 1;
    await expect(failing.commit(other)).rejects.toMatchObject({
      code: "store_failed",
      cause: { message: "the disk is full" },
    });

    // Middleware that was written for callbacks still gets them.
    const app = express().use(session(manager));
    app.get("/old", (request, response, next) => {
      const { session: old } = request as unknown as {
        session: Data & { save(done: (error?: unknown) => void): void };
      };
      old.user = "ada";
      old.save((error) => (error === undefined ? response.redirect("/who") : next(error)));
    });
    app.get("/who", (request, response) => response.send(sessionOf(manager, request).data.user ?? "nobody"));
    const visitor = new Visitor(await serve(app));
    await visitor.visit("/old");
    expect(await visitor.read("/who")).toBe("ada");
  },
);

test.skipIf(redisPrograms === undefined)(
  "pain 14, Redis is down, and there is no session, or no answer (tj/connect-redis#72)",
  async () => {
    const peerStore = new ExpressMemoryStore();
    const peer = express()
      .set("env", "test")
      .use(expressSession({ secret: "a secret", store: peerStore, resave: false, saveUninitialized: false }));
    const theirs = new Visitor(
      await serve(peer.get("/me", (request, response) => response.send(typeof request.session))),
    );
    // What its stores tell it when the connection breaks.
    peerStore.emit("disconnect");
    expect(await theirs.read("/me")).toBe("undefined");

    // One of its own, that may be killed and knows its sessions again.
    const mortal = await openRedis({ always: true });
    onTestFinished(async () => await closeRedis(mortal));
    const { server, client } = mortal;
    const store = new RedisStore(client);
    const keys = generateSecretKey();
    const [strict, lenient, hasty] = [
      make({ keys, store }),
      make({ keys, store, onStoreFailure: "anonymous" }),
      make({ keys, store, storeTimeout: 1 }),
    ];
    const visitor = new Visitor(await serve(counting(strict)));
    await visitor.visit("/login");
    const guest = new Visitor(await serve(counting(lenient)));
    guest.jar.take([visitor.jar.header!]);
    const waiting = new Visitor(await serve(counting(hasty)));
    waiting.jar.take([visitor.jar.header!]);
    expect([await visitor.read("/me"), await guest.read("/me"), await waiting.read("/me")]).toEqual([
      "ada",
      "ada",
      "ada",
    ]);

    // A Redis that holds the connection and says nothing: the wait ends.
    server.signal("SIGSTOP");
    expect(await waiting.read("/me")).toMatch(/^store_failed: The session store has not answered within 1 s/);
    server.signal("SIGCONT");

    await server.kill();
    const refused = await visitor.visit("/me");
    expect([refused.status, await refused.text()]).toEqual([
      500,
      expect.stringMatching(/^store_failed: The session store failed while/),
    ]);
    expect(refused.headers.getSetCookie()).toEqual([]);
    // The other policy: pages for everybody go on, what must not come to nothing does not, and the
    // cookie stays.
    expect(await guest.read("/me")).toBe("nobody");
    expect((await guest.visit("/visit")).headers.getSetCookie()).toEqual([]);
    for (const path of ["/login", "/logout"]) expect(await guest.read(path)).toMatch(/^store_failed: /);

    await server.start();
    await expect.poll(async () => await visitor.read("/me")).toBe("ada");
    expect(await guest.read("/me")).toBe("ada");
  },
);

test.skipIf(redisPrograms === undefined)(
  "pain 28, anyone who reads the store has every visitor's session id (jdesboeufs/connect-mongo#107)",
  async () => {
    const { client } = redis();
    /** All that a backup of the database holds. */
    const dump = async (): Promise<string> => {
      const parts: unknown[] = [];
      for (const key of await client.keys("*")) {
        const kind = await client.type(key);
        parts.push(
          key,
          kind === "hash"
            ? await client.hGetAll(key)
            : kind === "zset"
              ? await client.zRange(key, 0, -1)
              : await client.get(key),
        );
      }
      return JSON.stringify(parts);
    };
    await client.flushAll();
    const peer = express().use(
      expressSession({
        secret: "a secret",
        store: new ConnectRedis({ client }),
        resave: false,
        saveUninitialized: false,
      }),
    );
    peer.get("/login", (request, response) => {
      Object.assign(request.session, { user: "ada" });
      response.end();
    });
    const theirs = new Visitor(await serve(peer));
    await theirs.visit("/login");
    const [, id = ""] = /=s:([^.]+)\./.exec(decodeURIComponent(theirs.jar.header!))!;
    expect(id).toHaveLength(32);
    expect(await dump()).toContain(id);

    await client.flushAll();
    const manager = make({ store: new RedisStore(client) });
    const address = await serve(counting(manager));
    const visitor = new Visitor(address);
    await visitor.visit("/login");
    await visitor.visit("/visit");
    const [, token = ""] = /=([^.]+)\./.exec(visitor.jar.header!)!;
    expect(token).toHaveLength(43);
    const stolen = await dump();
    expect(stolen).toContain("ada");
    expect(stolen).not.toContain(token);
    // Nothing of what stands there opens the session, whatever is made of it.
    const [{ id: listed } = { id: "" }] = await manager.list("ada");
    expect(stolen).toContain(listed);
    const thief = new Visitor(address);
    for (const value of [listed, visitor.jar.header!.split("=")[1]!.replace(token, listed)]) {
      thief.jar.take([`session=${value}`]);
      expect(await thief.read("/me")).toBe("nobody");
    }
  },
);
