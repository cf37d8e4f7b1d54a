import { once } from "node:events";
import {
  createServer,
  get as httpGet,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import express from "express";
import { SessionError, SessionManager, type SessionStore } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { session, type SessionRequest } from "latchkey/node";
import { MemoryStore } from "latchkey/stores/memory";
import { afterEach, describe, expect, test } from "vitest";
import { adapterContract, type Answer, type Data, type Served } from "../contracts/adapter-contract.ts";

async function listen(listener: RequestListener): Promise<Served> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function send(
  response: ServerResponse,
  { status = 200, headers = {}, body = "", chunks }: Answer,
): Promise<void> {
  response.writeHead(status, { ...headers });
  if (chunks === undefined) response.end(body);
  else await pipeline(Readable.from(chunks), response);
}

adapterContract("node:http", async (manager, routes) => {
  const openSession = session(manager);
  return await listen((request, response) => {
    openSession(request, response, () => {
      const answer = async (): Promise<void> => {
        try {
          await send(response, await routes[request.url!]!((request as SessionRequest<Data>).session));
        } catch {
          if (!response.headersSent) response.writeHead(500).end("Something went wrong");
        }
      };
      void answer();
    });
  });
});

adapterContract("Express, by the node door", async (manager, routes) => {
  const app = express();
  app.use(session(manager));
  for (const [path, route] of Object.entries(routes)) {
    app.all(path, async (request, response) => {
      const {
        status = 200,
        headers = {},
        body = "",
        chunks,
      } = await route((request as unknown as SessionRequest<Data>).session);
      response.status(status).set(headers);
      if (chunks === undefined) response.send(body);
      else await pipeline(Readable.from(chunks), response).catch(() => undefined);
    });
  }
  app.use(((_error, _request, response, _next) => {
    response.status(500).send("Something went wrong");
  }) as express.ErrorRequestHandler);
  return await listen(app);
});

describe("the session middleware for node:http", () => {
  const open: Served[] = [];
  afterEach(async () => {
    for (const served of open.splice(0)) await served.close();
  });

  type Handler = (request: SessionRequest<Data>, response: ServerResponse) => void;
  const serve = async (handler: Handler, store?: SessionStore): Promise<string> => {
    const openSession = session(new SessionManager<Data>({ keys: generateSecretKey(), store }));
    const served = await listen((request, response) =>
      openSession(request, response, () => handler(request as SessionRequest<Data>, response)),
    );
    open.push(served);
    return served.url;
  };
  const visit = (request: SessionRequest<Data>): void => {
    request.session.data.visits = 1;
  };

  /** Every way to begin an answer. */
  const ways: Readonly<
    Record<
      string,
      { readonly answer: (response: ServerResponse) => void; readonly status?: number; readonly body: string }
    >
  > = {
    "end alone": { answer: (response) => response.end("ab"), body: "ab" },
    "write, then end": { answer: (response) => (response.write("a"), response.end("b")), body: "ab" },
    "write after a while": {
      answer: (response) => (response.write("a"), setTimeout(() => response.end("b"), 30)),
      body: "ab",
    },
    "flushHeaders first": {
      answer: (response) => (response.flushHeaders(), setTimeout(() => response.end("ab"), 30)),
      body: "ab",
    },
    "writeHead with a reason and headers": {
      answer: (response) => response.writeHead(201, "Made", { "X-A": "1" }).end("ab"),
      status: 201,
      body: "ab",
    },
    "writeHead with a flat list": {
      answer: (response) => response.writeHead(200, ["X-A", "1", "Set-Cookie", "a=1", "Set-Cookie", "b=2"]).end("ab"),
      body: "ab",
    },
    "writeHead with cookies": {
      answer: (response) => response.writeHead(200, { "Set-Cookie": ["a=1", "b=2"] }).end("ab"),
      body: "ab",
    },
    "buffers in an encoding": {
      answer: (response) => (response.write("YQ==", "base64"), response.end(Buffer.from("b"))),
      body: "ab",
    },
    "a pipe": { answer: (response) => void Readable.from(["a", "b"]).pipe(response), body: "ab" },
    "304": { answer: (response) => response.writeHead(304).end(), status: 304, body: "" },
  };
  test.each(Object.entries(ways))("%s carries the cookie", async (name, { answer, status = 200, body }) => {
    const url = await serve((request, response) => (visit(request), answer(response)), new MemoryStore());
    const response = await fetch(url);
    expect([response.status, await response.text()]).toEqual([status, body]);
    const cookies = response.headers.getSetCookie();
    expect(cookies.at(-1)).toMatch(/^session=/);
    if (name.includes("cookies") || name.includes("flat")) expect(cookies.slice(0, 2)).toEqual(["a=1", "b=2"]);
    if (name.includes("reason")) expect([response.statusText, response.headers.get("x-a")]).toEqual(["Made", "1"]);
  });

  test("a writer sees what it sees without us: begun, ended, headers closed, callbacks in their order", async () => {
    const seen: unknown[] = [];
    const url = await serve((request, response) => {
      visit(request);
      seen.push(
        response.headersSent,
        response.writableEnded,
        response.write("a", () => seen.push("written")),
        response.headersSent,
      );
      try {
        response.setHeader("X-Late", "1");
      } catch (error) {
        seen.push((error as { code: string }).code);
      }
      seen.push(response.end("b", () => seen.push("ended")) === response, response.writableEnded);
      response.on("finish", () => seen.push("finish"));
    });
    const response = await fetch(url);
    expect([await response.text(), response.headers.get("x-late")]).toEqual(["ab", null]);
    expect(seen).toEqual([false, false, true, true, "ERR_HTTP_HEADERS_SENT", true, true, "written", "ended", "finish"]);
  });

  test("backpressure holds: a source much faster than its reader is paused, and nothing is lost", async () => {
    let produced = 0;
    const chunk = Buffer.alloc(64 * 1024, "x");
    const url = await serve((request, response) => {
      visit(request);
      const source = new Readable({
        read() {
          this.push(produced < 64 ? (produced++, chunk) : null);
        },
      });
      source.pipe(response);
    }, new MemoryStore());
    const [incoming] = (await once(httpGet(url), "response")) as [IncomingMessage];
    let bytes = 0;
    for await (const part of incoming) {
      bytes += (part as Buffer).length;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect([bytes, produced]).toEqual([64 * chunk.length, 64]);
  });

  test("many requests on one connection", async () => {
    const url = await serve((request, response) => (visit(request), response.end(request.url)), new MemoryStore());
    for (let index = 0; index < 30; index++) expect(await (await fetch(`${url}/${index}`)).text()).toBe(`/${index}`);
  });

  test("a visitor who leaves while the store is asked harms nobody", async () => {
    const store = new MemoryStore();
    const slow: SessionStore = {
      get: (id) => store.get(id),
      delete: (id) => store.delete(id),
      set: async (...args) => {
        await new Promise((resolve) => setTimeout(resolve, 60));
        return await store.set(...args);
      },
    };
    const url = await serve((request, response) => (visit(request), response.end("ab")), slow);
    await expect(fetch(url, { signal: AbortSignal.timeout(20) })).rejects.toThrow();
    expect(await (await fetch(url)).text()).toBe("ab");
  });

  test("a next that takes an error is given it, and may answer in its own way", async () => {
    const broken: SessionStore = {
      ...new MemoryStore(),
      get: async () => undefined,
      delete: async () => undefined,
      set: () => Promise.reject(new Error("away")),
    };
    const openSession = session(new SessionManager<Data>({ keys: generateSecretKey(), store: broken }));
    const errors: unknown[] = [];
    const served = await listen((request, response) => {
      openSession(request, response, (error?: unknown) => {
        if (error !== undefined) {
          errors.push(error);
          response.writeHead(503, { "X-Fallback": "1" }).end("please come back");
          return;
        }
        visit(request as SessionRequest<Data>);
        response.writeHead(200, { "Content-Type": "application/json", "Content-Length": 2 });
        response.end("{}");
      });
    });
    open.push(served);
    const response = await fetch(served.url);
    expect([
      response.status,
      await response.text(),
      response.headers.get("content-type"),
      response.headers.get("x-fallback"),
    ]).toEqual([503, "please come back", null, "1"]);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toBeInstanceOf(SessionError);
    expect(errors[0]).toMatchObject({ code: "store_failed" });
  });

  test("a source that is still streaming the answer that is not sent does not get into the one that is", async () => {
    const broken: SessionStore = {
      get: async () => undefined,
      delete: async () => undefined,
      set: () => Promise.reject(new Error("away")),
    };
    const openSession = session(new SessionManager<Data>({ keys: generateSecretKey(), store: broken }));
    const apology = "sorry ".repeat(1_000_000);
    const served = await listen((request, response) => {
      openSession(request, response, (error?: unknown) => {
        if (error === undefined) {
          visit(request as SessionRequest<Data>);
          Readable.from(Array.from({ length: 1000 }, () => "page ".repeat(1000))).pipe(response);
          return;
        }
        response.writeHead(503);
        // Larger than the socket takes at once, so that "drain" comes while it is being sent.
        response.write(apology);
        response.once("drain", () => setTimeout(() => response.end("."), 20));
      });
    });
    open.push(served);
    const response = await fetch(served.url);
    expect(response.status).toBe(503);
    const text = await response.text();
    expect([text.length, text === `${apology}.`]).toEqual([apology.length + 1, true]);
  });

  test("a header that cannot be is the caller's error, as Node has it", async () => {
    const url = await serve((request, response) => {
      visit(request);
      try {
        response.writeHead(200, { "X-Bad": "a\nb" });
      } catch (error) {
        response.end((error as { code: string }).code);
      }
    });
    expect(await (await fetch(url)).text()).toBe("ERR_INVALID_CHAR");
  });
});

test.each([
  ["that takes an error is called with it, and may answer", 503, true],
  ["that takes none is not called again, and the answer is a 500", 500, false],
])("T13: a session that cannot be opened: a next %s", async (_, status, takesError) => {
  const store: SessionStore = {
    get: async () => await Promise.reject(new Error("the database is away")),
    set: async () => true,
    delete: async () => undefined,
  };
  const keys = generateSecretKey();
  const manager = new SessionManager<Data>({ keys, store });
  const [, line] = (await manager.commit(await loggedInBy(manager))).find(([name]) => name === "Set-Cookie")!;
  const openSession = session(manager);
  let runs = 0;
  const served = await listen((request, response) => {
    const answer = (error?: unknown): void => {
      runs++;
      response.writeHead(error === undefined ? 200 : 503).end();
    };
    openSession(request, response, takesError ? (error) => answer(error) : () => answer());
  });
  try {
    const response = await fetch(served.url, { headers: { cookie: line.split(";")[0]! } });
    expect([response.status, runs]).toEqual([status, takesError ? 1 : 0]);
  } finally {
    await served.close();
  }
});

async function loggedInBy(manager: SessionManager<Data>): Promise<Awaited<ReturnType<typeof manager.load>>> {
  const session = await manager.load(undefined);
  session.login("7");
  return session;
}
