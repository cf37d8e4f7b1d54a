import { once } from "node:events";
import { createReadStream, mkdtempSync, writeFileSync } from "node:fs";
import { createServer, get as httpGet, type IncomingMessage, type ServerResponse } from "node:http";
import {
  connect as connect2,
  createServer as createServer2,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from "node:http2";
import { connect, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import compression from "compression";
import express, { type ErrorRequestHandler, type RequestHandler } from "express";
import expressSession from "express-session";
import { SessionManager, type SessionStore } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { session as expressMiddleware, sessionOf } from "latchkey/express";
import { session, type SessionRequest } from "latchkey/node";
import { MemoryStore } from "latchkey/stores/memory";
import { describe, expect, onTestFinished, test } from "vitest";
import { served } from "../support/frameworks.ts";

interface Data {
  n: number;
}
const KEY = generateSecretKey();

/** A store whose writes wait until they are let go, or fail. */
class Gate implements SessionStore {
  readonly #inner = new MemoryStore();
  #open: (error?: Error) => void = () => undefined;
  readonly #asked: (() => void)[] = [];
  asked = new Promise<void>((resolve) => this.#asked.push(resolve));

  get: SessionStore["get"] = async (id) => await this.#inner.get(id);
  delete: SessionStore["delete"] = async (id) => await this.#inner.delete(id);
  set: SessionStore["set"] = async (...args) => {
    const opened = new Promise<void>(
      (resolve, reject) => (this.#open = (error) => (error === undefined ? resolve() : reject(error))),
    );
    this.#asked.pop()?.();
    await opened;
    return await this.#inner.set(...args);
  };
  letGo(): void {
    this.#open();
  }
  fail(): void {
    this.#open(new Error("the database is away"));
  }
}

const failing: SessionStore = {
  get: async () => undefined,
  delete: async () => undefined,
  set: () => Promise.reject(new Error("away")),
};

type Handler = (request: SessionRequest<Data>, response: ServerResponse) => void;
type OnError = (error: unknown, response: ServerResponse) => void;

/**
 * A server whose handler gets a request with a changed session, so that with a store each answer is
 * held.
 */
async function serve(store: SessionStore | undefined, handler: Handler, onError?: OnError): Promise<string> {
  const open = session(new SessionManager<Data>({ keys: KEY, store }));
  const server = createServer((request, response) => {
    open(request, response, (error?: unknown) => {
      if (error !== undefined) return onError?.(error, response);
      (request as SessionRequest<Data>).session.data.n = 1;
      handler(request as SessionRequest<Data>, response);
    });
  });
  const { url, close } = await served(server.listen(0, "127.0.0.1"));
  onTestFinished(close);
  return url;
}

describe("A10: what a handler has begun does not change while it is held", () => {
  test("status and status message are those of the first byte, and the response shows what was set later", async () => {
    const shown: unknown[] = [];
    const url = await serve(new MemoryStore(), (_, response) => {
      response.end("ok");
      response.statusCode = 500;
      response.statusMessage = "late";
      response.on("finish", () => shown.push(response.statusCode, response.statusMessage));
    });
    const answer = await fetch(url);
    expect([answer.status, answer.statusText, await answer.text()]).toEqual([200, "OK", "ok"]);
    await expect.poll(() => shown).toEqual([500, "late"]);
  });

  test("also where writeHead has begun it", async () => {
    const url = await serve(new MemoryStore(), (_, response) => {
      response.writeHead(201, "Made");
      response.statusCode = 500;
      response.statusMessage = "late";
      response.end("ok");
    });
    const answer = await fetch(url);
    expect([answer.status, answer.statusText]).toEqual([201, "Made"]);
  });

  test("bytes are copied: a buffer that is filled again does not reach another visitor", async () => {
    const pool = new Uint8Array(16);
    const url = await serve(new MemoryStore(), (request, response) => {
      pool.set(new TextEncoder().encode(`secret of ${request.url!.slice(1)}`));
      if (request.url!.includes("a")) response.end(pool);
      else {
        response.write(pool);
        response.end();
      }
      pool.fill(63);
    });
    const read = async (name: string): Promise<string> => await (await fetch(`${url}/${name}`)).text();
    expect(await Promise.all(["alice1", "bobby1"].map(read))).toEqual(["secret of alice1", "secret of bobby1"]);
  });

  test.each([
    [
      "a status",
      (response: ServerResponse) => ((response.statusCode = 42), response.end("x")),
      "ERR_HTTP_INVALID_STATUS_CODE",
    ],
    [
      "a status message",
      (response: ServerResponse) => ((response.statusMessage = "a\nb"), response.end("x")),
      "ERR_INVALID_CHAR",
    ],
    ["a chunk", (response: ServerResponse) => response.write(5), "ERR_INVALID_ARG_TYPE"],
    ["null", (response: ServerResponse) => response.write(null), "ERR_STREAM_NULL_VALUES"],
    ["a last chunk", (response: ServerResponse) => response.end(5), "ERR_INVALID_ARG_TYPE"],
    [
      "an encoding",
      (response: ServerResponse) => response.write("a", "nonsense" as BufferEncoding),
      "ERR_UNKNOWN_ENCODING",
    ],
    [
      "a header",
      (response: ServerResponse) => response.writeHead(200, { "X-A": undefined }),
      "ERR_HTTP_INVALID_HEADER_VALUE",
    ],
    ["half a list", (response: ServerResponse) => response.writeHead(200, ["X-A"]), "ERR_INVALID_ARG_VALUE"],
  ] as const)(
    "%s that Node refuses is refused to the caller, who may answer in another way",
    async (_, write, code) => {
      const url = await serve(new MemoryStore(), (_request, response) => {
        try {
          write(response);
        } catch (error) {
          response.statusCode = 200;
          response.statusMessage = "OK";
          response.end((error as { code: string }).code);
        }
      });
      expect(await (await fetch(url)).text()).toBe(code);
    },
  );

  test.each([
    ["in turn", ["X-A", "1", "Set-Cookie", ["a=1", "b=2"]]],
    [
      "in pairs",
      [
        ["X-A", "1"],
        ["Set-Cookie", "a=1"],
        ["set-cookie", "b=2"],
      ],
    ],
  ] as const)("a list of headers %s is sent with the session's cookie", async (_, headers) => {
    const url = await serve(new MemoryStore(), (_request, response) =>
      response.writeHead(200, headers as never).end("x"),
    );
    const answer = await fetch(url);
    expect([
      answer.headers.get("x-a"),
      answer.headers.getSetCookie().map((line) => line.split("=")[0]!.replace("__Host-Http-", "")),
    ]).toEqual(["1", ["a", "b", "session"]]);
  });

  test.each([
    ["setHeader", (response: ServerResponse, kept: string[]) => response.setHeader("Set-Cookie", kept).end("x")],
    [
      "writeHead",
      (response: ServerResponse, kept: string[]) => response.writeHead(200, { "Set-Cookie": kept }).end("x"),
    ],
    [
      "a list",
      (response: ServerResponse, kept: string[]) => response.writeHead(200, ["Set-Cookie", kept] as never).end("x"),
    ],
  ] as const)(
    "a list of cookies that the application keeps and gives to %s stays as it is: no visitor gets another's",
    async (_, answer) => {
      const kept = ["theme=dark"];
      for (const store of [undefined, new MemoryStore()]) {
        const url = await serve(store, (_request, response) => void answer(response, kept));
        for (let visit = 0; visit < 3; visit++) expect((await fetch(url)).headers.getSetCookie()).toHaveLength(2);
        expect(kept).toEqual(["theme=dark"]);
      }
    },
  );

  test("a list of cookies set before the session opened does not bring the refused answer's cookies into the other one", async () => {
    const open = session(new SessionManager<Data>({ keys: KEY, store: failing }));
    const server = createServer((request, response) => {
      response.setHeader("Set-Cookie", ["before=1"]);
      open(request, response, (error?: unknown) => {
        if (error !== undefined) return void response.writeHead(503).end("sorry");
        (request as SessionRequest<Data>).session.data.n = 1;
        response.appendHeader("Set-Cookie", "secret=1").end("x");
      });
    });
    const { url, close } = await served(server.listen(0, "127.0.0.1"));
    onTestFinished(close);
    const answer = await fetch(url);
    expect([answer.status, answer.headers.getSetCookie()]).toEqual([503, ["before=1"]]);
  });
});

describe("A9: a client that leaves keeps nobody waiting", () => {
  test.each(["write", "end"] as const)("the callback of %s gets an error", async (method) => {
    const store = new Gate();
    const errors: unknown[] = [];
    const url = await serve(store, (_, response) => {
      response[method]("part", (error?: Error | null) => {
        errors.push((error as { code?: string } | null | undefined)?.code);
        // What comes even later is called back as well.
        response.write("more", (late) => errors.push((late as { code?: string } | null | undefined)?.code));
      });
    });
    const client = httpGet(url).on("error", () => undefined);
    await store.asked;
    client.destroy();
    await expect
      .poll(() => errors)
      .toEqual([
        "ERR_STREAM_DESTROYED",
        method === "end" ? expect.stringMatching(/^ERR_STREAM_/) : "ERR_STREAM_DESTROYED",
      ]);
    store.letGo();
  });

  test("what the session held is saved all the same, and a store that fails then is told to next", async () => {
    const errors: unknown[] = [];
    const store = new Gate();
    const url = await serve(
      store,
      (_, response) => response.end("x"),
      (error) => errors.push((error as { code: string }).code),
    );
    const client = httpGet(url).on("error", () => undefined);
    await store.asked;
    client.destroy();
    store.fail();
    await expect.poll(() => errors).toEqual(["store_failed"]);
  });

  test("a file that was piped into an answer which is not sent is closed, and its pipeline ends", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "latchkey-")), "large");
    writeFileSync(file, Buffer.alloc(4_000_000, "x"));
    const files: ReturnType<typeof createReadStream>[] = [];
    const ends: string[] = [];
    const url = await serve(
      failing,
      (request, response) => {
        const source = createReadStream(file);
        files.push(source);
        if (request.url === "/pipe") source.pipe(response);
        else
          pipeline(source, response).then(
            () => ends.push("done"),
            () => ends.push("failed"),
          );
      },
      (_, response) => response.writeHead(503).end("sorry"),
    );
    for (const path of ["/pipe", "/pipeline"]) expect(await (await fetch(url + path)).text()).toBe("sorry");
    await expect.poll(() => [files.map(({ closed }) => closed), ends]).toEqual([[true, true], ["failed"]]);
  });

  test("a request that is piped back stays usable, and a handler that writes on does not end the process", async () => {
    const url = await serve(
      failing,
      (request, response) => {
        request.pipe(response);
        // As a handler of server-sent events would.
        setTimeout(() => response.write("too late"), 20);
      },
      (_, response) => response.writeHead(503).end("sorry"),
    );
    for (let round = 0; round < 2; round++) {
      const answer = await fetch(url, { method: "POST", body: "echo" });
      expect([answer.status, await answer.text()]).toEqual([503, "sorry"]);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await fetch(url)).status).toBe(503);
  });
});

