import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import express, { type RequestHandler } from "express";
import expressSession, { type Store } from "express-session";
import Fastify, { type onRequestHookHandler } from "fastify";
import { Hono, type MiddlewareHandler } from "hono";
import { sealData } from "iron-session";
import type { SessionManager } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import * as onExpress from "latchkey/express";
import * as onFastify from "latchkey/fastify";
import * as onHono from "latchkey/hono";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { CookieJar } from "../support/cookies.ts";
import { programsOf } from "../support/docs/pages.ts";
import { runProgram } from "../support/docs/run-program.ts";

interface Shop {
  cart: string[];
}

/** What the program of a page on moving exports. */
interface Exports<BringOver> {
  readonly manager: SessionManager<Shop>;
  readonly bringOver: BringOver;
}

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

beforeAll(() => {
  vi.stubEnv("SECRET_KEY", generateSecretKey());
  vi.stubEnv("OLD_SESSION_SECRET", "an old secret of the programs themselves");
  vi.stubEnv("OLD_SESSION_KEY", "an old secret of the programs themselves");
  vi.stubEnv("IRON_PASSWORD", "an old password of the programs themselves");
});

async function programOf<BringOver>(page: string): Promise<Exports<BringOver>> {
  const programs = programsOf(`docs/${page}.md`);
  expect(programs).toHaveLength(1);
  return (await runProgram(programs[0]!)) as unknown as Exports<BringOver>;
}

/** A browser that holds these cookies: what the page says to it, and what it holds afterwards. */
async function visit(server: Server, jar: CookieJar): Promise<unknown> {
  const { port } = server.address() as AddressInfo;
  const answer = await fetch(`http://127.0.0.1:${port}/me`, {
    headers: jar.header === undefined ? {} : { Cookie: jar.header },
  });
  jar.take(answer.headers.getSetCookie());
  return await answer.json();
}

function jarWith(...cookies: readonly string[]): CookieJar {
  const jar = new CookieJar();
  jar.take(cookies);
  return jar;
}

async function listen(app: { listen(port: number, host: string, ready: () => void): Server }): Promise<Server> {
  return await new Promise((resolve) => {
    const server = app.listen(0, "127.0.0.1", () => resolve(server));
    servers.push(server);
  });
}

/** A server on Express that has moved. */
async function movedExpress(
  { manager }: Pick<Exports<unknown>, "manager">,
  bringOver: RequestHandler,
): Promise<Server> {
  const app = express();
  app.use(onExpress.session(manager), bringOver);
  app.get("/me", (request, response) => {
    const { subject, data } = onExpress.sessionOf(manager, request);
    response.json({ subject, ...data });
  });
  return await listen(app);
}

/**
 * A visitor who was logged in still is, also at the next visit, and holds nothing of the old
 * library any more.
 */
async function expectMoved(server: Server, jar: CookieJar, oldNames: readonly string[]): Promise<void> {
  expect(await visit(server, jar)).toEqual({ subject: "7", cart: ["é"] });
  for (const name of oldNames) expect(jar.header).not.toContain(`${name}=`);
  expect(await visit(server, jar)).toEqual({ subject: "7", cart: ["é"] });
}

describe("moving from express-session", () => {
  const SECRETS = ["the newer secret", "the older secret"];

  /** A server that still runs express-session, and a visitor who has logged in to it. */
  async function oldVisitor(store: Store): Promise<CookieJar> {
    const app = express();
    app.use(expressSession({ secret: SECRETS[1]!, store, resave: false, saveUninitialized: false }));
    app.get("/me", (request, response) => {
      Object.assign(request.session, { userId: 7, cart: ["é"] });
      response.json({});
    });
    const jar = new CookieJar();
    await visit(await listen(app), jar);
    expect(jar.header).toContain("connect.sid=");
    return jar;
  }

  test("keeps the login, ends the old session, and takes the old cookie away", async () => {
    const program = await programOf<(store: Store, secrets: readonly string[]) => RequestHandler>(
      "migrating-from-express-session",
    );
    const store = new expressSession.MemoryStore();
    const jar = await oldVisitor(store);
    const copy = jarWith(...jar.header!.split("; "));
    const server = await movedExpress(program, program.bringOver(store, SECRETS));
    await expectMoved(server, jar, ["connect.sid"]);
    expect(await visit(server, copy)).toEqual({});
  });

  test("gives nothing to a cookie that no old secret has signed", async () => {
    const program = await programOf<(store: Store, secrets: readonly string[]) => RequestHandler>(
      "migrating-from-express-session",
    );
    const store = new expressSession.MemoryStore();
    const jar = await oldVisitor(store);
    const server = await movedExpress(program, program.bringOver(store, ["another secret"]));
    expect(await visit(server, jar)).toEqual({});
  });
});

