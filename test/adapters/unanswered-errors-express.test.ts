import { createServer, type Server } from "node:http";
import compression from "compression";
import express from "express";
import { SessionManager, type SessionStore } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import * as forExpress from "latchkey/express";
import { MemoryStore } from "latchkey/stores/memory";
import { Toolbar } from "latchkey/toolbar";
import { afterEach, describe, expect, test } from "vitest";
import { passingOn } from "../support/express-version.ts";
import { served } from "../support/frameworks.ts";

/* Who answers an error on Express: the page is shown only if Express itself would have answered. */

const NAVIGATES = { accept: "text/html", "sec-fetch-dest": "document" };
const IS_PAGE = /<title>[^<]*the cart is gone<\/title>/;
const fail = (): never => {
  throw new Error("the cart is gone");
};

const open: { close: () => Promise<void> | void }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});
function newToolbar(): Toolbar {
  const toolbar = new Toolbar({ keys: generateSecretKey() });
  open.push(toolbar);
  return toolbar;
}
async function listen(server: Server): Promise<string> {
  const running = await served(server);
  open.push(running);
  return running.url;
}
async function ask(
  url: string,
  headers: Readonly<Record<string, string>> = NAVIGATES,
): Promise<{ readonly status: number; readonly headers: Headers; readonly body: string }> {
  const response = await fetch(url, { headers });
  return { status: response.status, headers: response.headers, body: await response.text() };
}

describe("on Express", () => {
  async function visit(mount: (app: express.Express, toolbar: Toolbar) => void, path = "/"): ReturnType<typeof ask> {
    const app = express();
    app.set("env", "test");
    mount(app, newToolbar());
    return await ask((await listen(createServer(app).listen(0, "127.0.0.1"))) + path);
  }
  const before = (app: express.Express, toolbar: Toolbar): void => void app.use(forExpress.debugToolbar(toolbar));

  test("an error of middleware gets the page, with the cookies that are set already", async () => {
    const { status, body, headers } = await visit((app, toolbar) => {
      before(app, toolbar);
      app.use((_, response, next) => {
        response.cookie("seen", "1").set({ ETag: '"x"', "Cache-Control": "public", "Content-Encoding": "br" });
        next(new Error("the cart is gone"));
      });
    });
    expect(status).toBe(500);
    expect(body).toMatch(IS_PAGE);
    expect(headers.get("set-cookie")).toMatch(/^seen=1/);
    expect(headers.get("cache-control")).toMatch(/^no-store/);
    expect(headers.has("etag") || headers.has("content-encoding")).toBe(false);
  });

  test("an error of a router, of a sub-application and of a parameter gets the page", async () => {
    const mount = (app: express.Express, toolbar: Toolbar): void => {
      before(app, toolbar);
      const sub = express();
      sub.get("/a", fail);
      const router = express.Router();
      router.get(
        "/b",
        passingOn(async () => fail()),
      );
      app.use("/sub", sub);
      app.use("/router", router);
      app.param("cart", () => fail());
      app.get("/carts/:cart", (_, response) => void response.send("never"));
    };
    for (const path of ["/sub/a", "/router/b", "/carts/7"]) expect((await visit(mount, path)).body).toMatch(IS_PAGE);
  });

  test("an error handler that passes the error on does not answer it", async () => {
    const { body } = await visit((app, toolbar) => {
      before(app, toolbar);
      app.get("/", fail);
      const passing: express.ErrorRequestHandler = (error, _request, _response, next) => next(error);
      app.use(passing);
    });
    expect(body).toMatch(IS_PAGE);
  });

  test("an error handler that goes on to a missing route answers 404, and so it stays", async () => {
    const { status, body } = await visit((app, toolbar) => {
      before(app, toolbar);
      app.get("/", fail);
      const ignoring: express.ErrorRequestHandler = (_error, _request, _response, next) => next();
      app.use(ignoring);
    });
    expect(status).toBe(404);
    expect(body).toContain("Cannot GET /");
    expect(body).not.toContain("the cart is gone");
  });

  test("an error handler that answers HTML under the same policy is the application's", async () => {
    const { body } = await visit((app, toolbar) => {
      before(app, toolbar);
      app.get("/", fail);
      const own: express.ErrorRequestHandler = (_error, _request, response, _next) => {
        response
          .status(500)
          .set({ "Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff" });
        response.send("<!DOCTYPE html><html lang=en><title>Error</title><pre>Sorry</pre></html>");
      };
      app.use(own);
    });
    expect(body).toContain("<pre>Sorry</pre>");
  });

  test.each(["before", "after"])("the page arrives with compression mounted %s the toolbar", async (where) => {
    const { body } = await visit((app, toolbar) => {
      if (where === "before") app.use(compression({ threshold: 0 }));
      before(app, toolbar);
      app.get("/", fail);
    });
    expect(body).toMatch(IS_PAGE);
  });

  test("a session that a store saves meanwhile is saved, and its cookie is sent with the page", async () => {
    const memory = new MemoryStore();
    const slow: SessionStore = {
      get: async (id) => await memory.get(id),
      set: async (...args) => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        return await memory.set(...args);
      },
      delete: async (id) => await memory.delete(id),
    };
    const manager = new SessionManager({ keys: generateSecretKey(), store: slow });
    const { body, headers } = await visit((app, toolbar) => {
      before(app, toolbar);
      app.use(forExpress.session(manager));
      app.get("/", (request) => {
        Object.assign((request as unknown as { session: object }).session, { visits: 1 });
        fail();
      });
    });
    expect(body).toMatch(IS_PAGE);
    expect(body).toMatch(/<script type="module"/);
    expect(headers.get("set-cookie")).toMatch(/^session=/);
  });

  test("a session that cannot be saved gets the page, in place of the answer that was held", async () => {
    const broken: SessionStore = {
      get: async () => await Promise.resolve(undefined),
      set: async () => await Promise.reject(new Error("the database is away")),
      delete: async () => await Promise.resolve(),
    };
    const manager = new SessionManager({ keys: generateSecretKey(), store: broken });
    const { status, body, headers } = await visit((app, toolbar) => {
      before(app, toolbar);
      app.use(forExpress.session(manager));
      app.get("/", (request, response) => {
        Object.assign((request as unknown as { session: object }).session, { visits: 1 });
        response.send("never sent");
      });
    });
    expect(status).toBe(500);
    expect(body).toContain("the database is away");
    expect(body).toMatch(/^<!doctype html>[^]*<script type="module"/);
    expect(headers.has("set-cookie")).toBe(false);
  });

  test("errors before the toolbar, and with the toolbar off, are Express's own", async () => {
    const early = await visit((app, toolbar) => {
      app.use(fail);
      before(app, toolbar);
    });
    expect(early.headers.get("content-security-policy")).toBe("default-src 'none'");
    const off = await visit((app) => {
      before(app, new Toolbar({ keys: generateSecretKey(), mode: "production" }));
      app.get("/", fail);
    });
    expect(off.headers.get("content-security-policy")).toBe("default-src 'none'");
    expect(off.headers.has("x-latchkey-request")).toBe(false);
  });
});