const compressed: readonly (readonly [string, (session: RequestHandler) => RequestHandler[]])[] = [
  ["after the session", (middleware) => [middleware, compression({ threshold: 0 })]],
  ["before the session", (middleware) => [compression({ threshold: 0 }), middleware]],
];

describe.each(compressed)("A5: compression 1.7.4 %s", (place, mount) => {
  const start = async (
    store: SessionStore | undefined,
    handler: RequestHandler,
    onError?: ErrorRequestHandler,
  ): Promise<string> => {
    const manager = new SessionManager<Data>({ keys: KEY, store });
    const app = express().use(...mount(expressMiddleware(manager)));
    app.use((request, _, next) => {
      sessionOf(manager, request).data.n = 1;
      next();
    });
    app.use(handler);
    if (onError !== undefined) app.use(onError);
    const { url, close } = await served(createServer(app).listen(0, "127.0.0.1"));
    onTestFinished(close);
    return url;
  };
  const stores = [
    ["without a store", (): undefined => undefined],
    ["with a store", () => new MemoryStore()],
  ] as const;

  test.each(stores)("write, write and end arrive compressed, with the cookie, %s", async (_, store) => {
    const url = await start(store(), (_request, response) => {
      response.type("html");
      response.write("a");
      response.write("b");
      response.end("c");
    });
    const answer = await fetch(url);
    expect([await answer.text(), answer.headers.get("content-encoding"), answer.headers.getSetCookie().length]).toEqual(
      ["abc", "gzip", 1],
    );
  });

  test.each(stores)("a large stream arrives whole, %s", async (_, store) => {
    const url = await start(store(), (_request, response) => {
      response.type("text");
      Readable.from(Array.from({ length: 300 }, (_unused, index) => `${index} ${"x".repeat(10_000)}\n`)).pipe(response);
    });
    const text = await (await fetch(url)).text();
    expect(text.split("\n").map((line) => line.split(" ")[0])).toEqual([
      ...Array.from({ length: 300 }, (_unused, index) => String(index)),
      "",
    ]);
  });

  test.each(stores)("server-sent events arrive one by one, %s", async (_, store) => {
    const next = { send: (): void => undefined };
    const url = await start(store(), (_request, response) => {
      response.setHeader("Content-Type", "text/event-stream");
      const flush = (): void => (response as unknown as { flush(): void }).flush();
      response.write("data: 1\n\n");
      flush();
      next.send = () => (response.write("data: 2\n\n"), flush(), response.end());
    });
    const reader = (await fetch(url)).body!.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader.read()).value).toBe("data: 1\n\n");
    next.send();
    expect((await reader.read()).value).toBe("data: 2\n\n");
    expect((await reader.read()).done).toBe(true);
  });

  test("the error page of a store that fails arrives whole, and nothing of the handler's answer", async () => {
    const url = await start(
      failing,
      (_request, response) => {
        response.type("html");
        response.write("the handler's answer");
        response.end("and its end");
      },
      (_error, _request, response, _next) => void response.status(503).send("sorry"),
    );
    const answer = await fetch(url);
    expect([answer.status, await answer.text(), answer.headers.getSetCookie()]).toEqual([503, "sorry", []]);
  });
});

