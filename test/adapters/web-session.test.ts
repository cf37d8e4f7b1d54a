import { createServer, type IncomingMessage } from "node:http";
import { DatabaseSync } from "node:sqlite";
import { getRequestListener } from "@hono/node-server";
import { SessionManager, type HeaderPair } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { MemoryStore } from "latchkey/stores/memory";
import { SqliteStore } from "latchkey/stores/sqlite";
import { forCookieJar, session, sessionOf, unsentHeaders, type WebSessionOptions } from "latchkey/web";
import { describe, expect, test, vi } from "vitest";
import { adapterContract, type Answer, type Data, type Route } from "../contracts/adapter-contract.ts";
import { served } from "../support/frameworks.ts";

function toResponse({ status = 200, headers = {}, body, chunks }: Answer): Response {
  if (chunks === undefined)
    return new Response([204, 302, 304].includes(status) ? null : (body ?? ""), { status, headers: { ...headers } });
  return new Response(ReadableStream.from(chunks).pipeThrough(new TextEncoderStream()), {
    status,
    headers: { ...headers },
  });
}

const onError = (): Response => new Response("Something went wrong", { status: 500 });

/** Answers routes by their path. */
function application(
  manager: SessionManager<Data>,
  routes: Readonly<Record<string, Route>>,
  options: WebSessionOptions = {},
): (request: Request, address?: string) => Promise<Response> {
  const withSession = session(manager, { onError, ...options });
  return async (request, address) =>
    await withSession(
      request,
      async (current) => {
        const route = routes[new URL(request.url).pathname];
        return route === undefined ? new Response("", { status: 404 }) : toResponse(await route(current));
      },
      { address },
    );
}

adapterContract(
  "latchkey/web on a server of Node",
  async (manager, routes, options = {}) => {
    const app = application(manager, routes, options);
    const answer = getRequestListener(
      async (request, { incoming }) => await app(request, (incoming as IncomingMessage).socket.remoteAddress),
    );
    return await served(createServer((request, response) => void answer(request, response)).listen(0, "127.0.0.1"));
  },
  { trustsProxies: true },
);

adapterContract(
  "latchkey/web without a server",
  async (manager, routes) => {
    const app = application(manager, routes);
    return await Promise.resolve({
      url: "http://127.0.0.1",
      fetch: async (url: string, init: RequestInit) => {
        const response = await app(new Request(url, init));
        // Leaving out the body is the server's to do.
        return init.method === "HEAD" ? new Response(null, response) : response;
      },
      close: async () => await Promise.resolve(),
    });
  },
  { listens: false },
);

const get = (path: string, headers: Record<string, string> = {}): Request =>
  new Request(`https://shop.example${path}`, { headers });
const cookieOf = (response: Response): string =>
  response.headers
    .getSetCookie()
    .map((line) => line.split(";")[0]!)
    .join("; ");

