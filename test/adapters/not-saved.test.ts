import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import Fastify from "fastify";
import { Hono } from "hono";
import Koa from "koa";
import { SessionManager } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import * as forFastify from "latchkey/fastify";
import type { SessionEnv } from "latchkey/hono";
import * as forKoa from "latchkey/koa";
import { MemoryStore } from "latchkey/stores/memory";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { browser, served } from "../support/frameworks.ts";

interface Data {
  n: number;
}

const STORES = [
  ["in the cookie", (): undefined => undefined],
  ["in a store", () => new MemoryStore()],
] as const;

/**
 * The warnings of one test. The warning comes once for each process, so each test has modules of
 * its own.
 */
function noteWarnings(): (string | undefined)[] {
  const codes: (string | undefined)[] = [];
  const note = (warning: Error & { code?: string }): void => {
    if (warning.code === "LATCHKEY_NOT_SAVED") codes.push(warning.message);
  };
  process.on("warning", note);
  onTestFinished(() => void process.off("warning", note));
  return codes;
}

async function fresh<Module>(load: () => Promise<Module>): Promise<Module> {
  vi.resetModules();
  return await load();
}

describe("A4: an answer that leaves past the middleware", () => {
  test.each(STORES)(
    "in Fastify, a change %s before hijack or raw.end is warned of, and later ones throw",
    async (_, store) => {
      const { session, sessionOf } = await fresh(async () => await import("latchkey/fastify"));
      const { SessionManager: Manager } = await import("latchkey");
      const warnings = noteWarnings();
      const manager = new Manager<Data>({ keys: generateSecretKey(), store: store() });
      const app = Fastify();
      app.register(session(manager));
      const kept: { data: Partial<Data> }[] = [];
      app.get("/hijack", (request, reply) => {
        const current = sessionOf(manager, request);
        kept.push(current);
        current.data.n = 1;
        reply.hijack();
        reply.raw.writeHead(200, { "Content-Type": "text/event-stream" });
        reply.raw.end("data: 1\n\n");
      });
      app.get("/raw", (request, reply) => {
        const current = sessionOf(manager, request);
        kept.push(current);
        current.data.n = 1;
        reply.raw.end("raw");
      });
      await app.listen({ port: 0, host: "127.0.0.1" });
      onTestFinished(async () => await app.close());
      const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
      for (const path of ["/hijack", "/raw"]) await (await fetch(url + path)).text();
      await expect.poll(() => warnings).toEqual([expect.stringContaining("manager.commit(session)")]);
      for (const current of kept) {
        const change = (): void => {
          current.data.n = 2;
        };
        await expect.poll(() => codeOf(change)).toBe("session_closed");
      }
    },
  );

  test.each(STORES)("in Fastify, what is committed %s before is kept, and nothing is warned of", async (_, store) => {
    const warnings = noteWarnings();
    const manager = new SessionManager<Data>({ keys: generateSecretKey(), store: store() });
    const app = Fastify();
    app.register(forFastify.session(manager));
    app.get("/", async (request, reply) => {
      const current = forFastify.sessionOf(manager, request);
      const n = (current.data.n ?? 0) + 1;
      current.data.n = n;
      for (const [name, value] of await manager.commit(current)) reply.raw.appendHeader(name, value);
      reply.hijack();
      reply.raw.end(String(n));
    });
    // A session that is only read may leave as it is.
    app.get("/read", (request, reply) => {
      reply.hijack();
      reply.raw.end(String(forFastify.sessionOf(manager, request).data.n));
    });
    await app.listen({ port: 0, host: "127.0.0.1" });
    onTestFinished(async () => await app.close());
    const visit = browser(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`);
    expect([await visit("/"), await visit("/"), await visit("/read")]).toEqual(["1", "2", "2"]);
    expect(warnings).toEqual([]);
  });

  test("in Koa, ctx.respond = false keeps what the session held", async () => {
    const warnings = noteWarnings();
    const manager = new SessionManager<Data>({ keys: generateSecretKey(), store: new MemoryStore() });
    const app = new Koa().use(forKoa.session(manager)).use((ctx) => {
      ctx.respond = false;
      const n = (ctx.session.data.n ?? 0) + 1;
      ctx.session.data.n = n;
      ctx.res.end(String(n));
    });
    const { url, close } = await served(app.listen(0, "127.0.0.1"));
    onTestFinished(close);
    const visit = browser(url);
    expect([await visit("/"), await visit("/")]).toEqual(["1", "2"]);
    expect(warnings).toEqual([]);
  });

  test("in Hono, an answer that was written to the server's own response is warned of if a cookie is lost", async () => {
    const { session } = await fresh(async () => await import("latchkey/hono"));
    const { SessionManager: Manager } = await import("latchkey");
    const warnings = noteWarnings();
    const app = new Hono<SessionEnv<Data>>().use(session(new Manager<Data>({ keys: generateSecretKey() })));
    app.get("/", (c) => {
      c.get("session").data.n = 1;
      const { outgoing } = c.env as unknown as { outgoing: { end(text: string): void } };
      outgoing.end("raw");
      return RESPONSE_ALREADY_SENT;
    });
    const { url, close } = await served(serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }) as Server);
    onTestFinished(close);
    expect(await (await fetch(url)).text()).toBe("raw");
    await expect.poll(() => warnings).toHaveLength(1);
  });
});

function codeOf(change: () => void): unknown {
  try {
    change();
  } catch (error) {
    return (error as { code?: string }).code;
  }
  return undefined;
}