describe("A5: others that look at the headers", () => {
  test("_header, headersSent and writableNeedDrain say what they say in Node", async () => {
    const seen: unknown[] = [];
    const look = (response: ServerResponse): unknown[] => [
      Boolean((response as unknown as { _header: unknown })._header),
      response.headersSent,
      response.writableNeedDrain,
      response.writableEnded,
    ];
    const store = new Gate();
    const url = await serve(store, (_, response) => {
      seen.push(look(response));
      response.flushHeaders();
      seen.push(look(response));
      response.write("a");
      seen.push(look(response));
      response.end();
      seen.push(look(response));
      store.letGo();
    });
    await (await fetch(url)).text();
    expect(seen).toEqual([
      [false, false, false, false],
      [true, true, false, false],
      [true, true, true, false],
      [true, true, false, true],
    ]);
  });

  test("express-session inside of the session keeps its own cookie, and both last", async () => {
    const manager = new SessionManager<Data>({ keys: KEY, store: new MemoryStore() });
    const app = express().use(expressMiddleware(manager));
    // It goes by request.session, and leaves one alone that is there.
    app.use((request, _, next) => {
      Object.defineProperty(request, "session", { value: undefined, writable: true, configurable: true });
      next();
    });
    app.use(expressSession({ secret: "a secret of this test", resave: false, saveUninitialized: true }));
    app.get("/", (request, response) => {
      sessionOf(manager, request).data.n = 1;
      response.set("Content-Length", "2");
      response.end("ok");
    });
    const { url, close } = await served(createServer(app).listen(0, "127.0.0.1"));
    onTestFinished(close);
    const answer = await fetch(url);
    expect(await answer.text()).toBe("ok");
    expect(answer.headers.getSetCookie()).toHaveLength(2);
  });

  test("middleware that waits for writeHead, as on-headers does, and was mounted later may still set headers", async () => {
    const url = await serve(new MemoryStore(), (_, response) => {
      const { writeHead } = response as unknown as { writeHead: (...args: unknown[]) => ServerResponse };
      response.writeHead = ((...args: unknown[]) => {
        response.setHeader("X-Time", "1");
        return writeHead.apply(response, args);
      }) as typeof response.writeHead;
      response.end("x");
    });
    const answer = await fetch(url);
    expect([answer.headers.get("x-time"), answer.headers.get("content-length")]).toEqual(["1", "1"]);
  });

  test("early hints arrive before the answer, and 100 Continue lets a body come", async () => {
    const url = await serve(new MemoryStore(), (request, response) => {
      response.writeEarlyHints({ link: "</a.css>; rel=preload" });
      request.resume().on("end", () => response.end("x"));
    });
    const { port } = new URL(url);
    const socket = connect(Number(port), "127.0.0.1");
    socket.write(
      "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\nab",
    );
    let text = "";
    for await (const chunk of socket) text += String(chunk);
    expect(text.match(/^HTTP\/1\.1 \d+/gm)).toEqual(["HTTP/1.1 100", "HTTP/1.1 103", "HTTP/1.1 200"]);
  });

  test("a session that opens when the answer has begun refuses changes", async () => {
    const open = session(new SessionManager<Data>({ keys: KEY }));
    const codes: unknown[] = [];
    const server = createServer((request, response) => {
      response.write("begun");
      open(request, response, () => {
        try {
          (request as SessionRequest<Data>).session.data.n = 1;
        } catch (error) {
          codes.push((error as { code: string }).code);
        }
        response.end();
      });
    });
    const { url, close } = await served(server.listen(0, "127.0.0.1"));
    onTestFinished(close);
    expect(await (await fetch(url)).text()).toBe("begun");
    expect(codes).toEqual(["session_closed"]);
  });
});

