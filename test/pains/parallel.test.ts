import { setTimeout as sleep } from "node:timers/promises";
import { RedisStore as ConnectRedis } from "connect-redis";
import express, { type Request, type RequestHandler } from "express";
import expressSession, { MemoryStore as ExpressMemoryStore, type Store } from "express-session";
import { SessionManager, type SessionStore } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { session, sessionOf } from "latchkey/express";
import { MemoryStore } from "latchkey/stores/memory";
import { RedisStore } from "latchkey/stores/redis";
import { expect, test } from "vitest";
import { redisPrograms } from "../support/services.ts";
import { Checkpoint, meetingOf, serve, useRedis, Visitor } from "./support.ts";

interface Data {
  user: string;
  file1: string;
  file2: string;
  files: Record<string, string>;
}

/** What the application of these tests needs of a session library. */
interface Library {
  readonly middleware: RequestHandler;
  readonly entries: (request: Request) => Partial<Data>;
  readonly logout: (request: Request) => Promise<void>;
}

const redis = useRedis();

/** express-session, with the flags that its documentation recommends. */
function peer(store: Store = new ConnectRedis({ client: redis().client })): Library {
  return {
    middleware: expressSession({
      secret: "a secret of this test alone",
      store,
      resave: false,
      saveUninitialized: false,
    }),
    entries: (request) => request.session as unknown as Partial<Data>,
    logout: async (request) => await new Promise((resolve) => void request.session.destroy(() => resolve())),
  };
}

function latchkey(store: SessionStore = new RedisStore(redis().client)): Library {
  const manager = new SessionManager<Data>({ keys: generateSecretKey(), store });
  return {
    middleware: session(manager),
    entries: (request) => sessionOf(manager, request).data,
    logout: async (request) => sessionOf(manager, request).logout(),
  };
}

test.skipIf(redisPrograms === undefined)(
  "pain 1, of two requests at once, one loses what it saved (expressjs/session#606)",
  async () => {
    const uploadTwoAtOnce = async ({ middleware, entries }: Library): Promise<unknown> => {
      const bothHaveLoaded = meetingOf(2);
      const app = express().use(middleware);
      app.get("/begin", (request, response) => {
        entries(request).user = "7";
        response.end();
      });
      app.get("/upload/:name", async (request, response) => {
        await bothHaveLoaded();
        entries(request)[request.params.name as "file1" | "file2"] = "kept";
        response.end();
      });
      app.get("/files", (request, response) =>
        response.json(Object.keys(entries(request)).filter((key) => key.startsWith("file"))),
      );
      const visitor = new Visitor(await serve(app));
      await visitor.visit("/begin");
      await Promise.all([visitor.visit("/upload/file1"), visitor.visit("/upload/file2")]);
      return JSON.parse(await visitor.read("/files"));
    };
    expect(await uploadTwoAtOnce(peer())).toHaveLength(1);
    expect(await uploadTwoAtOnce(latchkey())).toEqual(expect.arrayContaining(["file1", "file2"]));
  },
);

test.skipIf(redisPrograms === undefined)(
  "pain 1, of two requests at once, one loses what it saved (expressjs/session#606): deep inside of one entry, `update` keeps both",
  async () => {
    const keys = generateSecretKey();
    const allHaveLoaded = meetingOf(20);
    /** One of two processes behind a load balancer: they share the key and the store. */
    const serveOne = async (): Promise<string> => {
      const manager = new SessionManager<Data>({ keys, store: new RedisStore(redis().client) });
      const app = express().use(session(manager));
      app.get("/begin", (request, response) => {
        sessionOf(manager, request).data.files = {};
        response.end();
      });
      app.get("/upload/:name", async (request, response) => {
        const current = sessionOf(manager, request);
        await allHaveLoaded();
        current.update((data) => void ((data.files ??= {})[request.params.name] = "kept"));
        response.end();
      });
      app.get("/files", (request, response) => response.json(sessionOf(manager, request).data.files));
      return await serve(app);
    };
    const [one, other] = [new Visitor(await serveOne()), new Visitor(await serveOne())];
    await one.visit("/begin");
    other.jar.take([one.jar.header!]);
    const both = (number: number): Visitor => (number % 2 === 0 ? one : other);
    await Promise.all(Array.from({ length: 20 }, async (_, number) => await both(number).visit(`/upload/${number}`)));
    expect(Object.keys(JSON.parse(await one.read("/files")) as object)).toHaveLength(20);
  },
);

test.skipIf(redisPrograms === undefined)(
  "pain 2, a slow request undoes the logout (expressjs/session#632)",
  async () => {
    const logOutMeanwhile = async ({ middleware, entries, logout }: Library): Promise<string> => {
      const slow = new Checkpoint();
      const app = express().use(middleware);
      app.get("/login", (request, response) => {
        entries(request).user = "ada";
        response.end();
      });
      app.get("/slow", async (request, response) => {
        entries(request).file1 = "looked at";
        await slow.pass();
        response.end();
      });
      app.get("/logout", async (request, response) => {
        await logout(request);
        response.end();
      });
      app.get("/me", (request, response) => response.send(entries(request).user ?? "nobody"));
      const visitor = new Visitor(await serve(app));
      await visitor.visit("/login");
      const thief = visitor.copy();
      const running = visitor.visit("/slow");
      await slow.arrived;
      await visitor.visit("/logout");
      slow.open();
      await running;
      // A client with the cookie from before the logout: another tab, or a thief.
      return await thief.read("/me");
    };
    expect(await logOutMeanwhile(peer())).toBe("ada");
    expect(await logOutMeanwhile(latchkey())).toBe("nobody");
  },
);

test("pain 3, a redirect arrives before the store has the data (expressjs/session#360)", async () => {
  /**
   * What the page behind the redirect shows to a browser that goes there as soon as it has the
   * headers.
   */
  const loginAndFollow = async ({ middleware, entries }: Library): Promise<string> => {
    const app = express().use(middleware);
    app.get("/login", (request, response) => {
      entries(request).user = "ada";
      response.redirect("/me");
    });
    app.get("/me", (request, response) => response.send(entries(request).user ?? "nobody"));
    const address = await serve(app);
    // Resolves with the headers; the body is not waited for.
    const redirect = await fetch(`${address}/login`, { redirect: "manual" });
    const visitor = new Visitor(address);
    visitor.jar.take(redirect.headers.getSetCookie());
    return await visitor.read(redirect.headers.get("Location")!);
  };

  // A store that has not answered before the next page was shown.
  const pageWasShown = Promise.withResolvers<void>();
  const slow = new ExpressMemoryStore();
  const set = slow.set.bind(slow);
  slow.set = (...args) => void pageWasShown.promise.then(() => set(...args));
  expect(await loginAndFollow(peer(slow))).toBe("nobody");
  pageWasShown.resolve();

  // A store as slow as they come: the redirect waits for it.
  const inner = new MemoryStore();
  const answered: string[] = [];
  const late: SessionStore = {
    get: async (id) => await inner.get(id),
    set: async (...args) => {
      await sleep(200);
      answered.push("set");
      return await inner.set(...args);
    },
    delete: async (id) => await inner.delete(id),
  };
  expect(await loginAndFollow(latchkey(late))).toBe("ada");
  expect(answered).toEqual(["set"]);
});
