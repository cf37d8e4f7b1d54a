import { Agent, get as httpGet, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { DatabaseSync } from "node:sqlite";
import { SessionManager, type Session, type SessionStore } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { MemoryStore } from "latchkey/stores/memory";
import { SqliteStore } from "latchkey/stores/sqlite";
import { afterEach, describe, expect, test } from "vitest";
import { CookieJar } from "../support/cookies.ts";
import { crossOriginContract } from "./cross-origin.ts";

export interface Data {
  visits: number;
  name: string;
}

/** How a route answers: an error is thrown, chunks are streamed. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly chunks?: AsyncIterable<string>;
}

/** What is at the framework's own place of the session: on Express it is more than a Session. */
export type PlacedSession = Omit<Session<Data>, "toJSON">;

/** A handler that knows the session and nothing of the framework. */
export type Route = (session: PlacedSession) => Answer | Promise<Answer>;

export interface Served {
  readonly url: string;
  /** How to reach it, where it is not a server that listens. */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
  close(): Promise<void>;
}

/** What a framework is told of the place where it stands. */
export interface ServeOptions {
  /** A proxy that ends TLS stands in front, and what it says in X-Forwarded-Proto is true. */
  readonly trustProxy?: boolean;
}

/**
 * Serves routes by their path with one framework, with the session from the place where the
 * framework's users look for it: `request.session`, `ctx.session` or `c.get("session")`. A route
 * that throws is the framework's to answer, with status 500.
 */
export type Serve = (
  manager: SessionManager<Data>,
  routes: Readonly<Record<string, Route>>,
  options?: ServeOptions,
) => Promise<Served>;

/** What is not the same for all frameworks. */
export interface ContractOptions {
  /** False where `serve` answers fetch requests and listens on no socket. */
  readonly listens?: boolean;
  /** Whether the framework has a setting by which it believes a proxy, which `serve` sets. */
  readonly trustsProxies?: boolean;
}

const routes: Readonly<Record<string, Route>> = {
  "/untouched": () => ({ body: "hello" }),
  "/read": (session) => ({ body: JSON.stringify(session.data) }),
  "/visit": (session) => {
    session.data.visits = (session.data.visits ?? 0) + 1;
    return { body: String(session.data.visits) };
  },
  "/login": (session) => {
    session.login("7");
    return { status: 302, headers: { Location: "/me" } };
  },
  "/me": (session) => ({ body: session.subject ?? "nobody" }),
  "/logout": (session) => {
    session.logout();
    return { body: "bye" };
  },
  "/throw": (session) => {
    session.data.name = "kept although the handler failed";
    throw new Error("the handler failed");
  },
  "/own-headers": (session) => {
    session.data.visits = 1;
    return { headers: { "Set-Cookie": "theme=dark; Path=/", Vary: "Accept", "Cache-Control": "private" }, body: "ok" };
  },
  "/stream": (session) => {
    session.data.visits = 1;
    return {
      chunks: (async function* () {
        for (let part = 0; part < 5; part++) {
          yield `part ${part}\n`;
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      })(),
    };
  },
  "/late": (session) => {
    session.data.visits = 1;
    return {
      chunks: (async function* () {
        yield "first\n";
        await new Promise((resolve) => setTimeout(resolve, 20));
        try {
          session.data.visits = 2;
          yield "unnoticed\n";
        } catch (error) {
          yield `${(error as { code: string }).code}\n`;
        }
      })(),
    };
  },
  "/big": (session) => {
    session.data.visits = 1;
    return { body: "x".repeat(300_000) };
  },
  "/empty": (session) => {
    session.data.visits = 1;
    return { status: 204 };
  },
  "/not-modified": (session) => {
    session.data.visits = 1;
    return { status: 304, headers: { ETag: '"1"' } };
  },
  "/renew": (session) => {
    session.renew();
    return { body: "renewed" };
  },
  "/count": (session) => {
    session.update((data) => void (data.visits = (data.visits ?? 0) + 1));
    return { body: "counted" };
  },
  "/members": (session) => ({
    body: JSON.stringify(Object.fromEntries(MEMBERS.map((name) => [name, typeof session[name]]))),
  }),
  "/about": ({ id, isNew, subject, persistent, rejection, data }) => ({
    body: JSON.stringify([typeof id, isNew, subject ?? null, persistent, rejection?.reason ?? null, data]),
  }),
  "/enter": (session) => {
    session.login("7", { persistent: true, label: "Firefox" });
    session.flash("Welcome.", "success");
    session.update((data) => void (data.name = "ada"));
    return { body: "in" };
  },
  "/flashes": (session) => ({ body: JSON.stringify(session.flashes()) }),
  "/forget": (session) => {
    session.persistent = false;
    return { body: "until the window is closed" };
  },
  "/destroy": (session) => {
    session.destroy();
    const seen = [() => session.data.visits, () => (session.data.visits = 1), () => session.login("8")].map(
      (change) => {
        try {
          return change() ?? null;
        } catch (error) {
          return (error as { code: string }).code;
        }
      },
    );
    return { body: JSON.stringify(seen) };
  },
  "/recent": (session) => ({ body: JSON.stringify([session.authenticatedAt ?? null, session.isRecent(600)]) }),
  "/confirm": (session) => {
    try {
      session.confirm();
      return { body: "confirmed" };
    } catch (error) {
      return { body: (error as { code: string }).code };
    }
  },
  "/teapot": (session) => {
    session.flash("no coffee here");
    return { status: 418, body: "short and stout" };
  },
  "/events": (session) => {
    session.data.visits = 1;
    // Not in the generator: Deno asks it for the second event only when somebody reads.
    const next = new Promise<void>((resolve) => (nextEvent = resolve));
    return {
      headers: { "Content-Type": "text/event-stream" },
      chunks: (async function* () {
        yield "data: first\n\n";
        await next;
        yield "data: second\n\n";
      })(),
    };
  },
};

/** All members of a session; the compiler says if one is missing. */
const NAMES: Record<keyof PlacedSession, true> = {
  id: true,
  isNew: true,
  subject: true,
  data: true,
  authenticatedAt: true,
  persistent: true,
  rejection: true,
  login: true,
  confirm: true,
  isRecent: true,
  logout: true,
  renew: true,
  destroy: true,
  update: true,
  flash: true,
  flashes: true,
};
const MEMBERS = Object.keys(NAMES) as (keyof PlacedSession)[];

/** Lets "/events" send its second event. */
let nextEvent = (): void => {};

/** A store that takes its time, or fails, on demand. */
class MoodyStore implements SessionStore {
  delay = 0;
  broken = false;
  readonly #inner = new MemoryStore();

  get: SessionStore["get"] = async (id) => await this.#do(() => this.#inner.get(id));
  set: SessionStore["set"] = async (...args) => await this.#do(() => this.#inner.set(...args));
  delete: SessionStore["delete"] = async (id) => await this.#do(() => this.#inner.delete(id));

  async #do<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.delay > 0) await new Promise((resolve) => setTimeout(resolve, this.delay));
    if (this.broken) throw new Error("the database is away");
    return await work();
  }
}

/** What every adapter does alike, on a real server. */
export function adapterContract(
  name: string,
  serve: Serve,
  { listens = true, trustsProxies = false }: ContractOptions = {},
): void {
  describe(`${name} keeps the contract of adapters`, () => {
    const open: Served[] = [];
    afterEach(async () => {
      for (const served of open.splice(0)) await served.close();
    });

    type Ask = (
      path: string,
      options?: { jar?: CookieJar; method?: string; headers?: Record<string, string> },
    ) => Promise<Response>;
    const start = async (store?: SessionStore, options?: ServeOptions, clock?: () => number): Promise<Ask> => {
      const manager = new SessionManager<Data>({ keys: generateSecretKey(), store, clock });
      const served = await serve(manager, routes, options);
      open.push(served);
      const ask = served.fetch ?? fetch;
      return async (path, { jar, method = "GET", headers = {} } = {}) => {
        const cookie = jar?.header;
        const response = await ask(served.url + path, {
          method,
          redirect: "manual",
          headers: cookie === undefined ? headers : { ...headers, Cookie: cookie },
        });
        jar?.take(response.headers.getSetCookie());
        return response;
      };
    };
    const sqlite = (): SqliteStore => {
      const store = new SqliteStore(new DatabaseSync(":memory:"));
      store.createSchema();
      return store;
    };

    for (const [kind, makeStore] of [
      ["in the cookie", () => undefined],
      ["in SQLite", sqlite],
    ] as const) {
      test(`a session ${kind} lasts from request to request`, async () => {
        const request = await start(makeStore());
        const jar = new CookieJar();
        for (const visits of ["1", "2", "3"]) expect(await (await request("/visit", { jar })).text()).toBe(visits);
        expect(await (await request("/read", { jar })).json()).toEqual({ visits: 3 });
        expect(await (await request("/read")).json()).toEqual({});
      });

      test(`a session ${kind} that nobody looks at sends no header, one that is read sends Vary alone`, async () => {
        const request = await start(makeStore());
        const jar = new CookieJar();
        const headersOf = (response: Response): unknown[] => [
          response.headers.getSetCookie().length,
          response.headers.get("vary"),
          response.headers.get("cache-control"),
        ];
        expect(headersOf(await request("/untouched", { jar }))).toEqual([0, null, null]);
        expect(headersOf(await request("/read", { jar }))).toEqual([0, "Cookie", null]);
        expect(headersOf(await request("/visit", { jar }))).toEqual([1, "Cookie", 'no-cache="Set-Cookie"']);
        expect(headersOf(await request("/untouched", { jar }))).toEqual([0, null, null]);
        expect(headersOf(await request("/read", { jar }))).toEqual([0, "Cookie", null]);
      });

      test(`a login ${kind} makes a new cookie, and a logout ends it`, async () => {
        const request = await start(makeStore());
        const jar = new CookieJar();
        await request("/visit", { jar });
        const before = jar.header;
        const answer = await request("/login", { jar });
        expect([answer.status, answer.headers.get("location")]).toEqual([302, "/me"]);
        expect(jar.header).not.toBe(before);
        expect(await (await request("/me", { jar })).text()).toBe("7");
        await request("/logout", { jar });
        expect(jar.header).toBeUndefined();
        expect(await (await request("/me", { jar })).text()).toBe("nobody");
      });
    }

    test("A7: the framework's own place of the session has all members of Session", async () => {
      const request = await start();
      const session = await new SessionManager<Data>({ keys: generateSecretKey() }).load(undefined);
      const types = Object.fromEntries(MEMBERS.map((name) => [name, typeof session[name]]));
      expect(await (await request("/members")).json()).toEqual(types);
    });

    test("A7: and they do there what they do on the session", async () => {
      const request = await start(sqlite());
      const jar = new CookieJar();
      const about = async (): Promise<unknown> => await (await request("/about", { jar })).json();
      expect(await about()).toEqual(["undefined", true, null, false, null, {}]);
      const entered = (await request("/enter", { jar })).headers.getSetCookie();
      expect(entered).toEqual([expect.stringContaining("Max-Age=")]);
      const data = { name: "ada", _flashes: expect.anything() as unknown };
      expect(await about()).toEqual(["string", false, "7", true, null, data]);
      expect(await (await request("/flashes", { jar })).json()).toEqual([{ category: "success", message: "Welcome." }]);
      expect(await (await request("/flashes", { jar })).json()).toEqual([]);
      const before = jar.header!;
      await request("/renew", { jar });
      expect(jar.header).not.toBe(before);
      expect((await request("/forget", { jar })).headers.getSetCookie()[0]).not.toContain("Max-Age=");
      expect(await about()).toEqual(["string", false, "7", false, null, { name: "ada" }]);
      const last = jar.header!;
      expect(await (await request("/destroy", { jar })).json()).toEqual([null, "session_closed", "session_closed"]);
      expect(jar.header).toBeUndefined();
      const replayed = await request("/about", { headers: { Cookie: last } });
      expect(await replayed.json()).toEqual(["undefined", true, null, false, "unknown", {}]);
    });

    test("a login is recent for so long, a renewal does not make it recent again, and a confirmation does", async () => {
      for (const stores of [false, true]) {
        let now = 1_800_000_000;
        const clock = (): number => now;
        const request = await start(stores ? new MemoryStore({ clock }) : undefined, {}, clock);
        const jar = new CookieJar();
        const recent = async (): Promise<unknown> => await (await request("/recent", { jar })).json();
        expect(await recent()).toEqual([null, false]);
        expect(await (await request("/confirm", { jar })).text()).toBe("session_anonymous");
        await request("/login", { jar });
        expect(await recent()).toEqual([1_800_000_000, true]);
        now += 601;
        await request("/renew", { jar });
        await request("/visit", { jar });
        expect(await recent()).toEqual([1_800_000_000, false]);
        const before = jar.header;
        expect(await (await request("/confirm", { jar })).text()).toBe("confirmed");
        expect(jar.header).not.toBe(before);
        expect(await recent()).toEqual([1_800_000_601, true]);
        expect(await (await request("/me", { jar })).text()).toBe("7");
        await request("/logout", { jar });
        expect(await recent()).toEqual([null, false]);
      }
    });

    test("a renewal makes a new cookie and keeps the data; what still comes with the old one counts, and sends none", async () => {
      const request = await start(sqlite());
      const jar = new CookieJar();
      await request("/visit", { jar });
      const before = jar.header!;
      await request("/renew", { jar });
      expect(jar.header).not.toBe(before);
      expect(await (await request("/read", { jar })).json()).toEqual({ visits: 1 });
      const late = await request("/visit", { headers: { Cookie: before } });
      expect([await late.text(), late.headers.getSetCookie()]).toEqual(["2", []]);
      expect(await (await request("/read", { jar })).json()).toEqual({ visits: 2 });
    });

    test("after a login the old cookie is worth nothing, and whoever still comes with it leaves the new one alone", async () => {
      const request = await start(sqlite());
      const jar = new CookieJar();
      await request("/visit", { jar });
      const before = jar.header!;
      await request("/login", { jar });
      const late = await request("/read", { headers: { Cookie: before } });
      expect([await late.json(), late.headers.getSetCookie()]).toEqual([{}, []]);
      expect(await (await request("/me", { jar })).text()).toBe("7");
    });

    test("200 parallel requests of one visitor lose nothing", async () => {
      const request = await start(sqlite());
      const jar = new CookieJar();
      await request("/count", { jar });
      const statuses = await Promise.all(
        Array.from({ length: 200 }, async () => (await request("/count", { jar })).status),
      );
      expect(new Set(statuses)).toEqual(new Set([200]));
      expect(await (await request("/read", { jar })).json()).toEqual({ visits: 201 });
    });

    test("on plain http of this machine the cookie is called session and is not Secure, if the other side is known", async () => {
      const request = await start();
      const [cookie] = (await request("/visit")).headers.getSetCookie();
      if (listens) expect(cookie).toMatch(/^session=[^;]+; Path=\/; HttpOnly; SameSite=Lax$/);
      else expect(cookie).toMatch(/^__Host-Http-session=[^;]+; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
    });

    test("headers of the answer stay, and ours are added", async () => {
      const request = await start();
      const { headers } = await request("/own-headers");
      expect(headers.getSetCookie().map((line) => line.split("=")[0])).toEqual([
        "theme",
        listens ? "session" : "__Host-Http-session",
      ]);
      expect([headers.get("vary"), headers.get("cache-control")]).toEqual([
        "Accept, Cookie",
        'private, no-cache="Set-Cookie"',
      ]);
    });

    test("an error of the handler is answered with 500, and what the session held by then is kept", async () => {
      const request = await start();
      const jar = new CookieJar();
      expect((await request("/throw", { jar })).status).toBe(500);
      expect(await (await request("/read", { jar })).json()).toEqual({ name: "kept although the handler failed" });
    });

    test("answers that are no 200 keep their cookies", async () => {
      const request = await start(sqlite());
      for (const [path, status] of [
        ["/teapot", 418],
        ["/not-modified", 304],
        ["/empty", 204],
        ["/login", 302],
      ] as const) {
        const response = await request(path);
        expect([path, response.status, response.headers.getSetCookie().length]).toEqual([path, status, 1]);
      }
    });

    test("server-sent events arrive one by one, the first with the cookie", async () => {
      const request = await start(sqlite());
      const response = await request("/events");
      expect(response.headers.getSetCookie()).toHaveLength(1);
      const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
      expect((await reader.read()).value).toBe("data: first\n\n");
      nextEvent();
      expect((await reader.read()).value).toBe("data: second\n\n");
      expect((await reader.read()).done).toBe(true);
    });

    test("a streamed answer carries the cookie and arrives whole", async () => {
      const request = await start(sqlite());
      const response = await request("/stream");
      expect(response.headers.getSetCookie()).toHaveLength(1);
      expect(await response.text()).toBe("part 0\npart 1\npart 2\npart 3\npart 4\n");
    });

    test("a change made while the answer streams throws session_closed", async () => {
      const request = await start(sqlite());
      expect(await (await request("/late")).text()).toBe("first\nsession_closed\n");
    });

    test("large, empty and HEAD answers are whole, and the connection stays usable", async () => {
      const request = await start(sqlite());
      expect((await (await request("/big")).text()).length).toBe(300_000);
      const empty = await request("/empty");
      expect([empty.status, empty.headers.getSetCookie().length, await empty.text()]).toEqual([204, 1, ""]);
      const head = await request("/visit", { method: "HEAD" });
      expect([head.status, head.headers.getSetCookie().length, await head.text()]).toEqual([200, 1, ""]);
      expect(await (await request("/visit")).text()).toBe("1");
    });

    test("a redirect never arrives before the store has the session", async () => {
      const store = new MoodyStore();
      const request = await start(store);
      store.delay = 100;
      for (let round = 0; round < 3; round++) {
        const jar = new CookieJar();
        expect((await request("/login", { jar })).status).toBe(302);
        expect(await (await request("/me", { jar })).text()).toBe("7");
      }
    });

    test("a store that fails is met before a byte was sent: 500, and nothing of the handler's answer", async () => {
      const store = new MoodyStore();
      const request = await start(store);
      const jar = new CookieJar();
      await request("/visit", { jar });
      store.broken = true;
      for (const path of ["/login", "/visit", "/stream", "/big", "/own-headers"]) {
        const response = await request(path);
        expect([path, response.status, response.headers.get("location"), response.headers.getSetCookie()]).toEqual([
          path,
          500,
          null,
          [],
        ]);
        expect(await response.text()).not.toMatch(/part|xxx|the database is away/);
      }
      expect((await request("/read", { jar })).status).toBe(500);
      store.broken = false;
      expect(await (await request("/read", { jar })).json()).toEqual({ visits: 1 });
    });

    crossOriginContract(serve, { listens, trustsProxies }, (served) => open.push(served));

    if (!listens) return;

    test("cookie headers that no browser sends are answered like any other", async () => {
      const request = await start(sqlite());
      for (const header of [
        "session",
        "session=",
        "=",
        ";;;",
        "session=a; session=b",
        `session=${"a".repeat(9000)}`,
        "session=\u00c5\u0081",
        '"session"="x"',
      ]) {
        const raw = await rawRequest(open[0]!.url, header);
        expect([header, /^HTTP\/1\.1 (\d+)/.exec(raw)?.[1]]).toEqual([header, "200"]);
      }
      expect(await (await request("/untouched")).text()).toBe("hello");
    });

    test("many requests on one connection, each with its own session", async () => {
      await start(sqlite());
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const ports = new Set<number | undefined>();
      for (let round = 0; round < 30; round++) {
        const { status, body, port } = await requestBy(agent, `${open[0]!.url}/visit`);
        expect([status, body]).toEqual([200, "1"]);
        ports.add(port);
      }
      agent.destroy();
      expect(ports.size).toBe(1);
    });

    test("under another host than this machine the cookie is Secure, and bound to the host", async () => {
      await start();
      const raw = await rawRequest(open[0]!.url, undefined, { host: "shop.example" });
      expect(raw).toMatch(/^set-cookie: __Host-Http-session=[^;]+; Path=\/; HttpOnly; Secure; SameSite=Lax\r$/im);
    });

    test("C5: a header that only proxies send makes the cookie Secure, on this machine too", async () => {
      const request = await start();
      const response = await request("/visit", { headers: { "X-Forwarded-Proto": "http" } });
      expect(response.headers.getSetCookie()[0]).toMatch(
        /^__Host-Http-session=[^;]+; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
      );
    });

    if (!trustsProxies) return;

    test("what a trusted proxy says of https is believed", async () => {
      const request = await start(undefined, { trustProxy: true });
      const jar = new CookieJar();
      const headers = { "X-Forwarded-Proto": "https" };
      expect((await request("/visit", { jar, headers })).headers.getSetCookie()[0]).toMatch(
        /^__Host-Http-session=[^;]+; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
      );
      expect(await (await request("/visit", { jar, headers })).text()).toBe("2");
    });
  });
}

/** A request with headers that fetch would not send. */
async function rawRequest(
  url: string,
  cookie: string | undefined,
  { host }: { readonly host?: string } = {},
): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  const path = cookie === undefined ? "/visit" : "/read";
  const line = cookie === undefined ? "" : `Cookie: ${cookie}\r\n`;
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: ${host ?? `${hostname}:${port}`}\r\n${line}Connection: close\r\n\r\n`,
    "latin1",
  );
  let text = "";
  for await (const chunk of socket) text += String(chunk);
  return text;
}

interface AgentAnswer {
  readonly status: number | undefined;
  readonly body: string;
  /** The client's own port: the same port is the same connection. */
  readonly port: number | undefined;
}

async function requestBy(agent: Agent, url: string): Promise<AgentAnswer> {
  const response = await new Promise<IncomingMessage>((resolve, reject) =>
    httpGet(url, { agent }, resolve).once("error", reject),
  );
  const port = response.socket.localPort;
  let body = "";
  for await (const chunk of response.setEncoding("utf8")) body += String(chunk);
  return { status: response.statusCode, body, port };
}
