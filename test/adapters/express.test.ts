import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { inspect } from "node:util";
import expressSession from "express-session";
import express, { type ErrorRequestHandler, type Express } from "express";
import { SessionManager } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { debugToolbar, session, sessionOf, type SessionRequest } from "latchkey/express";
import { MemoryStore } from "latchkey/stores/memory";
import { Toolbar } from "latchkey/toolbar";
import { afterEach, describe, expect, test } from "vitest";
import { adapterContract, type Data, type Served } from "../contracts/adapter-contract.ts";
import { CookieJar } from "../support/cookies.ts";
import { EXPRESS, passingOn } from "../support/express-version.ts";

async function listen(listener: RequestListener): Promise<Served> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise<unknown>((resolve) => server.close(resolve));
    },
  };
}

const answerErrors: ErrorRequestHandler = (error: { code?: string; message: string }, _request, response, next) => {
  if (response.headersSent) return next(error);
  response.status(500).send(error.code ?? "Something went wrong");
};

adapterContract(
  EXPRESS,
  async (manager, routes, { trustProxy = false } = {}) => {
    const app = express().set("trust proxy", trustProxy).set("etag", false).use(session(manager));
    for (const [path, route] of Object.entries(routes)) {
      const answer = passingOn(async (request, response) => {
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
      app.all(path, answer);
    }
    return await listen(app.use(answerErrors));
  },
  { trustsProxies: true },
);

const open: Served[] = [];
afterEach(async () => {
  for (const served of open.splice(0)) await served.close();
});

async function visitorOf(app: Express): Promise<(path: string, init?: RequestInit) => Promise<Response>> {
  const served = await listen(app.use(answerErrors));
  open.push(served);
  const jar = new CookieJar();
  return async (path, init = {}) => {
    const headers = new Headers(init.headers);
    if (jar.header !== undefined) headers.set("Cookie", jar.header);
    const response = await fetch(served.url + path, { redirect: "manual", ...init, headers });
    jar.take(response.headers.getSetCookie());
    return response;
  };
}

describe("the session middleware for Express", () => {
  test("files that Express serves itself come whole, with the cookie of a session that was changed before", async () => {
    const manager = new SessionManager<Data>({ keys: generateSecretKey(), store: new MemoryStore() });
    const app = express().use(session(manager));
    app.use((request, _, next) => {
      sessionOf(manager, request).data.visits = 1;
      next();
    });
    app.use("/static", express.static(import.meta.dirname));
    app.get("/file", (_, response) => response.sendFile(import.meta.filename));
    const visit = await visitorOf(app);
    const file = await visit("/file");
    expect([file.status, file.headers.getSetCookie().length, (await file.text()).includes("sendFile")]).toEqual([
      200,
      1,
      true,
    ]);
    const served = await visit("/static/express.test.ts", { headers: { Range: "bytes=0-5" } });
    expect([served.status, await served.text()]).toEqual([206, "import"]);
    const again = await visit("/static/express.test.ts", {
      headers: { "Cache-Control": "max-age=0", "If-None-Match": served.headers.get("etag")! },
    });
    expect([again.status, await again.text()]).toEqual([304, ""]);
  });

  test("an error that a handler throws keeps what the session held, also with Express's own error page", async () => {
    const manager = new SessionManager<Data>({ keys: generateSecretKey() });
    const app = express().set("env", "test").use(session(manager));
    app.get("/throw", (request) => {
      sessionOf(manager, request).data.name = "kept";
      throw Object.assign(new Error("no such thing"), { status: 404, expose: true });
    });
    app.get("/read", (request, response) => response.json(sessionOf(manager, request).data));
    const served = await listen(app);
    open.push(served);
    const response = await fetch(`${served.url}/throw`);
    expect([response.status, response.headers.getSetCookie().length]).toEqual([404, 1]);
  });

  test("inside of a router that is mounted on a path", async () => {
    const manager = new SessionManager<Data>({ keys: generateSecretKey() });
    const router = express.Router().use(session(manager));
    router.get("/visit", (request, response) => {
      const { data } = sessionOf(manager, request);
      response.send(String((data.visits = (data.visits ?? 0) + 1)));
    });
    const visit = await visitorOf(
      express()
        .use("/shop", router)
        .get("/outside", (request, response) => response.send(sessionOf(manager, request).id)),
    );
    expect(await (await visit("/shop/visit")).text()).toBe("1");
    expect(await (await visit("/shop/visit")).text()).toBe("2");
    expect(await (await visit("/outside")).text()).toBe("session_unavailable");
  });

  test("mounted twice, it keeps one session", async () => {
    const manager = new SessionManager<Data>({ keys: generateSecretKey() });
    const app = express().use(session(manager), session(manager));
    app.get("/", (request, response) => {
      sessionOf(manager, request).data.visits = 1;
      response.send("ok");
    });
    const response = await (await visitorOf(app))("/");
    expect([response.status, response.headers.getSetCookie().length]).toEqual([200, 1]);
  });

  test("A3: middleware of others that has request.session keeps it, and sessionOf finds ours", async () => {
    const manager = new SessionManager<Data>({ keys: generateSecretKey() });
    const app = express().use(
      expressSession({ secret: "a secret of this test", resave: false, saveUninitialized: false }),
      session(manager),
    );
    app.get("/", (request, response) => {
      const theirs = request.session as unknown as { n?: number };
      const { data } = sessionOf(manager, request);
      theirs.n = (theirs.n ?? 0) + 1;
      data.visits = (data.visits ?? 0) + 10;
      response.json([theirs.n, data.visits]);
    });
    const visit = await visitorOf(app);
    await visit("/");
    expect(await (await visit("/")).json()).toEqual([2, 20]);
  });
});

describe("request.session in the shape of express-session", () => {
  interface Shop {
    visits: number;
    cart: string[];
  }
  /** An application without types, as express-session's users have it. */
  type Entries = SessionRequest<Record<string, unknown>>["session"];
  const entriesOf = (request: unknown): Entries => (request as { session: Entries }).session;

  test.each([
    ["in the cookie", (): undefined => undefined],
    ["in a store", () => new MemoryStore()],
  ] as const)("entries are properties, %s", async (_, store) => {
    const manager = new SessionManager<Shop>({ keys: generateSecretKey(), store: store() });
    const app = express().use(session(manager));
    app.get("/add/:item", (request, response) => {
      const current = (request as unknown as SessionRequest<Shop>).session;
      current.visits = (current.visits ?? 0) + 1;
      (current.cart ??= []).push(request.params.item);
      response.json(current);
    });
    app.get("/look", (request, response) => {
      const current = entriesOf(request);
      response.json([
        Object.keys(current),
        "cart" in current,
        "other" in current,
        inspect(current),
        { ...current },
        current.hasOwnProperty("visits"),
      ]);
    });
    app.get("/delete", (request, response) => {
      delete entriesOf(request)["cart"];
      response.json(sessionOf(manager, request).data);
    });
    const visit = await visitorOf(app);
    await visit("/add/tea");
    expect(await (await visit("/add/milk")).json()).toEqual({ visits: 2, cart: ["tea", "milk"] });
    const look: unknown = await (await visit("/look")).json();
    expect(look).toEqual([
      ["cart", "visits"],
      true,
      false,
      "{ cart: [ 'tea', 'milk' ], visits: 2 }",
      { visits: 2, cart: ["tea", "milk"] },
      true,
    ]);
    expect(await (await visit("/delete")).json()).toEqual({ visits: 2 });
  });

  test("a page that has request.session and does not look at it sends no header", async () => {
    const manager = new SessionManager({ keys: generateSecretKey() });
    const visit = await visitorOf(
      express()
        .use(session(manager))
        .get("/", (request, response) => response.send(typeof entriesOf(request))),
    );
    const response = await visit("/");
    expect([await response.text(), response.headers.get("vary"), response.headers.getSetCookie()]).toEqual([
      "object",
      null,
      [],
    ]);
  });

  test("regenerate ends the old session, save calls back, and the old object keeps what it showed", async () => {
    const store = new MemoryStore();
    const manager = new SessionManager({ keys: generateSecretKey(), store });
    const app = express().use(session(manager));
    app.get("/begin", (request, response) => {
      entriesOf(request)["theme"] = "dark";
      response.send("ok");
    });
    app.get("/login", (request, response, next) => {
      const before = entriesOf(request);
      before.regenerate((error) => {
        if (error !== undefined) return next(error);
        const after = entriesOf(request);
        const seen = [before === after, before["theme"], after["theme"] ?? null];
        after["user"] = 7;
        after.save((problem) => (problem === undefined ? response.json(seen) : next(problem)));
      });
    });
    app.get("/me", (request, response) => response.json(entriesOf(request)));
    const visit = await visitorOf(app);
    const first = (await visit("/begin")).headers.getSetCookie()[0]!.split(";")[0]!;
    expect(await (await visit("/login")).json()).toEqual([false, "dark", null]);
    expect(await (await visit("/me")).json()).toEqual({ user: 7 });
    const replayed = await fetch(`${open[0]!.url}/me`, { headers: { Cookie: first } });
    expect(await replayed.json()).toEqual({});
  });

  test("destroy takes request.session away and expires the cookie", async () => {
    const manager = new SessionManager({ keys: generateSecretKey(), store: new MemoryStore() });
    const app = express().use(session(manager));
    app.get("/begin", (request, response) => response.send(String((entriesOf(request)["a"] = 1))));
    app.get("/end", (request, response) => {
      entriesOf(request).destroy(() => response.send(String((request as { session?: unknown }).session)));
    });
    app.get("/me", (request, response) => response.json(entriesOf(request)));
    const visit = await visitorOf(app);
    await visit("/begin");
    const response = await visit("/end");
    expect([await response.text(), response.headers.getSetCookie()[0]]).toEqual([
      "undefined",
      expect.stringContaining("Max-Age=0"),
    ]);
    expect(await (await visit("/me")).json()).toEqual({});
  });

  test("reload throws changes away; touch does nothing", async () => {
    const manager = new SessionManager({ keys: generateSecretKey(), store: new MemoryStore() });
    const app = express().use(session(manager));
    app.get("/begin", (request, response) => response.send(String((entriesOf(request)["a"] = 1))));
    app.get("/reload", (request, response, next) => {
      const current = entriesOf(request).touch() as Entries;
      current["a"] = 2;
      current.reload((error) => (error === undefined ? response.json(entriesOf(request)) : next(error)));
    });
    const visit = await visitorOf(app);
    await visit("/begin");
    expect(await (await visit("/reload")).json()).toEqual({ a: 1 });
    expect((await visit("/reload")).headers.getSetCookie()).toEqual([]);
  });

  test("A2: null in place of the session ends it, also after regenerate, and Passport's own calls go on working", async () => {
    const manager = new SessionManager({ keys: generateSecretKey(), store: new MemoryStore() });
    const app = express().use(session(manager));
    app.get("/in", (request, response, next) => {
      entriesOf(request).regenerate((error) => {
        if (error !== undefined) return next(error);
        entriesOf(request)["user"] = 7;
        entriesOf(request).save((problem) => (problem === undefined ? response.send("in") : next(problem)));
      });
    });
    app.get("/regenerate-and-null", (request, response) => {
      entriesOf(request).regenerate(() => {
        (request as { session?: unknown }).session = null;
        response.send(String((request as { session?: unknown }).session));
      });
    });
    app.get("/destroy-and-null", (request, response) => {
      entriesOf(request).destroy(() => {
        (request as { session?: unknown }).session = null;
        response.send(String((request as { session?: unknown }).session));
      });
    });
    app.get("/me", (request, response) => response.json(entriesOf(request)));
    const visit = await visitorOf(app);
    for (const path of ["/regenerate-and-null", "/destroy-and-null"]) {
      await visit("/in");
      expect(await (await visit("/me")).json()).toEqual({ user: 7 });
      expect(await (await visit(path)).text()).toBe("null");
      expect(await (await visit("/me")).json()).toEqual({});
    }
  });

  test("A14: console.log shows the entries, and no password, token or key", async () => {
    const manager = new SessionManager({ keys: generateSecretKey() });
    const app = express().use(session(manager));
    app.get("/", (request, response) => {
      Object.assign(entriesOf(request), {
        visits: 2,
        user: { name: "ada", password: "correct horse", since: new Date(0) },
        csrfSecret: "abc",
        list: [{ access_token: "def" }, "ghijklmnopqrstuvwxyz0123456789"],
        passport: { user: 7 },
      });
      response.json([inspect(entriesOf(request), { depth: 9 }), entriesOf(request)]);
    });
    const [shown, kept] = (await (await (await visitorOf(app))("/")).json()) as [string, { csrfSecret: string }];
    expect(shown).toContain("visits: 2");
    expect(shown).toContain("name: 'ada'");
    expect(shown).toContain("passport: { user: 7 }");
    expect(shown).toContain("1970-01-01");
    expect(shown).not.toMatch(/correct horse|abc|def|ghijk/);
    // What is answered as JSON is the data itself.
    expect(kept.csrfSecret).toBe("abc");
  });

  test("after the answer has begun, changes, regenerate and reload are errors with the code session_closed", async () => {
    const manager = new SessionManager({ keys: generateSecretKey(), store: new MemoryStore() });
    const app = express().use(session(manager));
    app.get("/", async (request, response) => {
      const current = entriesOf(request);
      current["a"] = 1;
      response.write("begun ");
      await new Promise((resolve) => setTimeout(resolve, 30));
      const codes: unknown[] = [];
      for (const change of [
        () => (current["a"] = 2),
        () => (current["b"] = 2),
        () => Object.defineProperty(current, "c", { value: 2 }),
        () => current.regenerate(),
        () => current.destroy(),
      ]) {
        try {
          change();
          codes.push("nothing thrown");
        } catch (error) {
          codes.push((error as { code: string }).code);
        }
      }
      current.regenerate((error) => {
        codes.push((error as { code: string }).code);
        current.reload((problem) => {
          codes.push((problem as { code: string }).code);
          current.save((nothing) => response.end(JSON.stringify([...codes, nothing ?? "saved"])));
        });
      });
    });
    const text = await (await (await visitorOf(app))("/")).text();
    expect(JSON.parse(text.slice("begun ".length))).toEqual([
      ...Array.from({ length: 7 }, () => "session_closed"),
      "saved",
    ]);
  });

  /** Sends what a handler gives, and its errors as texts. */
  async function answers(
    manager: SessionManager,
    work: (current: Entries, request: object) => unknown,
  ): Promise<unknown> {
    const app = express().use(session(manager));
    app.get("/", async (request, response) => response.json((await work(entriesOf(request), request)) ?? null));
    return await (await (await visitorOf(app))("/")).json();
  }
  const make = (): SessionManager => new SessionManager({ keys: generateSecretKey() });
  const MEMBERS =
    "id isNew subject authenticatedAt data rejection login confirm isRecent logout renew update flash flashes regenerate save reload destroy touch toJSON".split(
      " ",
    );

  test.each(MEMBERS)(
    "A7: an entry cannot have the name of the member %s, and the error says what to write",
    async (name) => {
      const codes = await answers(make(), (current) => {
        const changes = [
          () => (current[name as string] = 1),
          () => Object.assign(current, { [name]: 1 }),
          () => Object.defineProperty(current, name, { value: 1 }),
          () => delete (current as Record<string, unknown>)[name],
        ];
        return changes.map((change) => {
          try {
            return change();
          } catch (error) {
            return (error as Error).message;
          }
        });
      });
      const refused = expect.stringMatching(
        `^request\\.session\\["${name}"\\].*Fix: .*request\\.session\\.data\\["${name}"\\]`,
      );
      expect(codes).toEqual([refused, refused, refused, refused]);
    },
  );

  test("A7: these are all members of a session, beside persistent, which can be set", async () => {
    const manager = make();
    const session = await manager.load(undefined);
    const names = Object.getOwnPropertyNames(Object.getPrototypeOf(session)).filter((name) => name !== "constructor");
    expect(names.filter((name) => ![...MEMBERS, "persistent"].includes(name))).toEqual([]);
    const seen = await answers(manager, (current, request) => {
      current.persistent = true;
      const missing = names.filter((name) => !(name in current));
      const wrong = names.filter(
        (name) => typeof current[name] !== typeof (sessionOf(manager, request as never) as never)[name],
      );
      return [missing, wrong, sessionOf(manager, request).persistent, Object.keys(current)];
    });
    expect(seen).toEqual([[], [], true, []]);
  });

  test("A7: entries that have a member's name stay in data, and the member is the member", async () => {
    const manager = make();
    const seen = await answers(manager, (current, request) => {
      Object.assign(sessionOf(manager, request).data, { subject: "maths", visits: 2 });
      return [
        current.subject ?? null,
        current.data["subject"],
        current.data === sessionOf(manager, request).data,
        Object.keys(current),
        { ...current },
        Object.hasOwn(current, "subject"),
        "subject" in current,
        JSON.stringify(current),
        inspect(current),
      ];
    });
    expect(seen).toEqual([
      null,
      "maths",
      true,
      ["visits"],
      { visits: 2 },
      false,
      true,
      '{"subject":"maths","visits":2}',
      "{ subject: 'maths', visits: 2 }",
    ]);
  });

  test("A7: a member counts as a look at the session exactly where it does on the session itself", async () => {
    const manager = make();
    const looks = async (look: (current: Entries) => unknown): Promise<boolean> => {
      const app = express().use(session(manager));
      app.get("/", (request, response) => {
        look(entriesOf(request));
        response.send("ok");
      });
      return (await (await visitorOf(app))("/")).headers.get("vary") === "Cookie";
    };
    for (const name of [...MEMBERS, "persistent"]) {
      const own = await manager.load(undefined);
      Reflect.get(own, name);
      const counts = (await manager.commit(own)).length > 0;
      expect([name, await looks((current) => current[name as string])]).toEqual([name, counts]);
    }
    expect(await looks((current) => "login" in current)).toBe(false);
    expect(await looks((current) => "visits" in current)).toBe(true);
  });

  test("A7: what regenerate has replaced goes on to show its entries, also in data, and its methods act on the new session", async () => {
    const manager = make();
    const seen = await answers(manager, async (before, request) => {
      before["theme"] = "dark";
      await new Promise((resolve) => before.regenerate(resolve));
      before.login("7");
      const after = entriesOf(request);
      return [
        before.data["theme"],
        before["theme"],
        after.data["theme"] ?? null,
        after.subject,
        sessionOf(manager, request).subject,
      ];
    });
    expect(seen).toEqual(["dark", "dark", null, "7", "7"]);
  });

  test("__proto__ is an entry", async () => {
    const seen = await answers(make(), (current) => {
      (current as Record<string, unknown>)["__proto__"] = { admin: true };
      return [current["admin"] ?? null, Object.keys(current)];
    });
    expect(seen).toEqual([null, ["__proto__"]]);
  });
});

describe("debugToolbar for Express", () => {
  test("appends to pages, records the route, and what a handler threw", async () => {
    const toolbar = new Toolbar({ keys: generateSecretKey() });
    const manager = new SessionManager<Data>({ keys: generateSecretKey() });
    const app = express().use(debugToolbar(toolbar), session(manager));
    app.get("/users/:id", (request, response) => {
      sessionOf(manager, request).data.visits = 1;
      response.send("<!doctype html><p>hello");
    });
    app.get(
      "/boom",
      passingOn(async () => await Promise.reject(new TypeError("the cart is gone"))),
    );
    const visit = await visitorOf(app);
    const headers = { "Sec-Fetch-Dest": "document" };
    const response = await visit("/users/7", { headers });
    const text = await response.text();
    expect(text).toMatch(
      /^<!doctype html><p>hello\n<script type="module" src="http:\/\/[\w.:]+\/_latchkey\/toolbar\.js\?/,
    );
    expect([Number(response.headers.get("content-length")), response.headers.getSetCookie().length]).toEqual([
      Buffer.byteLength(text),
      1,
    ]);
    const { pathname, search } = new URL(/src="([^"]+)"/.exec(text)![1]!.replaceAll("&amp;", "&"));
    expect(
      (await visit(pathname + search, { headers: { "Sec-Fetch-Site": "same-origin" } })).headers.get("content-type"),
    ).toMatch("text/javascript");
    expect((await visit("/boom")).status).toBe(500);
    await expect.poll(() => toolbar.exchanges.length).toBe(2);
    const [boom, user] = toolbar.exchanges.map(({ id }) => JSON.stringify(toolbar.page(id)));
    expect(user).toContain("/users/:id");
    expect(boom).toContain("the cart is gone");
    toolbar.close();
  });
});
