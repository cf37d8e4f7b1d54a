import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import Fastify, { type FastifyInstance } from "fastify";
import { SessionManager, type SessionStore } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { debugToolbar, session, sessionOf, type SessionRequest } from "latchkey/fastify";
import { MemoryStore } from "latchkey/stores/memory";
import { Toolbar } from "latchkey/toolbar";
import { afterEach, describe, expect, test } from "vitest";
import { adapterContract, type Data } from "../contracts/adapter-contract.ts";

async function listen(app: FastifyInstance): Promise<{ readonly url: string; close(): Promise<void> }> {
  const url = await app.listen({ port: 0, host: "127.0.0.1" });
  return {
    url,
    close: async () => {
      app.server.closeAllConnections();
      await app.close();
    },
  };
}

adapterContract(
  "Fastify",
  async (manager, routes, { trustProxy = false } = {}) => {
    const app = Fastify({ trustProxy });
    app.register(session(manager));
    // The routes stand in a plugin of their own, as they do in a real application.
    app.register(async (inner) => {
      for (const [path, route] of Object.entries(routes)) {
        inner.all(path, async (request, reply) => {
          const {
            status = 200,
            headers = {},
            body = "",
            chunks,
          } = await route((request as SessionRequest<Data>).session);
          reply.code(status).headers({ ...headers });
          if (status === 204) return await reply.send();
          return await reply.send(chunks === undefined ? body : Readable.from(chunks));
        });
      }
    });
    return await listen(app);
  },
  { trustsProxies: true },
);

const open: FastifyInstance[] = [];
afterEach(async () => {
  for (const app of open.splice(0)) {
    app.server.closeAllConnections();
    await app.close();
  }
});

function application(): FastifyInstance {
  const app = Fastify();
  open.push(app);
  return app;
}

const failing: SessionStore = {
  get: async () => undefined,
  delete: async () => undefined,
  set: () => Promise.reject(new Error("away")),
};

