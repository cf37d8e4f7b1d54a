import { setTimeout as sleep } from "node:timers/promises";
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from "express";
import expressSession, { MemoryStore as ExpressMemoryStore } from "express-session";
import { SessionManager, type SessionStore } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { session, sessionOf } from "latchkey/express";
import { expect, test } from "vitest";
import { SharedCache } from "./shared-cache.ts";
import { answerErrors, serve, Visitor, PLACES } from "./support.ts";

interface Data {
  user: string;
  seen: string;
}

const make = (store?: SessionStore): SessionManager<Data> =>
  new SessionManager<Data>({ keys: generateSecretKey(), store });

test.each(PLACES)(
  "pain 13, headers are sent, and the session is not (auth0/express-openid-connect#835): a stream, with a session %s",
  async (_, store) => {
    const manager = make(store());
    const late: unknown[] = [];
    const tooLate = (...changes: readonly (() => unknown)[]): void => {
      for (const change of changes) {
        try {
          late.push(change());
        } catch (error) {
          late.push(error);
        }
      }
    };
    const app = express().use(session(manager));
    app.get("/events", async (request, response) => {
      const current = sessionOf(manager, request);
      current.data.user = "ada";
      response.setHeader("Content-Type", "text/event-stream");
      response.flushHeaders();
      // At once, while a store is still being asked, and later on.
      const changes = [
        (): unknown => (current.data.seen = "hello"),
        () => current.logout(),
        () => current.login("eve"),
      ];
      tooLate(...changes);
      response.write("data: hello\n\n");
      await sleep(10);
      tooLate(...changes);
      response.end("data: bye\n\n");
    });
    app.get("/me", (request, response) =>
      response.json([sessionOf(manager, request).subject ?? null, sessionOf(manager, request).data]),
    );
    const visitor = new Visitor(await serve(app));
    expect(await visitor.read("/events")).toBe("data: hello\n\ndata: bye\n\n");
    // What was there at the first byte is saved. What came later is an error, and its stack names
    // the line.
    expect(JSON.parse(await visitor.read("/me"))).toEqual([null, { user: "ada" }]);
    expect(late).toEqual(
      Array.from({ length: 6 }, () => expect.objectContaining({ code: "session_closed" }) as unknown),
    );
    for (const error of late) expect((error as Error).stack).toContain("answers.test.ts");
  },
);

test("pain 13, headers are sent, and the session is not (auth0/express-openid-connect#835): the same in express-session", async () => {
  const app = express().use(
    expressSession({ secret: "a secret of this test", resave: false, saveUninitialized: false }),
  );
  app.get("/events", (request, response) => {
    response.write("data: hello\n\n");
    Object.assign(request.session, { user: "ada" });
    response.end("data: bye\n\n");
  });
  app.get("/me", (request, response) => response.send((request.session as unknown as Partial<Data>).user ?? "nobody"));
  const visitor = new Visitor(await serve(app));
  expect((await visitor.visit("/events")).status).toBe(200);
  expect(await visitor.read("/me")).toBe("nobody");
});

test("pain 13, headers are sent, and the session is not (expressjs/session#499): the store fails when the answer is on its way", async () => {
  const down = new Error("the database is away");
  /** What the visitor gets, and what the error page finds. */
  const login = async (middleware: RequestHandler, change: RequestHandler) => {
    const headersSent: boolean[] = [];
    const note: ErrorRequestHandler = (error, _request, response, next) => {
      headersSent.push(response.headersSent);
      next(error);
    };
    const app: Express = express().set("env", "test");
    app.use(middleware).get("/login", change, (_, response) => response.json({ status: "success" }));
    const answer = await new Visitor(await serve(app.use(note, answerErrors))).visit("/login");
    return {
      status: answer.status,
      body: await answer.text(),
      cookies: answer.headers.getSetCookie().length,
      headersSent,
    };
  };

  const failing = new ExpressMemoryStore();
  failing.set = (_id, _session, callback) => callback?.(down);
  const peer = expressSession({
    secret: "a secret of this test",
    store: failing,
    resave: false,
    saveUninitialized: false,
  });
  const theirs = await login(peer, (request, _response, next) => {
    Object.assign(request.session, { user: "ada" });
    next();
  });
  // The visitor sees a success, but the store has nothing.
  expect(theirs).toMatchObject({ status: 200, body: '{"status":"success"}', cookies: 1, headersSent: [true] });

  const store: SessionStore = {
    get: async () => undefined,
    set: async () => await Promise.reject(down),
    delete: async () => undefined,
  };
  const manager = make(store);
  const ours = await login(session(manager), (request, _response, next) => {
    sessionOf(manager, request).login("ada");
    next();
  });
  expect(ours).toEqual({
    status: 500,
    body: expect.stringMatching(/^store_failed: /),
    cookies: 0,
    headersSent: [false],
  });
});

test("pain 21, a shared cache serves one user's page to another (expressjs/session#362)", async () => {
  /**
   * Ada, Grace and a visitor without a session ask a cache for the same page, which may be cached
   * for a minute.
   */
  const greet = async (
    middleware: RequestHandler,
    login: RequestHandler,
    nameOf: (request: express.Request) => string | undefined,
  ) => {
    const app = express().set("etag", false).use(middleware);
    app.get("/login/:name", login, (_, response) => response.set("Cache-Control", "no-store").end());
    app.get("/", (request, response) =>
      response.set("Cache-Control", "public, max-age=60").send(`Hello ${nameOf(request) ?? "stranger"}`),
    );
    app.get("/visit/:name", login, (_, response) =>
      response.set("Cache-Control", "public, max-age=60").send("welcome"),
    );
    const cache = await serve(new SharedCache(await serve(app)).listener);
    const [ada, grace, stranger] = [new Visitor(cache), new Visitor(cache), new Visitor(cache)];
    await ada.visit("/login/ada");
    await grace.visit("/login/grace");
    const pages = [await ada.read("/"), await grace.read("/"), await stranger.read("/")];
    // An answer that sets a cookie, out of the cache: which visitor's session is it?
    const [first, second] = [new Visitor(cache), new Visitor(cache)];
    await first.visit("/visit/first");
    await second.visit("/visit/first");
    return { pages, sharesCookie: first.jar.header === second.jar.header };
  };

  const peer = expressSession({ secret: "a secret of this test", resave: false, saveUninitialized: false });
  const theirs = await greet(
    peer,
    (request, _response, next) => {
      Object.assign(request.session, { user: request.params["name"] });
      next();
    },
    (request) => (request.session as unknown as Partial<Data>).user,
  );
  expect(theirs).toEqual({ pages: ["Hello ada", "Hello ada", "Hello ada"], sharesCookie: true });

  const manager = make();
  const ours = await greet(
    session(manager),
    (request, _response, next) => {
      sessionOf(manager, request).data.user = String(request.params["name"]);
      next();
    },
    (request) => sessionOf(manager, request).data.user,
  );
  expect(ours).toEqual({ pages: ["Hello ada", "Hello grace", "Hello stranger"], sharesCookie: false });
});
