import { setTimeout as wait } from "node:timers/promises";
import Fastify, { type FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { debugToolbar } from "../../../src/adapters/fastify/toolbar.ts";
import { RecordedServer } from "../../support/recorded-server.ts";

const server = new RecordedServer();
const { toolbar } = server;
let app: FastifyInstance;

beforeAll(async () => {
  app = Fastify();
  await app.register(debugToolbar(toolbar));
  app.get("/cart/:id", async function showCart(request) {
    await wait(5);
    const { id } = request.params as { id: string };
    await toolbar.span(`price of ${id}`, async () => await wait(1));
    return id;
  });
  app.get("/later", (_request, reply) => void setTimeout(() => void reply.send("done"), 10));
  app.get("/at-once", (_request, reply) => reply.send("done"));
  app.get("/throws", () => {
    throw new Error("thrown");
  });
  app.get("/rejects", async () => await Promise.reject(new Error("rejected")));
  await app.ready();
  await server.start((request, response) => app.routing(request, response));
});
afterAll(async () => {
  await server.stop();
  await app.close();
});

describe("Fastify", () => {
  test("40 requests at once have their own handler, and what it did inside of it", async () => {
    for (const { path, spans } of await server.visitForty("/cart")) {
      const n = path.split("/").at(-1);
      expect(spans).toMatchObject([
        {
          kind: "layer",
          label: "showCart",
          detail: { type: "handler", route: "/cart/:id" },
          error: null,
          parent: null,
        },
        { kind: "app", label: `price of ${n}`, parent: 1 },
      ]);
      expect(spans[0]!.duration).toBeGreaterThan(4);
    }
  });

  test("a handler that answers later lasts until it has answered", async () => {
    const { spans } = await server.visit("/later");
    expect(spans).toMatchObject([{ label: "GET /later" }]);
    expect(spans[0]!.duration).toBeGreaterThan(8);
    expect((await server.visit("/at-once")).spans[0]!.duration).not.toBeNull();
  });

  test.each([
    ["/throws", "thrown"],
    ["/rejects", "rejected"],
  ])("%s: the handler has the error", async (path, message) => {
    const { spans, status } = await server.visit(path);
    expect(status).toBe(500);
    expect(spans).toMatchObject([{ kind: "layer", error: `Error: ${message}` }]);
  });
});