describe("the methods that hold an answer", () => {
  // A function of its own as a property keeps a response alive through V8's young generation. All
  // responses together then cost more than the session itself.
  test("are the same for all responses, also while the answer is held", async () => {
    const seen: Record<string, unknown>[] = [];
    const functionsOf = (response: ServerResponse): Record<string, unknown> => {
      const own = Object.entries(response) as [string, unknown][];
      return Object.fromEntries(own.filter(([, value]) => typeof value === "function"));
    };
    const url = await serve(new MemoryStore(), (_, response) => {
      response.end("ok");
      seen.push(functionsOf(response));
    });
    // Node itself gives each response a few.
    const plain: string[] = [];
    const bare = await served(
      createServer((_, response) => {
        response.end();
        plain.push(...Object.keys(functionsOf(response)));
      }).listen(0, "127.0.0.1"),
    );
    onTestFinished(bare.close);
    for (const each of [url, url, bare.url]) await fetch(each);
    const [first, second] = seen;
    const names = Object.keys(first!).filter((name) => !plain.includes(name));
    expect(names).toEqual(expect.arrayContaining(["writeHead", "write", "end", "setHeader"]));
    expect(names.filter((name) => first![name] !== second![name])).toEqual([]);
  });

  test("work for two managers on one response, with a middleware between that has wrapped them", async () => {
    const [outer, inner] = [new Gate(), new Gate()];
    const managers = [
      new SessionManager<Data>({ keys: KEY, store: outer }),
      new SessionManager<Data>({ keys: KEY, store: inner, cookie: { name: "inner" } }),
    ] as const;
    const calls: string[] = [];
    const wrapping: RequestHandler = (_, response, next) => {
      const methods = response as unknown as Record<"write" | "end", (...args: readonly unknown[]) => unknown>;
      for (const name of ["write", "end"] as const) {
        const inside = methods[name];
        methods[name] = function (this: unknown, ...args) {
          calls.push(name);
          return inside.apply(this, [...args]);
        };
      }
      next();
    };
    const app = express().use(expressMiddleware(managers[0]), wrapping, expressMiddleware(managers[1]));
    app.get("/", (request, response) => {
      for (const manager of managers) sessionOf(manager, request).data.n = 1;
      response.write("one ");
      response.end("two");
    });
    const { url, close } = await served(createServer(app).listen(0, "127.0.0.1"));
    onTestFinished(close);
    const answer = fetch(url);
    await inner.asked;
    expect(calls).toEqual([]);
    inner.letGo();
    await outer.asked;
    expect(calls).toEqual(["write", "end"]);
    outer.letGo();
    const response = await answer;
    const cookies = response.headers.getSetCookie().map((line) => line.split("=")[0]!.replace(/^__Host-Http-/, ""));
    expect([await response.text(), cookies]).toEqual(["one two", ["inner", "session"]]);
  });
});

