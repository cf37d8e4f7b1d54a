import { createServer } from "node:http";
import type { ErrorRequestHandler, Express, RequestHandler } from "express";
import { SessionManager, type SessionStore } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import * as forExpress from "latchkey/express";
import { MemoryStore } from "latchkey/stores/memory";
import { Toolbar } from "latchkey/toolbar";
import { afterEach, describe, expect, test, vi } from "vitest";
import { CookieJar } from "../support/cookies.ts";
import { EXPRESSES_4 } from "../support/expresses-4.ts";
import { served } from "../support/frameworks.ts";

/*
 * Express 4 waits for no promise. So nothing of ours may leave one to it: an unhandled rejection
 * would end the process, and vitest reports one as a failure.
 */

const NAVIGATES = { accept: "text/html", "sec-fetch-dest": "document" };

const open: { close: () => Promise<void> | void }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
  vi.restoreAllMocks();
});

async function visitorOf(
  app: Express,
): Promise<(path: string, headers?: Readonly<Record<string, string>>) => Promise<Response>> {
  const running = await served(createServer(app).listen(0, "127.0.0.1"));
  open.push(running);
  const jar = new CookieJar();
  return async (path, headers = {}) => {
    const cookie = jar.header === undefined ? {} : { Cookie: jar.header };
    const response = await fetch(running.url + path, { redirect: "manual", headers: { ...cookie, ...headers } });
    jar.take(response.headers.getSetCookie());
    return response;
  };
}

function newToolbar(options: object = {}): Toolbar {
  const toolbar = new Toolbar({ keys: generateSecretKey(), ...options });
  open.push(toolbar);
  return toolbar;
}

/** A store that fails on demand. */
class BreakingStore implements SessionStore {
  broken = "";
  readonly #inner = new MemoryStore();

  get: SessionStore["get"] = async (id) => await this.#unless("get", async () => await this.#inner.get(id));
  set: SessionStore["set"] = async (...args) => await this.#unless("set", async () => await this.#inner.set(...args));
  delete: SessionStore["delete"] = async (id) => await this.#unless("delete", async () => await this.#inner.delete(id));

  async #unless<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    if (this.broken === name) throw new Error("connection refused");
    return await work();
  }
}

const errorPage: ErrorRequestHandler = (error: { readonly code?: string }, _request, response, _next) => {
  response.status(503).send(`error page: ${error.code}`);
};

/** What Node does with a rejection that nothing handles, seen without ending the test. */
async function unhandled(run: (seen: readonly string[]) => Promise<void>): Promise<readonly string[]> {
  const seen: string[] = [];
  const others = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", (reason) => seen.push((reason as Error).message));
  try {
    await run(seen);
  } finally {
    process.removeAllListeners("unhandledRejection");
    for (const listener of others) process.on("unhandledRejection", listener);
  }
  return seen;
}

// First, because the methods are replaced once for each copy of Express.
test("Express 4 is left as it is in production, and its layers publish nothing once the toolbar is closed", async () => {
  const express = EXPRESSES_4["Express 4.16"]!;
  const nameOf = (app: Express): string => {
    const [layer] = (app as unknown as { _router: { stack: readonly object[] } })._router.stack;
    return (Object.getPrototypeOf(layer) as { handle_request: { name: string } }).handle_request.name;
  };
  const application = (toolbar: Toolbar): Express => {
    const app = express();
    app.use(forExpress.debugToolbar(toolbar));
    app.get("/", (_, response) => void response.type("html").send("<!doctype html><p>hello"));
    return app;
  };
  const off = application(newToolbar({ mode: "production" }));
  expect(await (await (await visitorOf(off))("/", NAVIGATES)).text()).toBe("<!doctype html><p>hello");
  expect(nameOf(off)).toBe("handle");

  const toolbar = newToolbar();
  const on = application(toolbar);
  const visit = await visitorOf(on);
  expect(await (await visit("/", NAVIGATES)).text()).toContain("<script");
  expect(nameOf(on)).toBe("handle_request");
  toolbar.close();
  expect(await (await visit("/", NAVIGATES)).text()).toBe("<!doctype html><p>hello");
});

