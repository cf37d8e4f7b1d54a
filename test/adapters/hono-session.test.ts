import type { AddressInfo } from "node:net";
import type { Server } from "node:http";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { generateSecretKey, SessionManager } from "latchkey";
import { session } from "latchkey/hono";
import { describe, expect, test } from "vitest";
import { adapterContract, type Answer, type Data, type Served } from "../contracts/adapter-contract.ts";

function toResponse({ status = 200, headers = {}, body, chunks }: Answer): Response {
  if (chunks === undefined)
    return new Response([204, 302, 304].includes(status) ? null : (body ?? ""), { status, headers: { ...headers } });
  return new Response(ReadableStream.from(chunks).pipeThrough(new TextEncoderStream()), { status, headers: { ...headers } });
}

adapterContract("Hono", async (manager, routes): Promise<Served> => {
  const app = new Hono().use(session(manager)).onError((_, c) => c.text("Something went wrong", 500));
  for (const [path, route] of Object.entries(routes)) app.all(path, async (c) => toResponse(await route(c.get("session" as never))));
  const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }) as Server;
  await new Promise((resolve) => server.once("listening", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
});

describe("the session middleware for Hono", () => {
  const manager = new SessionManager<Data>({ keys: generateSecretKey() });
  const app = new Hono()
    .use(session(manager))
    .get("/", (c) => {
      const { data } = c.get("session");
      data.visits = (data.visits ?? 0) + 1;
      return c.text(`visit ${data.visits}`);
    })
    .get("/immutable", (c) => {
      c.get("session").data.name = "Ada";
      return Response.redirect("https://example.org/", 303);
    });

  test("needs no server, and takes https from the address", async () => {
    const response = await app.request("https://example.org/");
    expect(response.headers.getSetCookie()[0]).toMatch(/^__Host-session=e1\.[^;]+; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
  });

  test("adds headers to responses that cannot be changed", async () => {
    const response = await app.request("http://localhost/immutable");
    expect([response.status, response.headers.get("location"), response.headers.getSetCookie().length]).toEqual([
      303,
      "https://example.org/",
      1,
    ]);
  });

  test("leaves an answer alone that the application keeps for all visitors: nobody gets another's cookie", async () => {
    // On the fetch interface an answer with a body can be read once; on @hono/node-server one of text can be given again and again.
    const shared = { empty: new Response(null, { status: 204 }), text: new Response("the same for all") };
    const sharing = new Hono().use(session(manager));
    sharing.get("/write", (c) => {
      (c.get("session" as never) as { data: Data }).data.visits = 1;
      return shared.empty;
    });
    sharing.get("/read", (c) => {
      void (c.get("session" as never) as { data: Data }).data;
      return shared.text;
    });
    sharing.get("/plain", () => shared.empty);
    const cookies = [];
    for (let visit = 0; visit < 2; visit++) cookies.push(...(await sharing.request("http://localhost/write")).headers.getSetCookie());
    expect(new Set(cookies).size).toBe(2);
    const read = await sharing.request("http://localhost/read");
    expect([await read.text(), read.headers.get("Vary")]).toEqual(["the same for all", "Cookie"]);
    expect((await sharing.request("http://localhost/plain")).headers.getSetCookie()).toEqual([]);
    expect([shared.empty, shared.text].flatMap(({ headers }) => headers.getSetCookie())).toEqual([]);
  });

  test("mounted twice, it keeps one session", async () => {
    const twice = new Hono().use(session(manager)).use(session(manager));
    twice.get("/", (c) => {
      (c.get("session" as never) as { data: Data }).data.visits = 1;
      return c.text("ok");
    });
    expect((await twice.request("http://localhost/")).headers.getSetCookie()).toHaveLength(1);
  });
});