describe("A11: HTTP/2", () => {
  test.each([
    ["in the cookie", (): undefined => undefined],
    ["in a store", () => new MemoryStore()],
  ] as const)(
    "a session %s lasts on a connection that has :authority and no Host, and Node warns of nothing",
    async (_, store) => {
      const warnings: Error[] = [];
      const note = (warning: Error): void => void warnings.push(warning);
      process.on("warning", note);
      onTestFinished(() => void process.off("warning", note));
      const open = session(new SessionManager<Data>({ keys: KEY, store: store() }));
      const server = createServer2((request: Http2ServerRequest, response: Http2ServerResponse) => {
        open(request as unknown as IncomingMessage, response as unknown as ServerResponse, () => {
          const { data } = (request as unknown as SessionRequest<Data>).session;
          if (request.url === "/count") data.n = (data.n ?? 0) + 1;
          response.setHeader("X-A", "1");
          response.write("n ");
          response.end(String(data.n));
        });
      }).listen(0, "127.0.0.1");
      await once(server, "listening");
      const authority = `localhost:${(server.address() as AddressInfo).port}`;
      const client = connect2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
      onTestFinished(async () => {
        client.close();
        await new Promise<unknown>((resolve) => server.close(resolve));
      });
      let cookie: string | undefined;
      const ask = async (path: string): Promise<string> => {
        const stream = client.request({
          ":path": path,
          ":authority": authority,
          ...(cookie === undefined ? {} : { cookie }),
        });
        stream.on("response", (headers) => (cookie = headers["set-cookie"]?.[0]?.split(";")[0] ?? cookie));
        let text = "";
        for await (const chunk of stream) text += String(chunk);
        return text;
      };
      expect([await ask("/count"), await ask("/count"), await ask("/")]).toEqual(["n 1", "n 2", "n 2"]);
      // On this machine, in development.
      expect(cookie).toMatch(/^session=/);
      expect(warnings.map(({ message }) => message)).toEqual([]);
    },
  );

  test("a store that fails is answered by next", async () => {
    const open = session(new SessionManager<Data>({ keys: KEY, store: failing }));
    const server = createServer2((request, response) => {
      open(request as unknown as IncomingMessage, response as unknown as ServerResponse, (error?: unknown) => {
        if (error !== undefined) {
          response.statusCode = 503;
          return void response.end("sorry");
        }
        (request as unknown as SessionRequest<Data>).session.data.n = 1;
        response.end("the handler's answer");
      });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const client = connect2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    onTestFinished(async () => {
      client.close();
      await new Promise<unknown>((resolve) => server.close(resolve));
    });
    const stream = client.request({ ":path": "/" });
    const [headers] = (await once(stream, "response")) as [{ ":status": number }];
    let text = "";
    for await (const chunk of stream) text += String(chunk);
    expect([headers[":status"], text]).toEqual([503, "sorry"]);
  });
});
