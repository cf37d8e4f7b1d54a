import { createServer, type Server } from "node:http";
import { serve } from "@hono/node-server";
import Fastify, { type FastifyInstance } from "fastify";
import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import Koa from "koa";
import { generateSecretKey } from "latchkey/keys";
import * as forFastify from "latchkey/fastify";
import { abort, Flask } from "latchkey/flask";
import * as forHono from "latchkey/hono";
import * as forKoa from "latchkey/koa";
import * as forNode from "latchkey/node";
import { Toolbar } from "latchkey/toolbar";
import { afterEach, describe, expect, test, vi } from "vitest";
import { served } from "../support/frameworks.ts";

/*
 * Who answers an error, where frameworks differ: the page is shown only if the framework itself
 * would have answered.
 */

const NAVIGATES = { accept: "text/html", "sec-fetch-dest": "document" };
const IS_PAGE = /<title>[^<]*the cart is gone<\/title>/;
const after = async (): Promise<void> => await new Promise((resolve) => setImmediate(resolve));
const fail = (): never => {
  throw new Error("the cart is gone");
};

const open: { close: () => Promise<void> | void }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
  vi.restoreAllMocks();
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

describe("on Fastify", () => {
  async function visit(mount: (app: FastifyInstance) => void, path = "/"): ReturnType<typeof ask> {
    const app = Fastify();
    app.register(forFastify.debugToolbar(newToolbar()));
    mount(app);
    const url = await app.listen({ port: 0, host: "127.0.0.1" });
    open.push({ close: async () => await app.close() });
    return await ask(url + path);
  }

  test("an error handler that passes the error on does not answer it", async () => {
    for (const pass of [
      async (error: Error): Promise<never> => {
        throw error;
      },
      (error: Error, _: unknown, reply: { send: (error: Error) => unknown }) => void reply.send(error),
    ]) {
      const { body } = await visit((app) => {
        app.setErrorHandler(pass as never);
        app.get("/", fail);
      });
      expect(body).toMatch(IS_PAGE);
    }
  });

  test("an error handler that answers as Fastify would is the application's", async () => {
    const { body } = await visit((app) => {
      app.setErrorHandler(
        async (error: Error, _, reply) =>
          await reply.code(500).send({ statusCode: 500, error: "Internal Server Error", message: error.message }),
      );
      app.get("/", fail);
    });
    expect(JSON.parse(body)).toEqual({ statusCode: 500, error: "Internal Server Error", message: "the cart is gone" });
  });

  test("a route and a plugin have handlers of their own", async () => {
    const mount = (app: FastifyInstance): void => {
      app.register(async (inner) => {
        inner.setErrorHandler(async (_, __, reply) => await reply.code(500).send("inner"));
        inner.get("/inner", fail);
      });
      app.get("/own", { errorHandler: (_, __, reply) => void reply.code(500).send("own") }, fail);
      app.get("/", fail);
    };
    expect((await visit(mount, "/inner")).body).toBe("inner");
    expect((await visit(mount, "/own")).body).toBe("own");
    expect((await visit(mount)).body).toMatch(IS_PAGE);
  });

  test("a refused body gets the page with its status and code; an unknown address is no error", async () => {
    const mount = (app: FastifyInstance): void => {
      app.get("/", { schema: { querystring: { type: "object", required: ["page"] } } }, async () => "never");
    };
    const refused = await visit(mount);
    expect(refused.status).toBe(400);
    expect(refused.body).toContain("FST_ERR_VALIDATION");
    expect((await visit(mount, "/unknown")).headers.get("content-type")).toMatch("application/json");
  });
});

describe("on Hono", () => {
  async function visit(mount: (app: Hono) => void): ReturnType<typeof ask> {
    vi.spyOn(console, "error").mockReturnValue();
    const app = new Hono();
    app.use(forHono.debugToolbar(newToolbar()));
    mount(app);
    return await ask(await listen(serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }) as Server));
  }

  test("an error handler with Hono's own words is the application's", async () => {
    const { body } = await visit((app) => {
      app.onError((_, c) => c.text("Internal Server Error", 500));
      app.get("/", fail);
    });
    expect(body).toBe("Internal Server Error");
  });

  test("an HTTPException answers for itself", async () => {
    const { status, body } = await visit((app) => {
      app.get("/", () => {
        throw new HTTPException(403, { message: "not your cart" });
      });
    });
    expect([status, body]).toEqual([403, "not your cart"]);
  });

  test("a page that middleware puts in place of Hono's text stays", async () => {
    const { body } = await visit((app) => {
      app.use(async (c, next) => {
        await next();
        if (c.res.status === 500) c.res = c.html("<p>Sorry</p>", 500);
      });
      app.get("/", fail);
    });
    expect(body).toMatch(/^<p>Sorry<\/p>/);
  });

  test("an error of mounted routes gets the page, with the cookies that are set already", async () => {
    const { body, headers } = await visit((app) => {
      app.use(async (c, next) => {
        await next();
        c.header("Set-Cookie", "a=1", { append: true });
        c.header("Set-Cookie", "b=2", { append: true });
      });
      app.route("/", new Hono().get("/", fail));
    });
    expect(body).toMatch(IS_PAGE);
    expect(headers.getSetCookie()).toEqual(["a=1", "b=2"]);
  });
});