describe("the session plugin for Fastify", () => {
  const manager = new SessionManager<Data>({ keys: generateSecretKey() });
  const cookieOf = (answer: { headers: Record<string, unknown> }): string => {
    const line = [answer.headers["set-cookie"] ?? []].flat()[0] as string | undefined;
    return line?.split(";")[0] ?? "";
  };

  test("request.session is the session, and each plugin may have a manager of its own", async () => {
    const other = new SessionManager<Data>({ keys: generateSecretKey(), cookie: { name: "admin" } });
    const app = application();
    app.register(async (shop) => {
      shop.register(session(manager));
      shop.get("/shop", async (request) => {
        (request as SessionRequest<Data>).session.data.visits = 1;
        return "shop";
      });
    });
    app.register(async (admin) => {
      admin.register(session(other));
      admin.get("/admin", async (request) => {
        sessionOf(other, request).data.visits = 1;
        return "admin";
      });
    });
    app.get("/neither", async (request) => sessionOf(manager, request).data);
    expect(cookieOf(await app.inject("/shop"))).toMatch(/^session=/);
    expect(cookieOf(await app.inject("/admin"))).toMatch(/^admin=/);
    const neither = await app.inject("/neither");
    expect([neither.statusCode, neither.json()]).toEqual([
      500,
      expect.objectContaining({ code: "session_unavailable" }),
    ]);
  });

  test("registered twice, the outer one keeps the session", async () => {
    const app = application();
    app.register(session(manager));
    app.register(async (inner) => {
      inner.register(session(new SessionManager<Data>({ keys: generateSecretKey(), cookie: { name: "inner" } })));
      inner.get("/", async (request) => {
        sessionOf(manager, request).data.visits = 1;
        return "ok";
      });
    });
    const answer = await app.inject("/");
    expect([answer.statusCode, cookieOf(answer), [answer.headers["set-cookie"]].flat().length]).toEqual([
      200,
      expect.stringMatching(/^session=/),
      1,
    ]);
  });

  test("pages that are not found have their session too", async () => {
    const app = application();
    app.register(session(manager));
    app.setNotFoundHandler(async (request, reply) => {
      sessionOf(manager, request).flash("nothing there");
      return await reply.code(404).send("not found");
    });
    const answer = await app.inject("/missing");
    expect([answer.statusCode, cookieOf(answer)]).toEqual([404, expect.stringMatching(/^session=/)]);
  });

  test("headers that stand on the raw response, and those of a fetch Response, stay", async () => {
    const app = application();
    app.register(session(manager));
    app.get("/raw", async (request, reply) => {
      sessionOf(manager, request).data.visits = 1;
      reply.raw.setHeader("Set-Cookie", "raw=1");
      return "ok";
    });
    app.get("/response", async (request) => {
      sessionOf(manager, request).data.visits = 1;
      return new Response("made", {
        status: 201,
        headers: { Vary: "Accept", "Cache-Control": "private", "Set-Cookie": "theme=dark" },
      });
    });
    const raw = await app.inject("/raw");
    expect([raw.headers["set-cookie"]].flat().map((line) => String(line).split("=")[0])).toEqual(["raw", "session"]);
    const made = await app.inject("/response");
    expect([made.statusCode, made.body, made.headers["vary"], made.headers["cache-control"]]).toEqual([
      201,
      "made",
      "Accept, Cookie",
      'private, no-cache="Set-Cookie"',
    ]);
    expect([made.headers["set-cookie"]].flat().map((line) => String(line).split("=")[0])).toEqual(["theme", "session"]);
  });

  test("a file is streamed with the cookie; HEAD has the same headers", async () => {
    const app = application();
    app.register(session(manager));
    app.get("/file", async (request, reply) => {
      sessionOf(manager, request).data.visits = 1;
      return await reply.type("text/plain").send(createReadStream(import.meta.filename));
    });
    const file = await app.inject("/file");
    expect([file.body.includes("is streamed with the cookie"), cookieOf(file)]).toEqual([
      true,
      expect.stringMatching(/^session=/),
    ]);
    const head = await app.inject({ method: "HEAD", url: "/file" });
    expect([head.statusCode, head.body, cookieOf(head)]).toEqual([200, "", expect.stringMatching(/^session=/)]);
  });

  test("a session that cannot be kept goes to the error handler, and the answer's stream is closed", async () => {
    const broken = new SessionManager<Data>({ keys: generateSecretKey(), store: failing });
    const source = createReadStream(import.meta.filename);
    const app = application();
    app.addHook("onRequest", async (_, reply) => void reply.header("X-Before", "1"));
    app.register(session(broken));
    app.setErrorHandler(async (error: { code: string }, _, reply) => await reply.code(503).send({ code: error.code }));
    app.get("/", async (request, reply) => {
      sessionOf(broken, request).data.visits = 1;
      return await reply.header("Location", "/elsewhere").type("text/html").send(source);
    });
    const answer = await app.inject("/");
    expect([answer.statusCode, answer.json(), answer.headers["location"], answer.headers["x-before"]]).toEqual([
      503,
      { code: "store_failed" },
      undefined,
      "1",
    ]);
    expect(source.destroyed).toBe(true);
  });

  test("an error handler's answer keeps what the session held", async () => {
    const app = application();
    app.register(session(manager));
    app.setErrorHandler(async (_, request, reply) => {
      sessionOf(manager, request).flash("that failed");
      return await reply.code(500).send("sorry");
    });
    app.get("/", async () => await Promise.reject(new Error("boom")));
    app.get("/flashes", async (request) => sessionOf(manager, request).flashes());
    const failed = await app.inject("/");
    expect(failed.body).toBe("sorry");
    const flashes = await app.inject({ url: "/flashes", headers: { cookie: cookieOf(failed) } });
    expect(flashes.json()).toEqual([{ category: "message", message: "that failed" }]);
  });

  test("a hijacked reply passes by, as all hooks do", async () => {
    const app = application();
    app.register(session(manager));
    app.get("/", (request, reply) => {
      sessionOf(manager, request).data.visits = 1;
      reply.hijack();
      reply.raw.end("raw");
    });
    const answer = await app.inject("/");
    expect([answer.body, answer.headers["set-cookie"]]).toEqual(["raw", undefined]);
  });

  test("many logins at once keep their sessions apart", async () => {
    const stored = new SessionManager<Data>({ keys: generateSecretKey(), store: new MemoryStore() });
    const app = application();
    app.register(session(stored));
    app.get("/login/:name", async (request, reply) => {
      sessionOf(stored, request).login((request.params as { name: string }).name);
      return await reply.redirect("/me");
    });
    app.get("/me", async (request) => sessionOf(stored, request).subject);
    await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const cookie = cookieOf(await app.inject(`/login/${index}`));
        expect((await app.inject({ url: "/me", headers: { cookie } })).body).toBe(String(index));
      }),
    );
  });
});

