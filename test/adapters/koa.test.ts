import { once } from "node:events";
import { createReadStream } from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import Koa from "koa";
import { SessionManager, type SessionStore } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { debugToolbar, session, type SessionContext } from "latchkey/koa";
import { Toolbar } from "latchkey/toolbar";
import { afterEach, describe, expect, test } from "vitest";
import { adapterContract, type Data, type Served } from "../contracts/adapter-contract.ts";

type App = Pick<Koa, "callback" | "silent"> & { listen(port: number, host: string): Server };

async function listen(app: App): Promise<Served> {
  const server = app.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

for (const answers of ["Koa", "a middleware of its own"]) {
  adapterContract(
    `Koa, where errors are answered by ${answers}`,
    async (manager, routes, { trustProxy = false } = {}) => {
      const app = new Koa<Koa.DefaultState, SessionContext<Data>>({ proxy: trustProxy });
      app.silent = true;
      if (answers !== "Koa") {
        app.use(async (ctx, next) => {
          try {
            await next();
          } catch {
            ctx.status = 500;
            ctx.body = "Something went wrong";
          }
        });
      }
      app.use(session(manager));
      app.use(async (ctx) => {
        const { status = 200, headers = {}, body = "", chunks } = await routes[ctx.path]!(ctx.session);
        ctx.status = status;
        ctx.set({ ...headers });
        ctx.body = chunks === undefined ? body : Readable.from(chunks);
        ctx.status = status;
      });
      return await listen(app);
    },
    { trustsProxies: true },
  );
}

const open: Served[] = [];
afterEach(async () => {
  for (const served of open.splice(0)) await served.close();
});

async function urlOf(app: App): Promise<string> {
  app.silent = true;
  const served = await listen(app);
  open.push(served);
  return served.url;
}

const failing: SessionStore = {
  get: async () => undefined,
  delete: async () => undefined,
  set: () => Promise.reject(new Error("away")),
};

describe("the session middleware for Koa", () => {
  test("a chain of use has the types of the manager, with nothing declared", async () => {
    const manager = new SessionManager<Data>({ keys: generateSecretKey() });
    const app = new Koa().use(session(manager)).use((ctx) => {
      const { data } = ctx.session;
      ctx.body = `visit ${(data.visits = (data.visits ?? 0) + 1)}`;
    });
    const response = await fetch(await urlOf(app));
    expect([await response.text(), response.headers.getSetCookie().length]).toEqual(["visit 1", 1]);
  });

  test("mounted twice, it keeps one session", async () => {
    const manager = new SessionManager<Data>({ keys: generateSecretKey() });
    const app = new Koa().use(session(manager)).use(session(manager));
    app.use((ctx) => {
      ctx.session.data.visits = 1;
      ctx.body = "ok";
    });
    expect((await fetch(await urlOf(app))).headers.getSetCookie()).toHaveLength(1);
  });

  test("an error that Koa answers keeps its cookie, although Koa takes all other headers away", async () => {
    const manager = new SessionManager<Data>({ keys: generateSecretKey() });
    const app = new Koa().use(session(manager)).use((ctx) => {
      ctx.session.data.visits = 1;
      ctx.set("X-Own", "1");
      ctx.throw(403, "not for you");
    });
    const response = await fetch(await urlOf(app));
    expect([
      response.status,
      await response.text(),
      response.headers.get("x-own"),
      response.headers.getSetCookie().length,
    ]).toEqual([403, "not for you", null, 1]);
  });

  test("middleware outside of it can answer a session that cannot be kept, and nothing of the first answer is left", async () => {
    const manager = new SessionManager<Data>({ keys: generateSecretKey(), store: failing });
    const source = createReadStream(import.meta.filename);
    const codes: unknown[] = [];
    const app = new Koa()
      .use(async (ctx, next) => {
        ctx.set("X-Before", "1");
        try {
          await next();
        } catch (error) {
          codes.push((error as { code: string }).code);
          ctx.body = "please come back";
        }
      })
      .use(session(manager))
      .use((ctx) => {
        ctx.session.data.visits = 1;
        ctx.redirect("/elsewhere");
        ctx.body = source;
      });
    const response = await fetch(await urlOf(app), { redirect: "manual" });
    const { headers } = response;
    expect([
      response.status,
      await response.text(),
      headers.get("location"),
      headers.get("x-before"),
      headers.get("content-type"),
    ]).toEqual([500, "please come back", null, "1", "text/plain; charset=utf-8"]);
    expect([codes, source.destroyed]).toEqual([["store_failed"], true]);
  });

  test("a store that fails behind an error that Koa answers is told to the application, and answered with 500", async () => {
    const manager = new SessionManager<Data>({ keys: generateSecretKey(), store: failing });
    const errors: unknown[] = [];
    const app = new Koa().use(session(manager));
    app.use((ctx) => {
      ctx.session.data.visits = 1;
      ctx.throw(403, "not for you");
    });
    app.on("error", (error: { code?: string; status?: number }) => errors.push(error.code ?? error.status));
    const response = await fetch(await urlOf(app));
    expect([response.status, await response.text(), response.headers.getSetCookie()]).toEqual([
      500,
      "Internal Server Error",
      [],
    ]);
    expect(errors).toEqual([403, "store_failed"]);
  });

  test.each(["a file", "a web stream", "a Blob", "a Response", "JSON"])(
    "%s is sent whole, with the cookie",
    async (kind) => {
      const bodies: Readonly<Record<string, () => unknown>> = {
        "a file": () => createReadStream(import.meta.filename),
        "a web stream": () => new Blob(["sent whole"]).stream(),
        "a Blob": () => new Blob(["sent whole"]),
        "a Response": () => new Response("sent whole", { headers: { Vary: "Accept" } }),
        JSON: () => ({ text: "sent whole" }),
      };
      const manager = new SessionManager<Data>({ keys: generateSecretKey() });
      const app = new Koa().use(session(manager)).use((ctx) => {
        ctx.session.data.visits = 1;
        ctx.body = bodies[kind]!();
      });
      const response = await fetch(await urlOf(app));
      expect(await response.text()).toContain("sent whole");
      expect([response.headers.getSetCookie().length, response.headers.get("vary")]).toEqual([
        1,
        kind === "a Response" ? "Accept, Cookie" : "Cookie",
      ]);
    },
  );

  test("an answer that bypasses Koa, and begins later, carries the cookie too", async () => {
    const manager = new SessionManager<Data>({ keys: generateSecretKey() });
    const app = new Koa().use(session(manager)).use((ctx) => {
      ctx.respond = false;
      setTimeout(() => {
        ctx.session.data.visits = 1;
        ctx.res.writeHead(200).end("later");
      }, 20);
    });
    const response = await fetch(await urlOf(app));
    expect([await response.text(), response.headers.getSetCookie().length]).toEqual(["later", 1]);
  });
});

describe("debugToolbar for Koa", () => {
  test("appends to pages and error pages, answers its own pages, and records route, error and session", async () => {
    const toolbar = new Toolbar({ keys: generateSecretKey() });
    const manager = new SessionManager<Data>({ keys: generateSecretKey() });
    const app = new Koa()
      .use(debugToolbar(toolbar))
      .use(session(manager))
      .use((ctx) => {
        if (ctx.path === "/boom") throw new TypeError("the cart is gone");
        (ctx as { _matchedRoute?: string })._matchedRoute = "/users/:id";
        ctx.session.data.visits = 1;
        ctx.body = ctx.path === "/stream" ? Readable.from(["<p>", "Grüße"]) : "<p>Grüße";
        ctx.type = "html";
      });
    const url = await urlOf(app);
    for (const path of ["/users/7", "/stream"]) {
      const response = await fetch(url + path, { headers: { "Sec-Fetch-Dest": "document" } });
      const text = await response.text();
      expect(text).toMatch(/^<p>Grüße\n<script type="module"/);
      expect([path, response.headers.getSetCookie().length]).toEqual([path, 1]);
      expect(Number(response.headers.get("content-length") ?? Buffer.byteLength(text))).toBe(Buffer.byteLength(text));
      const address = /src="([^"]+)"/.exec(text)![1]!.replaceAll("&amp;", "&");
      const script = await fetch(new URL(address, url), { headers: { "Sec-Fetch-Site": "same-origin" } });
      expect([script.status, script.headers.get("content-type")]).toEqual([
        200,
        expect.stringContaining("text/javascript"),
      ]);
      const token = /token=([^&"]+)/.exec(address)![1]!;
      const events = await fetch(`${url}/_latchkey/events?token=${token}`);
      expect(events.headers.get("content-type")).toMatch("text/event-stream");
      await events.body!.cancel();
    }
    expect((await fetch(`${url}/boom`)).status).toBe(500);
    await expect.poll(() => toolbar.exchanges.length).toBe(3);
    const [boom, , user] = toolbar.exchanges.map(({ id }) => JSON.stringify(toolbar.page(id)));
    expect(user).toContain("/users/:id");
    expect(user).toContain("Sent because a session begins.");
    expect(boom).toContain("the cart is gone");
    toolbar.close();
  });
});
