import { Console } from "node:console";
import { createServer, get as httpGet, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { PassThrough } from "node:stream";
import { serve } from "@hono/node-server";
import express from "express";
import express4 from "express4";
import Fastify from "fastify";
import { Hono } from "hono";
import Koa from "koa";
import { generateSecretKey } from "latchkey/keys";
import * as forExpress from "latchkey/express";
import * as forFastify from "latchkey/fastify";
import { Flask } from "latchkey/flask";
import * as forHono from "latchkey/hono";
import * as forKoa from "latchkey/koa";
import * as forNode from "latchkey/node";
import { Toolbar } from "latchkey/toolbar";
import { afterEach, describe, expect, test, vi } from "vitest";
import { passingOn } from "../support/express-version.ts";
import { served } from "../support/frameworks.ts";

const quiet = new Console(new PassThrough().resume());
/** A visitor who opens the address in a browser on this machine. */
const NAVIGATES = { accept: "text/html,application/xhtml+xml,*/*;q=0.8", "sec-fetch-dest": "document" };
const OTHERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "a client that wants JSON": { accept: "application/json" },
  "a fetch of a page": { accept: "*/*", "sec-fetch-dest": "empty" },
  "a program": { accept: "*/*" },
};
const STRANGER = { ...NAVIGATES, "x-forwarded-for": "203.0.113.9" };

/** What the application answers, on each framework. */
const boom = (number: string): Error => {
  return new Error(`the cart of ${number} is gone`, { cause: new TypeError("inner") });
};
const teapot = (): Error => Object.assign(new Error("short and stout"), { status: 418, statusCode: 418 });
const after = async (): Promise<void> => await new Promise((resolve) => setImmediate(resolve));

interface Running {
  readonly url: string;
  readonly close: () => Promise<void>;
}
interface Framework {
  /** Serves the application; without a toolbar it is what everyone else sees. */
  readonly serve: (toolbar: Toolbar | undefined, hasOwnHandler: boolean) => Promise<Running>;
  /** Whether the answer to an error's own status is this status. */
  readonly honours?: boolean;
  /** Whether an error can come after the headers. */
  readonly isLate?: boolean;
  /** Whether an error without a handler is answered at all. */
  readonly answers?: boolean;
}

function onExpress(framework: typeof express): Framework {
  return {
    honours: true,
    isLate: true,
    serve: async (toolbar, hasOwnHandler) => {
      const app = framework();
      if (toolbar !== undefined) app.use(forExpress.debugToolbar(toolbar));
      const rejects: express.RequestHandler<{ id: string }> = async ({ params }) => {
        await after();
        throw boom(params.id);
      };
      app.get("/boom/:id", passingOn(rejects as express.RequestHandler));
      app.get("/sync/:id", (request) => {
        throw boom(request.params.id);
      });
      app.get("/teapot", () => {
        throw teapot();
      });
      const late = passingOn(async (_, response) => {
        response.write("begun");
        await after();
        throw boom("late");
      });
      app.get("/late", late);
      app.get("/fine", (_, response) => void response.set("Server-Timing", "own;dur=1").json({}));
      const own: express.ErrorRequestHandler = (error: Error, _request, response, _next) => {
        response.status(503).type("html").send(`<p>Sorry: ${error.message}</p>`);
      };
      if (hasOwnHandler) app.use(own);
      app.set("env", "test");
      return await served(createServer(app).listen(0, "127.0.0.1"));
    },
  };
}