describe.each(Object.entries(EXPRESSES_4))("A6: %s", (_, express) => {
  const shop = (store: SessionStore, before: readonly RequestHandler[] = []): Express => {
    const manager = new SessionManager<{ n: number }>({ keys: generateSecretKey(), store });
    const app = express();
    app.set("env", "test");
    for (const each of before) app.use(each);
    app.use(forExpress.session(manager));
    const sessionOf = (request: object): ReturnType<typeof forExpress.sessionOf<{ n: number }>> =>
      forExpress.sessionOf(manager, request);
    app.get("/", (request, response) => {
      sessionOf(request).data.n = (sessionOf(request).data.n ?? 0) + 1;
      response.send(`visit ${sessionOf(request).data.n}`);
    });
    app.get("/save", (request, response, next) => {
      sessionOf(request).data.n = 100;
      const { session } = request as unknown as forExpress.SessionRequest;
      session.save((error) => (error === undefined ? response.redirect("/") : next(error)));
    });
    app.get("/reload", (request, response, next) => {
      const { session } = request as unknown as forExpress.SessionRequest;
      session.reload((error) => (error === undefined ? response.send("read again") : next(error)));
    });
    app.get("/logout", (request, response) => {
      sessionOf(request).logout();
      response.redirect("/");
    });
    return app;
  };

  test.each([
    ["at load", "get", "/"],
    ["at load, before a reload", "get", "/reload"],
    ["at commit", "set", "/"],
    ["after save", "set", "/save"],
    ["at a logout", "set", "/logout"],
  ])("a store that fails %s ends in the error handler, and the next request is served", async (__, broken, path) => {
    const store = new BreakingStore();
    const visit = await visitorOf(shop(store).use(errorPage));
    expect(await (await visit("/")).text()).toBe("visit 1");
    store.broken = broken;
    for (let round = 0; round < 2; round++) {
      const response = await visit(path);
      expect([response.status, response.headers.getSetCookie(), await response.text()]).toEqual([
        503,
        [],
        "error page: store_failed",
      ]);
    }
    store.broken = "";
    expect(await (await visit("/")).text()).toBe("visit 2");
  });

  test("a store that fails gets the toolbar's page, at load and at commit", async () => {
    const store = new BreakingStore();
    const toolbar = newToolbar();
    const visit = await visitorOf(shop(store, [forExpress.debugToolbar(toolbar)]));
    await visit("/");
    for (const broken of ["get", "set"]) {
      store.broken = broken;
      const response = await visit("/", NAVIGATES);
      expect([response.status, response.headers.getSetCookie()]).toEqual([500, []]);
      expect(await response.text()).toMatch(/^<!doctype html>[^]*connection refused[^]*<script type="module"/);
    }
  });

  test("writes nothing about deprecated names to the terminal", async () => {
    const deprecations: unknown[] = [];
    const note = (deprecation: unknown): unknown => deprecations.push(deprecation);
    process.on("deprecation" as "warning", note);
    const visit = await visitorOf(shop(new MemoryStore(), [forExpress.debugToolbar(newToolbar())]));
    for (const path of ["/", "/save", "/logout"]) await visit(path, NAVIGATES);
    process.off("deprecation" as "warning", note);
    expect(deprecations).toEqual([]);
  });
});

describe("the toolbar on Express 4, and the promise of a handler", () => {
  const express4 = EXPRESSES_4["Express 4.22"]!;
  const gone = async (): Promise<never> => await Promise.reject(new Error("the cart is gone"));
  const application = (before: RequestHandler): Express => {
    const app = express4().set("env", "test").use(before);
    app.get("/", gone);
    return app;
  };

  test("a rejection gets the page where a visitor may see it, and a warning that Express 4 would not answer", async () => {
    const warnings: string[] = [];
    const note = (warning: Error & { code?: string }): unknown =>
      warning.code === "LATCHKEY_REJECTION" && warnings.push(warning.message);
    process.on("warning", note);
    const toolbar = newToolbar();
    const visit = await visitorOf(application(forExpress.debugToolbar(toolbar)));
    expect(await (await visit("/", NAVIGATES)).text()).toMatch(/<title>[^<]*the cart is gone<\/title>/);
    await expect.poll(() => warnings).toEqual([expect.stringContaining(".catch(next)")]);
    process.off("warning", note);
    await expect.poll(() => toolbar.exchanges[0]?.tone).toBe("error");
  });

  test("a rejection of a program's request stays unhandled, as without a toolbar", async () => {
    for (const before of [forExpress.debugToolbar(newToolbar()), ((_, __, next) => next()) as RequestHandler]) {
      const visit = await visitorOf(application(before));
      const gave = await unhandled(async (seen) => {
        void visit("/", { accept: "application/json" }).catch(() => undefined);
        await expect.poll(() => seen.length).toBe(1);
        for (const each of open.splice(1)) await each.close();
      });
      expect(gave).toEqual(["the cart is gone"]);
    }
  });

  test("a rejection that middleware passes on, and returns all the same, is answered by the error handler alone", async () => {
    const app = express4();
    app.use(forExpress.debugToolbar(newToolbar()));
    const passesOn: RequestHandler = (_, __, next) => {
      const promise = gone();
      promise.catch(next);
      return promise;
    };
    app.get("/", passesOn);
    const visit = await visitorOf(app.use(errorPage));
    expect(await (await visit("/", NAVIGATES)).text()).toMatch(/^error page: undefined/);
  });
});