describe("session of latchkey/web", () => {
  const keys = generateSecretKey();
  const manager = new SessionManager<Data>({ keys });
  const withSession = session(manager);

  test("hands on the very answer of a handler that does not touch the session", async () => {
    const answer = new Response("hello");
    expect(await withSession(get("/"), () => answer)).toBe(answer);
  });

  test("adds headers to a copy of answers that cannot be changed, and of those that are kept for all visitors", async () => {
    const kept = new Response(null, { status: 204 });
    const upstream = await served(createServer((_, response) => response.end("from elsewhere")).listen(0, "127.0.0.1"));
    try {
      for (const [make, status, text] of [
        [() => Response.redirect("https://shop.example/next", 303), 303, ""],
        [async () => await fetch(upstream.url), 200, "from elsewhere"],
        [() => kept, 204, ""],
      ] as const) {
        const response = await withSession(get("/"), async (current) => {
          current.data.visits = 1;
          return await make();
        });
        expect([response.status, await response.text(), response.headers.getSetCookie().length]).toEqual([
          status,
          text,
          1,
        ]);
      }
    } finally {
      await upstream.close();
    }
    expect(kept.headers.getSetCookie()).toEqual([]);
  });

  test("without onError the error is thrown on, the session is saved, and its headers can be asked for", async () => {
    const store = new MemoryStore();
    const stored = new SessionManager<Data>({ keys, store });
    const request = get("/");
    const failure = new TypeError("the cart is gone");
    await expect(
      session(stored)(request, (current) => {
        current.data.visits = 7;
        throw failure;
      }),
    ).rejects.toBe(failure);
    const answer = new Response("sorry", { status: 500 });
    for (const [name, value] of unsentHeaders(request)) answer.headers.append(name, value);
    expect([answer.headers.get("vary"), answer.headers.get("cache-control")]).toEqual([
      "Cookie",
      'no-cache="Set-Cookie"',
    ]);
    const next = await session(stored)(get("/", { cookie: cookieOf(answer) }), ({ data }) => Response.json(data));
    expect(await next.json()).toEqual({ visits: 7 });
    // Nothing is left over where the handler answers.
    const good = get("/");
    await withSession(good, (current) => (current.login("7"), new Response("")));
    expect(unsentHeaders(good)).toEqual([]);
  });

  test("a text that is thrown has its headers too, and a Response that is thrown carries them", async () => {
    const request = get("/");
    await expect(
      withSession(request, (current) => {
        current.login("7");
        // oxlint-disable-next-line typescript/only-throw-error -- what frameworks allow
        throw "a text";
      }),
    ).rejects.toBe("a text");
    expect(unsentHeaders(request).map(([name]) => name)).toContain("Set-Cookie");
    const thrown = await withSession(get("/"), (current) => {
      current.login("7");
      // oxlint-disable-next-line typescript/only-throw-error -- what frameworks allow
      throw Response.redirect("https://shop.example/me", 303);
    }).catch((error: unknown) => error as Response);
    expect([thrown.status, thrown.headers.get("location"), thrown.headers.getSetCookie().length]).toEqual([
      303,
      "https://shop.example/me",
      1,
    ]);
  });

  test("onError answers the handler's error with the session's headers, and a failed save without any", async () => {
    const seen: unknown[] = [];
    const answering = (of: SessionManager<Data>): ReturnType<typeof session<Data>> =>
      session(of, {
        onError: (error, { url }) => {
          seen.push([(error as Error).message.slice(0, 20), url]);
          return Response.json("sorry", { status: 500 });
        },
      });
    const response = await answering(manager)(get("/a"), (current) => {
      current.data.visits = 1;
      throw new Error("the cart is gone");
    });
    expect([response.status, response.headers.getSetCookie().length]).toEqual([500, 1]);
    const big = await answering(manager)(get("/b"), (current) => {
      current.data.name = "x".repeat(5000);
      return new Response("lost");
    });
    expect([big.status, await big.json(), big.headers.getSetCookie()]).toEqual([500, "sorry", []]);
    expect(seen).toEqual([
      ["the cart is gone", "https://shop.example/a"],
      [expect.any(String), "https://shop.example/b"],
    ]);
  });

  test("a failed save cancels the body that is not sent", async () => {
    let isCancelled = false;
    const body = new ReadableStream({ cancel: () => void (isCancelled = true) });
    await expect(
      withSession(get("/"), (current) => {
        current.data.name = "x".repeat(5000);
        return new Response(body);
      }),
    ).rejects.toMatchObject({ code: "cookie_too_large" });
    expect(isCancelled).toBe(true);
  });

  test("sessionOf gives the session of a request; inside of itself it is the same session, saved once", async () => {
    const request = get("/");
    const response = await withSession(request, async (outer) => {
      expect(sessionOf(manager, request)).toBe(outer);
      return await withSession(request, (inner) => {
        expect(inner).toBe(outer);
        inner.data.visits = 1;
        return new Response("");
      });
    });
    expect(response.headers.getSetCookie()).toHaveLength(1);
    expect(() => sessionOf(manager, get("/"))).toThrow(/has no session/);
  });

  test("two managers, one inside of the other, each have a session and a cookie", async () => {
    const staff = new SessionManager<Data>({ keys, cookie: { name: "staff" } });
    const request = get("/");
    const response = await withSession(request, async (visitor) => {
      visitor.data.visits = 1;
      return await session(staff)(request, (current) => {
        current.login("7");
        return new Response("");
      });
    });
    expect(response.headers.getSetCookie().map((line) => line.split("=")[0])).toEqual(["staff", "__Host-Http-session"]);
  });

  describe("behind a proxy", () => {
    const insecure = new SessionManager<Data>({ keys, cookie: { secure: "auto" } });
    const seen = async (options: WebSessionOptions, headers: Record<string, string>): Promise<unknown> => {
      const request = new Request("http://10.0.0.7:3000/pay", { method: "POST", headers });
      return await (
        await session(insecure, options)(request, ({ rejection }) => Response.json(rejection?.reason ?? "opens"))
      ).json();
    };
    const proxied = {
      host: "10.0.0.7:3000",
      origin: "https://shop.example",
      "x-forwarded-proto": "https",
      "x-forwarded-host": "shop.example",
    };

    test("what it says of scheme and host counts only with trustProxy", async () => {
      expect(await seen({}, proxied)).toBe("cross_origin");
      expect(await seen({ trustProxy: false }, proxied)).toBe("cross_origin");
      expect(await seen({ trustProxy: true }, proxied)).toBe("opens");
      expect(await seen({ trustProxy: true }, { ...proxied, "x-forwarded-host": "evil.example" })).toBe("cross_origin");
      // Several proxies: the first one is nearest to the visitor.
      expect(await seen({ trustProxy: true }, { ...proxied, "x-forwarded-proto": "https, http" })).toBe("opens");
      expect(await seen({ trustProxy: true }, { host: "shop.example", origin: "http://shop.example" })).toBe("opens");
    });
  });

  test("D6: the first request of a WebSocket from another origin has no session", async () => {
    const upgrade = {
      upgrade: "websocket",
      connection: "Upgrade",
      origin: "https://evil.example",
      host: "shop.example",
    };
    expect(
      await (await withSession(get("/", upgrade), ({ rejection }) => Response.json(rejection?.reason ?? null))).json(),
    ).toBe("cross_origin");
  });

  test("an upgrade without an answer, as on Bun, is handed on; a cookie that could not be sent is a warning", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    try {
      expect(await withSession(get("/"), () => undefined)).toBeUndefined();
      expect(warn).not.toHaveBeenCalled();
      expect(await withSession(get("/"), (current) => void (current.data.visits = 1))).toBeUndefined();
      expect(warn).toHaveBeenCalledWith(
        expect.stringContaining("A session was changed"),
        expect.objectContaining({ code: "LATCHKEY_NOT_SAVED" }),
      );
    } finally {
      warn.mockRestore();
    }
  });

  test("says what is wrong with its arguments, and with what the handler returns", async () => {
    const wrong = withSession as unknown as (...given: unknown[]) => Promise<unknown>;
    await expect(wrong()).rejects.toThrow(/needs the web's Request as its first argument\. It got nothing\. Fix: /);
    await expect(wrong({ headers: { cookie: "a=b" }, url: "/" }, () => "")).rejects.toThrow(/It got an object/);
    await expect(wrong(get("/"))).rejects.toThrow(/needs a function that answers as its second argument/);
    await expect(wrong(get("/"), () => "hello")).rejects.toThrow(/must return a Response\. It returned a string/);
    await expect(wrong(get("/"), () => new Response(""), "127.0.0.1")).rejects.toThrow(/takes \{ address \}.*a string/);
    await expect(wrong(get("/"), () => new Response(""), { address: 7 })).rejects.toThrow(/a number as the address/);
    expect(() => session(manager, { trustProxy: "yes" as never })).toThrow(/trustProxy of session is true or false/);
    expect(() => session(manager, { onError: 500 as never })).toThrow(/onError of session is a function/);
    expect(() => session(manager, { trustproxy: true } as never)).toThrow(/Did you mean "trustProxy"\?/);
  });
});