describe("moving from cookie-session", () => {
  // Written by cookie-session 2.1.1 with the key "newest key".
  const OLD = ["session=eyJ1c2VySWQiOjcsImNhcnQiOlsiw6kiXX0=", "session.sig=4lT1hfDLIcCu-EMDlrk3kHyXT_8"];

  test("keeps the login, and takes the old cookies away", async () => {
    const program = await programOf<(keys: readonly string[]) => RequestHandler>("migrating-from-cookie-session");
    const server = await movedExpress(program, program.bringOver(["a key that came later", "newest key"]));
    await expectMoved(server, jarWith(...OLD), ["session.sig"]);
  });

  test("gives nothing to a cookie that no old key has signed", async () => {
    const program = await programOf<(keys: readonly string[]) => RequestHandler>("migrating-from-cookie-session");
    const server = await movedExpress(program, program.bringOver(["another key"]));
    expect(await visit(server, jarWith(...OLD))).toEqual({});
  });
});

describe("moving from iron-session", () => {
  const PASSWORD = "a password of at least thirty-two characters";

  async function moved(password: string): Promise<Server> {
    const { manager, bringOver } =
      await programOf<(options: { cookieName: string; password: string }) => MiddlewareHandler>(
        "migrating-from-iron-session",
      );
    const app = new Hono();
    app.use(onHono.session(manager)).use(bringOver({ cookieName: "shop", password }));
    app.get("/me", (c) => {
      const { subject, data } = (c as unknown as { get(name: "session"): { subject?: string; data: object } }).get(
        "session",
      );
      return c.json({ subject, ...data });
    });
    return await new Promise((resolve) => {
      const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, () => resolve(server)) as Server;
      servers.push(server);
    });
  }

  test("keeps the login, and takes the old cookie away", async () => {
    const seal = await sealData({ userId: 7, cart: ["é"] }, { password: PASSWORD });
    await expectMoved(await moved(PASSWORD), jarWith(`shop=${seal}`), ["shop"]);
  });

  test("gives nothing to a cookie that another password has sealed", async () => {
    const seal = await sealData({ userId: 7, cart: ["é"] }, { password: PASSWORD });
    expect(await visit(await moved(PASSWORD.toUpperCase()), jarWith(`shop=${seal}`))).toEqual({});
  });
});

describe("moving from @fastify/session", () => {
  // Written by @fastify/session 11.1.3 with @fastify/cookie 11.1.5.
  const SECRET = "a secret with minimum length of 32 characters";
  const ID = "defmdWq8eNNisLEbBUFKXAglWqx5xGER";
  const OLD = `sessionId=${ID}.ds4RplIzDs64fSVufdUaZ19JvG2LjEo3QrKqkB6TEUg`;

  async function moved(secret: string, rows: Map<string, object>): Promise<Server> {
    const store = {
      get: (id: string, callback: (error: unknown, session?: object) => void) => callback(null, rows.get(id)),
      destroy: (id: string, callback: (error?: unknown) => void) => {
        rows.delete(id);
        callback();
      },
    };
    // The program ends with a store that the reader has, and this one has not.
    const { manager, bringOver } = await programOf<
      (from: typeof store, secrets: readonly string[]) => onRequestHookHandler
    >("migrating-from-fastify-session");
    const app = Fastify();
    app.register(onFastify.session(manager));
    app.register(async (shop) => {
      shop.addHook("onRequest", bringOver(store, [secret]));
      shop.get("/me", async (request) => {
        const { subject, data } = onFastify.sessionOf(manager, request);
        return { subject, ...data };
      });
    });
    await app.listen({ port: 0, host: "127.0.0.1" });
    servers.push(app.server);
    return app.server;
  }

  test("keeps the login, ends the old session, and takes the old cookie away", async () => {
    const rows = new Map<string, object>([[ID, { cookie: {}, userId: 7, cart: ["é"] }]]);
    await expectMoved(await moved(SECRET, rows), jarWith(OLD), ["sessionId"]);
    expect(rows.size).toBe(0);
  });

  test("gives nothing to a cookie that no old secret has signed", async () => {
    const rows = new Map<string, object>([[ID, { cookie: {}, userId: 7, cart: ["é"] }]]);
    expect(await visit(await moved(`${SECRET}!`, rows), jarWith(OLD))).toEqual({});
    expect(rows.size).toBe(1);
  });
});
