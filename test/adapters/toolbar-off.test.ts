import { hasSubscribers } from "node:diagnostics_channel";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import express from "express";
import Fastify from "fastify";
import { Hono } from "hono";
import Koa from "koa";
import { generateSecretKey } from "latchkey/keys";
import { debugToolbar as expressToolbar } from "latchkey/express";
import { debugToolbar as fastifyToolbar } from "latchkey/fastify";
import { debugToolbar as honoToolbar } from "latchkey/hono";
import { debugToolbar as koaToolbar } from "latchkey/koa";
import { debugToolbar as nodeToolbar } from "latchkey/node";
import { Toolbar, type ToolbarOptions } from "latchkey/toolbar";
import { afterEach, describe, expect, test, vi } from "vitest";

const PAGE = "<!doctype html><html><body>hi</body></html>";
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
  vi.unstubAllEnvs();
});

/** Per framework an application that answers every address with the same page. */
const APPLICATIONS: Readonly<Record<string, (toolbar: Toolbar) => RequestListener | Promise<RequestListener>>> = {
  express: (toolbar) =>
    express()
      .use(expressToolbar(toolbar))
      .use((_, response) => void response.send(PAGE)) as RequestListener,
  fastify: async (toolbar) => {
    const app = Fastify();
    app.register(fastifyToolbar(toolbar));
    app.get("*", async (_, reply) => await reply.type("text/html; charset=utf-8").send(PAGE));
    await app.ready();
    return (request, response) => app.routing(request, response);
  },
  hono: (toolbar) => getRequestListener(new Hono().use(honoToolbar(toolbar)).get("*", (c) => c.html(PAGE)).fetch),
  koa: (toolbar) =>
    new Koa()
      .use(koaToolbar(toolbar))
      .use((ctx) => {
        ctx.type = "html";
        ctx.body = PAGE;
      })
      .callback(),
  node: (toolbar) => {
    const show = nodeToolbar(toolbar);
    return (request, response) =>
      show(request, response, () => void response.setHeader("Content-Type", "text/html; charset=utf-8").end(PAGE));
  },
};

async function pages(
  name: string,
  options: Partial<ToolbarOptions>,
): Promise<readonly (readonly [number, string, string | null])[]> {
  const toolbar = new Toolbar({ keys: generateSecretKey(), ...options });
  const server = createServer(await APPLICATIONS[name]!(toolbar));
  servers.push(server);
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const answers = [];
  for (const path of ["/", "/_latchkey/", "/_latchkey/toolbar.js"]) {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { "sec-fetch-dest": "document" } });
    answers.push([response.status, await response.text(), response.headers.get("content-length")] as const);
  }
  toolbar.close();
  return answers;
}

describe.each(Object.keys(APPLICATIONS))("%s", (name) => {
  test.each([
    ["production", {}],
    [undefined, {}],
    ["production", { mode: "development" }],
    ["development", { mode: "production" }],
  ])(
    "P1: with NODE_ENV=%s and %j the page is as it was, and the toolbar's addresses are the application's",
    async (environment, options) => {
      vi.stubEnv("NODE_ENV", environment);
      const untouched = [200, PAGE, expect.stringMatching(`^${PAGE.length}$`)];
      expect(await pages(name, options)).toEqual([untouched, untouched, untouched]);
      expect(
        ["http.server.request.start", "tracing:express.router.request:error"].filter((channel) =>
          hasSubscribers(channel),
        ),
      ).toEqual([]);
    },
  );

  test("with NODE_ENV=development the toolbar is there", async () => {
    vi.stubEnv("NODE_ENV", "development");
    const [page, own, script] = await pages(name, {});
    expect(page!.slice(0, 2)).toEqual([
      200,
      expect.stringMatching(/^<!doctype html>.*<script type="module" src="http:\/\/[\w.:]+\/_latchkey\//s),
    ]);
    expect(own![1]).toContain("Requests – Latchkey");
    expect(script![0]).toBe(200);
  });

  test("P2: a toolbar that fails leaves the page as it was", async () => {
    const clock = (): number => {
      throw new Error("no clock");
    };
    expect((await pages(name, { clock }))[0]!.slice(0, 2)).toEqual([200, PAGE]);
  });

  test("B12: an authorize that throws leaves the page as it was", async () => {
    const authorize = (): boolean => {
      throw new Error("auth db down");
    };
    const [page, own] = await pages(name, { authorize });
    expect(page!.slice(0, 2)).toEqual([200, PAGE]);
    expect(own![0]).toBe(404);
  });
});