describe("forCookieJar", () => {
  test("gives cookies as data that make the same lines again, and the other headers", async () => {
    const manager = new SessionManager({
      keys: generateSecretKey(),
      cookie: { name: "shop", domain: "shop.example", path: "/a", sameSite: "None", partitioned: true },
      clearSiteData: true,
    });
    const login = await manager.load(undefined, { secure: true, host: "shop.example" });
    login.login("7", { persistent: true });
    const { cookies, headers } = forCookieJar(await manager.commit(login));
    const own = cookies.at(-1)!;
    expect(own).toEqual({
      name: "shop",
      value: expect.stringMatching(/^v3\.local\./) as string,
      attributes: {
        path: "/a",
        domain: "shop.example",
        maxAge: 1_209_600,
        httpOnly: true,
        secure: true,
        sameSite: "none",
        partitioned: true,
      },
    });
    expect(headers).toEqual([
      ["Vary", "Cookie"],
      ["Cache-Control", 'no-cache="Set-Cookie"'],
    ]);
    const logout = await manager.load(`shop=${own.value}`, { secure: true, host: "shop.example" });
    logout.logout();
    const ended = forCookieJar(await manager.commit(logout));
    expect(ended.cookies.at(-1)).toMatchObject({ name: "shop", value: "", attributes: { maxAge: 0, path: "/a" } });
    expect(ended.headers).toContainEqual(["Clear-Site-Data", expect.any(String)]);
  });

  test("an attribute that is not there is not there, and Expires is a date", () => {
    const lines: HeaderPair[] = [["set-cookie", "a=b%20c; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT"]];
    expect(forCookieJar(lines).cookies).toEqual([
      {
        name: "a",
        value: "b%20c",
        attributes: { path: "/", expires: new Date("2026-10-21T07:28:00Z"), httpOnly: false, secure: false },
      },
    ]);
    expect(forCookieJar([])).toEqual({ cookies: [], headers: [] });
  });

  test("a session from a store works through a jar as through headers", async () => {
    const store = new SqliteStore(new DatabaseSync(":memory:"));
    store.createSchema();
    const manager = new SessionManager<Data>({ keys: generateSecretKey(), store });
    const jar = new Map<string, string>();
    for (const visits of [1, 2, 3]) {
      const current = await manager.load([...jar].map(([name, value]) => `${name}=${value}`).join("; "));
      current.data.visits = (current.data.visits ?? 0) + 1;
      expect(current.data.visits).toBe(visits);
      for (const { name, value } of forCookieJar(await manager.commit(current)).cookies) jar.set(name, value);
    }
  });
});