const FRAMEWORKS: Readonly<Record<string, Framework>> = {
  Express: onExpress(express),
  "Express 4": onExpress(express4 as unknown as typeof express),
  Fastify: {
    honours: true,
    isLate: true,
    serve: async (toolbar, hasOwnHandler) => {
      const app = Fastify();
      if (toolbar !== undefined) app.register(forFastify.debugToolbar(toolbar));
      if (hasOwnHandler)
        app.setErrorHandler(
          async (error: Error, _, reply) =>
            await reply.code(503).type("text/html").send(`<p>Sorry: ${error.message}</p>`),
        );
      app.get<{ Params: { id: string } }>("/boom/:id", async ({ params }) => {
        await after();
        throw boom(params.id);
      });
      app.get<{ Params: { id: string } }>("/sync/:id", ({ params }) => {
        throw boom(params.id);
      });
      app.get("/teapot", async () => {
        throw teapot();
      });
      app.get("/late", async (_, reply) => {
        reply.raw.write("begun");
        await after();
        throw boom("late");
      });
      app.get("/fine", async (_, reply) => await reply.header("Server-Timing", "own;dur=1").send({}));
      await app.listen({ port: 0, host: "127.0.0.1" });
      return {
        url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`,
        close: async () => await app.close(),
      };
    },
  },
  Hono: {
    serve: async (toolbar, hasOwnHandler) => {
      const app = new Hono();
      if (toolbar !== undefined) app.use(forHono.debugToolbar(toolbar));
      if (hasOwnHandler) app.onError((error, c) => c.html(`<p>Sorry: ${error.message}</p>`, 503));
      app.get("/boom/:id", async (c) => {
        await after();
        throw boom(c.req.param("id"));
      });
      app.get("/sync/:id", (c) => {
        throw boom(c.req.param("id"));
      });
      app.get("/fine", (c) => c.json({}, 200, { "Server-Timing": "own;dur=1" }));
      return await served(serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }) as Server);
    },
  },
  Koa: {
    honours: true,
    isLate: true,
    serve: async (toolbar, hasOwnHandler) => {
      const app = new Koa();
      if (toolbar !== undefined) app.use(forKoa.debugToolbar(toolbar));
      if (hasOwnHandler)
        app.use(async (ctx, next) => {
          try {
            await next();
          } catch (error) {
            ctx.status = 503;
            ctx.type = "html";
            ctx.body = `<p>Sorry: ${(error as Error).message}</p>`;
          }
        });
      app.use(async (ctx) => {
        const [, name, id = ""] = ctx.path.split("/");
        if (name === "sync") throw boom(id);
        if (name === "late") {
          ctx.status = 200;
          ctx.res.write("begun");
        }
        if (name === "fine") {
          ctx.set("Server-Timing", "own;dur=1");
          ctx.body = {};
          return;
        }
        await after();
        throw name === "teapot" ? teapot() : boom(name === "late" ? "late" : id);
      });
      return await served(app.listen(0, "127.0.0.1"));
    },
  },
  "node:http": {
    honours: true,
    answers: false,
    serve: async (toolbar, hasOwnHandler) => {
      const show = toolbar === undefined ? undefined : forNode.debugToolbar(toolbar);
      const server = createServer((request, response) => {
        const handle = async (): Promise<void> => {
          const [, name, id = ""] = request.url!.split("/");
          if (name === "fine") return void response.setHeader("Server-Timing", "own;dur=1").end("{}");
          if (name === "sync") throw boom(id);
          await after();
          throw name === "teapot" ? teapot() : boom(id);
        };
        const handler = hasOwnHandler
          ? async () => {
              try {
                await handle();
              } catch (error) {
                response
                  .writeHead(503, { "Content-Type": "text/html" })
                  .end(`<p>Sorry: ${(error as Error).message}</p>`);
              }
            }
          : handle;
        if (show === undefined) void handler();
        else show(request, response, handler);
      });
      return await served(server.listen(0, "127.0.0.1"));
    },
  },
  "latchkey/flask": {
    serve: async (toolbar, hasOwnHandler) => {
      const app = new Flask(import.meta.url);
      app.config["SECRET_KEY"] = generateSecretKey();
      if (toolbar !== undefined) app.use(forHono.debugToolbar(toolbar));
      if (hasOwnHandler) app.errorHandler(500, (error) => `<p>Sorry: ${error.message}</p>`);
      app.route("/boom/<id>", async ({ id }) => {
        await after();
        throw boom(id);
      });
      app.route("/sync/<id>", ({ id }) => {
        throw boom(id);
      });
      app.route("/fine", () => new Response("{}", { headers: { "Server-Timing": "own;dur=1" } }) as never);
      return await served(serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }) as Server);
    },
  },
};

const running: { close: () => Promise<void> | void }[] = [];
afterEach(async () => {
  for (const each of running.splice(0)) await each.close();
  vi.restoreAllMocks();
});

function newToolbar(): Toolbar {
  const toolbar = new Toolbar({ keys: generateSecretKey() });
  running.push(toolbar);
  return toolbar;
}
async function start(framework: Framework, toolbar: Toolbar | undefined, hasOwnHandler = false): Promise<string> {
  // Frameworks write what they answer with 500 to the terminal. Node publishes it too.
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  vi.spyOn(console, "error").mockImplementation(quiet.error.bind(quiet));
  const server = await framework.serve(toolbar, hasOwnHandler);
  running.push(server);
  return server.url;
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}
async function ask(url: string, headers: Readonly<Record<string, string>> = NAVIGATES): Promise<Answer> {
  const response = await fetch(url, { headers, redirect: "manual" });
  return { status: response.status, headers: response.headers, body: await response.text() };
}
/** Everything of an answer that does not change from one to the next. */
function comparable({ status, headers, body }: Answer): unknown {
  // Node's own frames at the end of a stack depend on what else the process does at that moment.
  const text = body.replace(/(?:<br>|\\n|\n)[^<\\\n]*\bnode:[^<\\\n]*/g, "").replace(/:\d+:\d+/g, "");
  const changing = ["date", "x-latchkey-request", "server-timing", "content-length"];
  const kept = [...headers].filter(([name]) => !changing.includes(name));
  const length = headers.get("content-length");
  return { status, headers: kept, isWhole: length === null || Number(length) === Buffer.byteLength(body), body: text };
}
const findingsOf = (
  toolbar: Toolbar,
  id: string,
): readonly { readonly tone: string; readonly text: string; readonly where?: string | undefined }[] =>
  toolbar.page(id)!.panels.flatMap(({ findings }) => findings);

for (const [name, framework] of Object.entries(FRAMEWORKS)) {
  const { answers = true, honours = false, isLate = false } = framework;

  describe(`${name} keeps the contract of the exception page`, () => {
    test("B3: shows the error, its cause, the source and the toolbar", async () => {
      const toolbar = newToolbar();
      const url = await start(framework, toolbar);
      for (const path of ["/boom/7", "/sync/7"]) {
        const { status, headers, body } = await ask(url + path);
        expect(status).toBe(500);
        expect(headers.get("content-type")).toBe("text/html; charset=utf-8");
        expect(headers.get("content-security-policy")).toMatch(/^default-src 'none'; style-src 'self'/);
        for (const shown of [
          "the cart of 7 is gone",
          "Caused by ",
          "TypeError",
          "inner",
          "test/adapters/exceptions.test.ts:",
        ])
          expect(body).toContain(shown);
        expect(body).toContain('<span class="text">  return new Error(&#96;the cart of');
        expect(body).toMatch(/<\/html>\s*<script type="module" src="[^"]+"><\/script>\s*$/);
        expect(Number(headers.get("content-length") ?? Buffer.byteLength(body))).toBe(Buffer.byteLength(body));
      }
    });

    test("U14: records the error once, in one sentence with its place", async () => {
      const toolbar = newToolbar();
      const url = await start(framework, toolbar);
      const id = (await ask(`${url}/boom/7`)).headers.get("x-latchkey-request")!;
      await expect
        .poll(() => toolbar.exchanges.find((exchange) => exchange.id === id))
        .toMatchObject({ tone: "error" });
      const errors = findingsOf(toolbar, id).filter(({ tone }) => tone === "error");
      expect(errors.map(({ text, where }) => [text, where])).toEqual([
        ["Error: the cart of 7 is gone", expect.stringMatching(/^test\/adapters\/exceptions\.test\.ts:\d+$/)],
      ]);
    });

    test.skipIf(!answers)("leaves the framework's answer to everyone else as it is, and names the record", async () => {
      const toolbar = newToolbar();
      const url = await start(framework, toolbar);
      const plain = await start(framework, undefined);
      for (const [who, headers] of Object.entries(OTHERS)) {
        const answer = await ask(`${url}/boom/7`, headers);
        expect(comparable(answer), who).toEqual(comparable(await ask(`${plain}/boom/7`, headers)));
        const id = answer.headers.get("x-latchkey-request")!;
        await expect.poll(() => toolbar.exchanges.some((exchange) => exchange.id === id)).toBe(true);
        expect(findingsOf(toolbar, id)[0]!.text).toContain("the cart of 7 is gone");
      }
    });

    test.skipIf(!answers)("gives a stranger neither the page nor the headers", async () => {
      const url = await start(framework, newToolbar());
      const plain = await start(framework, undefined);
      const answer = await ask(`${url}/boom/7`, STRANGER);
      expect(comparable(answer)).toEqual(comparable(await ask(`${plain}/boom/7`, STRANGER)));
      expect(answer.headers.has("x-latchkey-request") || answer.headers.has("server-timing")).toBe(false);
    });

    test("leaves the answer of the application's own error handler", async () => {
      const toolbar = newToolbar();
      const url = await start(framework, toolbar, true);
      const { status, body, headers } = await ask(`${url}/boom/7`);
      // In latchkey/flask a handler is given for a status, and answers with it.
      expect(status).toBe(name === "latchkey/flask" ? 500 : 503);
      expect(body).toMatch(/^<p>Sorry: [^<]*<\/p>\s*<script type="module"/);
      expect(headers.has("x-latchkey-request")).toBe(true);
    });

    test("adds the id and Server-Timing to every recorded answer, and keeps the application's own", async () => {
      const toolbar = newToolbar();
      const url = await start(framework, toolbar);
      const { headers } = await ask(`${url}/fine`, { accept: "application/json" });
      const id = headers.get("x-latchkey-request")!;
      expect(headers.get("server-timing")).toMatch(/^own;dur=1, total;dur=[\d.]+/);
      await expect.poll(() => toolbar.exchanges.find((exchange) => exchange.id === id)?.path).toBe("/fine");
      expect((await ask(`${url}/fine`, STRANGER)).headers.get("server-timing")).toBe("own;dur=1");
    });

    test.skipIf(!honours)("answers with the status that the error names", async () => {
      const toolbar = newToolbar();
      const { status, body, headers } = await ask(`${await start(framework, toolbar)}/teapot`);
      expect(status).toBe(418);
      expect(body).toContain("418 I&#39;m a Teapot");
      const id = headers.get("x-latchkey-request")!;
      await expect.poll(() => toolbar.exchanges.find((exchange) => exchange.id === id)?.tone).toBe("warn");
    });

    test.skipIf(!isLate)("touches nothing once headers were sent", async () => {
      const toolbar = newToolbar();
      const url = await start(framework, toolbar);
      const got = await new Promise<string>((resolve) => {
        let text = "";
        const request = httpGet(`${url}/late`, { headers: NAVIGATES }, (response) => {
          response.setEncoding("utf8");
          response.on("data", (part: string) => (text += part));
          // When the server has answered another request, it has dealt with the error.
          const leave = (): void => void request.destroy();
          response.once("data", () => void ask(`${url}/fine`).then(leave, leave));
          response.on("error", () => resolve(text));
          response.on("close", () => resolve(text));
        });
        request.on("error", () => resolve(text));
      });
      expect(got).toBe("begun");
      await expect.poll(() => toolbar.exchanges.find(({ path }) => path === "/late")?.tone).toBe("error");
      const { id } = toolbar.exchanges.find(({ path }) => path === "/late")!;
      expect(
        findingsOf(toolbar, id)
          .map(({ text }) => text)
          .join(),
      ).toContain("the cart of late is gone");
    });
  });
}