describe("on Koa", () => {
  async function visit(mount: (app: Koa) => void): ReturnType<typeof ask> {
    const app = new Koa();
    app.silent = true;
    mount(app);
    app.use(fail);
    return await ask(await listen(app.listen(0, "127.0.0.1")));
  }

  test("the application's listener still hears of the error, once", async () => {
    const heard: unknown[] = [];
    const { body } = await visit((app) => {
      app.on("error", (error: Error) => heard.push(error.message));
      app.use(forKoa.debugToolbar(newToolbar()));
    });
    expect(body).toMatch(IS_PAGE);
    expect(heard).toEqual(["the cart is gone"]);
  });

  test("middleware outside of the toolbar that answers wins, and so does an onerror of the application", async () => {
    const outside = await visit((app) => {
      app.use(async (ctx, next) => {
        try {
          await next();
        } catch {
          ctx.status = 500;
          ctx.body = "Internal Server Error";
        }
      });
      app.use(forKoa.debugToolbar(newToolbar()));
    });
    expect(outside.body).toBe("Internal Server Error");
    const own = await visit((app) => {
      Object.assign(app.context, {
        onerror(this: Koa.Context, error: Error | null | undefined) {
          if (error === null || error === undefined) return;
          this.res.statusCode = 500;
          this.res.end("own");
        },
      });
      app.use(forKoa.debugToolbar(newToolbar()));
    });
    expect(own.body).toBe("own");
  });
});

describe("on node:http", () => {
  /** What node:http does with a rejection that nothing handles, seen without ending the test. */
  async function unhandled(run: (isSeen: AbortSignal) => Promise<void>): Promise<unknown[]> {
    const seen: unknown[] = [];
    const isSeen = new AbortController();
    const others = process.listeners("unhandledRejection");
    process.removeAllListeners("unhandledRejection");
    process.on("unhandledRejection", (reason) => {
      seen.push((reason as Error).message);
      isSeen.abort();
    });
    try {
      await run(isSeen.signal);
    } finally {
      process.removeAllListeners("unhandledRejection");
      for (const listener of others) process.on("unhandledRejection", listener);
    }
    return seen;
  }

  test("a rejection that gets no page goes where it goes without a toolbar", async () => {
    const show = forNode.debugToolbar(newToolbar());
    const url = await listen(
      createServer((request, response) => show(request, response, async () => fail())).listen(0, "127.0.0.1"),
    );
    expect(
      await unhandled(async (signal) => {
        await expect(fetch(url, { headers: { accept: "application/json" }, signal })).rejects.toThrow("aborted");
      }),
    ).toEqual(["the cart is gone"]);
    expect(
      await unhandled(async () => {
        expect((await ask(url)).body).toMatch(IS_PAGE);
      }),
    ).toEqual([]);
  });

  test("what a handler throws at once reaches its caller, who answers", async () => {
    const toolbar = newToolbar();
    const show = forNode.debugToolbar(toolbar);
    const url = await listen(
      createServer((request, response) => {
        try {
          show(request, response, fail);
        } catch {
          response.writeHead(500).end("own");
        }
      }).listen(0, "127.0.0.1"),
    );
    expect((await ask(url)).body).toBe("own");
    await expect.poll(() => toolbar.exchanges[0]?.findings).toBe(1);
  });

  test("a rejection that the application has answered is left alone", async () => {
    const show = forNode.debugToolbar(newToolbar());
    const url = await listen(
      createServer((request, response) =>
        show(request, response, async () => {
          response.writeHead(500).end("own");
          fail();
        }),
      ).listen(0, "127.0.0.1"),
    );
    expect(
      await unhandled(async () => {
        expect((await ask(url)).body).toBe("own");
        await after();
      }),
    ).toEqual(["the cart is gone"]);
  });
});

describe("on latchkey/flask", () => {
  test("an HTTPException keeps its page, and is no exception in the record", async () => {
    const toolbar = newToolbar();
    const app = new Flask(import.meta.url);
    app.use(forHono.debugToolbar(toolbar));
    app.route("/", () => abort(403, "not your cart"));
    const { status, body } = await ask(
      await listen(serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }) as Server),
    );
    expect(status).toBe(403);
    expect(body).toMatch(/<h1>403 Forbidden<\/h1>/);
    await expect.poll(() => toolbar.exchanges[0]).toMatchObject({ status: 403, findings: 0 });
  });
});
