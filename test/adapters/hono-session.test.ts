import type { AddressInfo } from "node:net";
import type { Server } from "node:http";
import { serve } from "@hono/node-server";
import { Hono, type Context, type Handler, type MiddlewareHandler } from "hono";
import { SessionManager, type RequestFacts, type Session } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { session, type SessionEnv } from "latchkey/hono";
import { describe, expect, onTestFinished, test } from "vitest";
import { adapterContract, type Answer, type Data, type Served } from "../contracts/adapter-contract.ts";

function toResponse({ status = 200, headers = {}, body, chunks }: Answer): Response {
  if (chunks === undefined)
    return new Response([204, 302, 304].includes(status) ? null : (body ?? ""), { status, headers: { ...headers } });
  return new Response(ReadableStream.from(chunks).pipeThrough(new TextEncoderStream()), {
    status,
    headers: { ...headers },
  });
}

adapterContract("Hono", async (manager, routes): Promise<Served> => {
  const app = new Hono().use(session(manager)).onError((_, c) => c.text("Something went wrong", 500));
  for (const [path, route] of Object.entries(routes))
    app.all(path, async (c) => toResponse(await route(c.get("session" as never))));
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
    expect(response.headers.getSetCookie()[0]).toMatch(
      /^__Host-Http-session=v3\.local\.[^;]+; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
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
    // On the fetch interface an answer with a body can be read once; on @hono/node-server one of
    // text can be given again and again.
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
    for (let visit = 0; visit < 2; visit++)
      cookies.push(...(await sharing.request("http://localhost/write")).headers.getSetCookie());
    expect(new Set(cookies).size).toBe(2);
    const read = await sharing.request("http://localhost/read");
    expect([await read.text(), read.headers.get("Vary")]).toEqual(["the same for all", "Cookie"]);
    expect((await sharing.request("http://localhost/plain")).headers.getSetCookie()).toEqual([]);
    expect([shared.empty, shared.text].flatMap(({ headers }) => headers.getSetCookie())).toEqual([]);
  });

  describe("on @hono/node-server, an answer has its own headers beside the session's", () => {
    const ANSWERS: Readonly<Record<string, (c: Context) => Response | Promise<Response>>> = {
      "/text": (c) => c.text("a text"),
      "/plain-text": () => new Response("a text"),
      "/json": (c) => c.json({ a: 1 }, 201),
      "/html": (c) => c.html("<p>a page"),
      "/own-vary": () => new Response("a text", { headers: { vary: "Accept", "X-Own": "1" } }),
      "/own-cookie": () => new Response("a text", { headers: { "set-cookie": "theme=dark" } }),
      "/list": () => new Response("a text", { headers: [["X-Own", "1"]] }),
      "/prepared": (c) => (c.header("X-Own", "1"), c.text("a text")),
      "/bytes": () => new Response(new Uint8Array([65, 66])),
      "/empty": () => new Response(null, { status: 204, headers: { "X-Own": "1" } }),
      "/redirect": (c) => c.redirect("/elsewhere"),
    };
    const start = async (): Promise<string> => {
      const app = new Hono<SessionEnv<Data>>();
      const look: MiddlewareHandler<SessionEnv<Data>> = async (c, next) => {
        const { data } = c.get("session");
        if (c.req.query("write") !== undefined) data.visits = 1;
        await next();
      };
      app.use("/session/*", session(manager), look);
      for (const [path, answer] of Object.entries(ANSWERS))
        app.get(path, answer as Handler).get(`/session${path}`, answer as Handler);
      const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }) as Server;
      await new Promise((resolve) => server.once("listening", resolve));
      onTestFinished(() => {
        server.closeAllConnections();
        server.close();
      });
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    };

    test.each(Object.keys(ANSWERS))("%s", async (path) => {
      const url = await start();
      const seen = async (
        address: string,
      ): Promise<readonly [number, string, Record<string, string>, readonly string[]]> => {
        const response = await fetch(url + address, { redirect: "manual" });
        const { date: _, ...headers } = Object.fromEntries(response.headers);
        return [response.status, await response.text(), headers, response.headers.getSetCookie()];
      };
      const [status, body, { "set-cookie": _, ...headers }, cookies] = await seen(path);
      const vary = headers["vary"] === undefined ? "Cookie" : `${headers["vary"]}, Cookie`;
      const [readStatus, readBody, { "set-cookie": __, ...readHeaders }, readCookies] = await seen(`/session${path}`);
      expect([readStatus, readBody, readHeaders, readCookies]).toEqual([status, body, { ...headers, vary }, cookies]);
      const [, , written, all] = await seen(`/session${path}?write`);
      expect([written["vary"], written["cache-control"]]).toEqual([vary, 'no-cache="Set-Cookie"']);
      // Where two cookies need Headers, the server adds a type of its own.
      if (path !== "/own-cookie") expect(written["content-type"]).toBe(headers["content-type"]);
      expect(all).toEqual([...cookies, expect.stringContaining("session=")]);
    });
  });

  describe("A8: what the application keeps for all visitors", () => {
    /** Reads or changes the session, and gives the same object each time. */
    const keeping = (kept: Response): Hono<SessionEnv<Data>> => {
      const app = new Hono<SessionEnv<Data>>().use(session(manager));
      app.get("/read", (c) => (void c.get("session").data, kept));
      app.get("/write", (c) => ((c.get("session").data.visits = 1), kept));
      app.get("/plain", () => kept);
      return app;
    };
    const KEPT: Readonly<Record<string, () => Response>> = {
      "an empty answer": () => new Response(null, { status: 204, headers: { "X-Own": "1" } }),
      "a redirect, which is immutable": () => Response.redirect("https://example.org/"),
      "an answer with headers that are kept too": () => new Response(null, { headers: HEADERS }),
    };
    const HEADERS = new Headers({ Vary: "Accept", "X-Own": "1" });

    test.each(Object.entries(KEPT))("%s is never changed", async (_, make) => {
      const kept = make();
      const before = JSON.stringify([...kept.headers]);
      const app = keeping(kept);
      for (let visit = 0; visit < 5; visit++) {
        const vary = kept.headers.has("vary") ? "Accept, Cookie" : "Cookie";
        const read = await app.request("http://localhost/read");
        expect([read.status, read.headers.get("vary"), read.headers.getSetCookie()]).toEqual([kept.status, vary, []]);
        const written = await app.request("http://localhost/write");
        expect([written.headers.get("vary"), written.headers.getSetCookie().length]).toEqual([vary, 1]);
        expect((await app.request("http://localhost/plain")).headers.getSetCookie()).toEqual([]);
      }
      expect([JSON.stringify([...kept.headers]), HEADERS.get("vary")]).toEqual([before, "Accept"]);
    });

    test.each(["/read", "/write"])("on @hono/node-server, a text can be given again and again: %s", async (path) => {
      // The server puts a Response of its own in the place of the global one.
      const apps = new Map<string, Hono<SessionEnv<Data>>>();
      const server = serve({
        fetch: (request, env) => apps.get("app")!.fetch(request, env as never),
        port: 0,
        hostname: "127.0.0.1",
      }) as Server;
      await new Promise((resolve) => server.once("listening", resolve));
      const kept = new Response("the same for all", { headers: { "Content-Type": "text/plain" } });
      apps.set("app", keeping(kept));
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      for (let visit = 0; visit < 3; visit++) {
        const answer = await fetch(url + path);
        expect([answer.status, await answer.text(), answer.headers.get("vary")]).toEqual([
          200,
          "the same for all",
          "Cookie",
        ]);
        expect(answer.headers.getSetCookie()).toHaveLength(path === "/write" ? 1 : 0);
      }
      const plain = await fetch(`${url}/plain`);
      expect([plain.headers.get("vary"), plain.headers.getSetCookie(), kept.headers.get("vary")]).toEqual([
        null,
        [],
        null,
      ]);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
  });

  test("what a handler throws that is no Error reaches middleware outside, with what the session held", async () => {
    const throwing = new Hono();
    throwing.use(async (c, next) => {
      try {
        await next();
      } catch (thrown) {
        return c.text(String(thrown), 500);
      }
      return undefined;
    });
    throwing.use(session(manager));
    throwing.get("/", (c) => {
      (c.get("session" as never) as { data: Data }).data.visits = 1;
      // oxlint-disable-next-line no-throw-literal, typescript/only-throw-error -- the case at hand
      throw "a text";
    });
    const answer = await throwing.request("http://localhost/");
    expect([answer.status, await answer.text(), answer.headers.getSetCookie().length]).toEqual([500, "a text", 1]);
  });

  test("below a route and a mounted application, the manager is told the whole path", async () => {
    const paths: unknown[] = [];
    class Noting extends SessionManager<Data> {
      override async load(source: Parameters<SessionManager["load"]>[0], facts?: RequestFacts): Promise<Session<Data>> {
        paths.push(facts?.path);
        return await super.load(source, facts);
      }
    }
    const inner = new Hono().use(session(new Noting({ keys: generateSecretKey() }))).all("*", (c) => c.text("ok"));
    const outer = new Hono().route("/route", inner).mount("/mount", inner.fetch as never);
    const server = serve({ fetch: outer.fetch, port: 0, hostname: "127.0.0.1" }) as Server;
    await new Promise((resolve) => server.once("listening", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    for (const path of ["/route/a?b", "/mount/a?b"]) await (await fetch(url + path)).text();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect(paths).toEqual(["/route/a", "/mount/a"]);
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