describe("debugToolbar for Fastify", () => {
  const PAGE = "<!doctype html><p>Grüße</p>";
  const bodies: Readonly<Record<string, () => unknown>> = {
    "a string": () => PAGE,
    "a Buffer": () => Buffer.from(PAGE),
    "a stream": () => Readable.from([PAGE.slice(0, 9), PAGE.slice(9)]),
    "a web stream": () => new Blob([PAGE]).stream(),
    "a Response": () => new Response(PAGE, { headers: { "Content-Type": "text/html", "X-Own": "1" } }),
  };

  test("appends to whatever the body is, and leaves alone what a script asked for", async () => {
    const toolbar = new Toolbar({ keys: generateSecretKey() });
    const app = application();
    app.register(debugToolbar(toolbar));
    app.get("/page/:kind", async (request, reply) => {
      const { kind } = request.params as { kind: string };
      return await reply.type("text/html").header("ETag", '"1"').send(bodies[kind]!());
    });
    const { url } = await listen(app);
    for (const kind of Object.keys(bodies)) {
      const response = await fetch(`${url}/page/${kind}`, { headers: { "Sec-Fetch-Dest": "document" } });
      const text = await response.text();
      expect([kind, text.slice(0, PAGE.length), text.slice(PAGE.length)]).toEqual([
        kind,
        PAGE,
        expect.stringMatching(/^\n<script type="module"/),
      ]);
      expect([kind, response.headers.get("etag"), response.headers.get("x-own")]).toEqual([
        kind,
        null,
        kind === "a Response" ? "1" : null,
      ]);
      const plain = await fetch(`${url}/page/${kind}`, { headers: { "Sec-Fetch-Dest": "empty" } });
      expect([kind, await plain.text(), plain.headers.get("etag")]).toEqual([kind, PAGE, '"1"']);
    }
    toolbar.close();
  });

  test("answers its own pages, which no route knows, and records route, error and session", async () => {
    const toolbar = new Toolbar({ keys: generateSecretKey() });
    const manager = new SessionManager<Data>({ keys: generateSecretKey() });
    const app = application();
    app.register(debugToolbar(toolbar));
    app.register(session(manager));
    app.get("/users/:id", async (request, reply) => {
      sessionOf(manager, request).data.visits = 1;
      return await reply.type("text/html").send(PAGE);
    });
    app.get("/boom", async () => await Promise.reject(new TypeError("the cart is gone")));
    const { url } = await listen(app);
    const text = await (await fetch(`${url}/users/7`, { headers: { "Sec-Fetch-Dest": "document" } })).text();
    const address = /src="([^"]+)"/.exec(text)![1]!.replaceAll("&amp;", "&");
    const script = await fetch(new URL(address, url), { headers: { "Sec-Fetch-Site": "same-origin" } });
    expect([script.status, script.headers.get("content-type")]).toEqual([
      200,
      expect.stringContaining("text/javascript"),
    ]);
    const token = /token=([^&"]+)/.exec(address)![1]!;
    const events = await fetch(`${url}/_latchkey/events?token=${token}`);
    expect(events.headers.get("content-type")).toMatch("text/event-stream");
    const reader = events.body!.getReader();
    await reader.read();
    await reader.cancel();
    expect((await fetch(`${url}/_latchkey/nothing`)).status).toBe(404);
    expect((await fetch(`${url}/boom`)).status).toBe(500);
    await expect.poll(() => toolbar.exchanges.length).toBe(2);
    const [boom, user] = toolbar.exchanges.map(({ id }) => JSON.stringify(toolbar.page(id)));
    expect(user).toContain("/users/:id");
    expect(user).toContain("Sent because a session begins.");
    expect(boom).toContain("the cart is gone");
    toolbar.close();
  });

  test("records requests that are injected, without a server", async () => {
    const toolbar = new Toolbar({ keys: generateSecretKey() });
    const app = application();
    app.register(debugToolbar(toolbar));
    app.get("/", async () => "ok");
    await app.inject("/");
    await expect.poll(() => toolbar.exchanges.length).toBe(1);
    toolbar.close();
  });
});
