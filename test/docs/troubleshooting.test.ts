import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import Fastify from "fastify";
import { KeyRing, SessionManager } from "latchkey";
import { session as fastifySession, sessionOf as fastifySessionOf } from "latchkey/fastify";
import { loadKeyRing } from "latchkey/keys";
import { session, sessionOf, type SessionRequest } from "latchkey/node";
import { MemoryStore } from "latchkey/stores/memory";
import { Toolbar, type ToolbarOptions } from "latchkey/toolbar";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { serve, Visitor } from "../pains/support.ts";
import { cli } from "../support/cli.ts";
import { application, type Handle } from "../support/docs/account.ts";
import { readPage } from "../support/docs/pages.ts";
import {
  at,
  KEY,
  log,
  loggedIn,
  manager,
  readLog,
  seenBy,
  start,
  warnings,
  type Data,
  type Options,
} from "../support/docs/symptoms.ts";
import { TOOLBAR_SERVERS } from "../support/toolbar-servers.ts";

/*
 * docs/troubleshooting.md: each test makes the symptom, sees the cause where the page says that it
 * is seen, applies the fix, and sees the symptom gone.
 */
readLog();

const SECURE_HOST = "shop.example";

describe("why is my session not saved?", () => {
  /** One request, with what the log says at its end. */
  const sentence = async (handle: Handle): Promise<string | undefined> => {
    const visitor = new Visitor(await start({}, handle), "localhost");
    await visitor.visit("/");
    return log.find((line) => line.startsWith("session goes out:"))?.slice("session goes out: ".length);
  };

  test("no session middleware ran before the route", async () => {
    const own = manager();
    const codes: unknown[] = [];
    const handle = (request: Parameters<typeof sessionOf>[1]): void => {
      try {
        sessionOf(own, request).data["cart"] = 1;
      } catch (error) {
        codes.push((error as { code?: string }).code);
      }
    };
    const without = await serve((request, response) => {
      handle(request);
      response.end();
    });
    await new Visitor(without).visit("/");
    expect(codes).toEqual(["session_unavailable"]);
    const open = session(own);
    const mounted = await serve((request, response) =>
      open(request, response, () => {
        handle(request);
        response.end();
      }),
    );
    expect((await new Visitor(mounted).visit("/")).headers.getSetCookie()).toHaveLength(1);
    expect(codes).toHaveLength(1);
  });

  test("the handler changed something else, or a copy", async () => {
    const cart = {} as Data;
    expect(
      await sentence((_, __, response) => {
        cart["milk"] = 1;
        response.end();
      }),
    ).toBe("Nothing sent: the session was not touched.");
    log.length = 0;
    expect(
      await sentence((own, _, response) => {
        const copy = { ...own.data };
        copy["milk"] = 1;
        response.end();
      }),
    ).toBe("Nothing sent: no session came in, and nothing was saved in it.");
    log.length = 0;
    expect(
      await sentence((own, _, response) => {
        own.data["milk"] = 1;
        response.end();
      }),
    ).toBe("Sent because a session begins.");
  });

  test("the change came after the answer had begun", async () => {
    const codes: unknown[] = [];
    const late: Handle = (own, _, response) => {
      response.end("done");
      try {
        own.data["milk"] = 1;
      } catch (error) {
        codes.push((error as { code?: string }).code);
      }
    };
    await sentence(late);
    expect(codes).toEqual(["session_closed"]);
  });

  test("the answer was written to the raw response", async () => {
    const own = manager();
    const app = Fastify();
    onTestFinished(async () => await app.close());
    await app.register(fastifySession(own));
    app.get("/", (request, reply) => {
      fastifySessionOf(own, request).data["milk"] = 1;
      reply.hijack();
      reply.raw.end("raw");
    });
    app.get("/fixed", async (request, reply) => {
      fastifySessionOf(own, request).data["milk"] = 1;
      reply.hijack();
      for (const [name, value] of await own.commit(fastifySessionOf(own, request))) reply.raw.appendHeader(name, value);
      reply.raw.end("raw");
    });
    const visitor = new Visitor(await app.listen({ port: 0, host: "127.0.0.1" }));
    expect((await visitor.visit("/")).headers.getSetCookie()).toEqual([]);
    await expect.poll(() => warnings.join()).toContain("LATCHKEY_NOT_SAVED");
    expect((await visitor.visit("/fixed")).headers.getSetCookie()).toHaveLength(1);
  });

  test("the browser does not send the cookie back", async () => {
    const address = await start({}, (own, _, response) => {
      own.data["visits"] = Number(own.data["visits"] ?? 0) + 1;
      response.end();
    });
    for (const visitor of [new Visitor(address), new Visitor(address)]) await visitor.visit("/");
    const outcome = ["session came in: none", "session goes out: Sent because a session begins."];
    expect(log).toEqual([...outcome, ...outcome]);
  });
});

test("why is the user logged out when the browser closes?", async () => {
  const cookieOf = async (handle: Handle): Promise<string> =>
    (await new Visitor(await start({}, handle)).visit("/")).headers.getSetCookie()[0]!;
  const login =
    (options?: { persistent: boolean }): Handle =>
    (own, _, response) => {
      own.login("7", options);
      response.end();
    };
  expect(await cookieOf(login())).not.toMatch(/Max-Age|Expires/);
  expect(await cookieOf(login({ persistent: true }))).toMatch(/Max-Age=1209600/);
});

test("why does a POST fail with cross_origin?", async () => {
  const headers = { Origin: "http://localhost:5173" };
  const visitor = await loggedIn(await start());
  const refused = await visitor.visit("/login", { form: {}, headers });
  expect([refused.status, await refused.text()]).toEqual([403, "cross_origin"]);
  expect(log.join()).toMatch(/rejected cross_origin .*http:\/\/localhost:5173/);
  expect(log.join()).toContain("Nothing sent: another origin sent the request, so it has no session.");
  const trusting = at(visitor, await start({ trustedOrigins: ["http://localhost:5173"] }));
  expect((await trusting.visit("/login", { form: {}, headers })).status).toBe(200);
});

test("why is my key refused in production?", async () => {
  const env = { NODE_ENV: "production", SECRET_KEY: "changeme" };
  expect(() => loadKeyRing({ env })).toThrow(expect.objectContaining({ code: "key_refused" }));
  const checked = await cli(["key", "check"], { env });
  expect([checked.code, checked.out]).toEqual([1, expect.stringMatching(/refused/i)]);
  const generated = (await cli(["key", "generate"])).out.trim();
  expect(loadKeyRing({ env: { ...env, SECRET_KEY: generated } }).mode).toBe("production");
  expect((await cli(["key", "check"], { env: { SECRET_KEY: generated } })).code).toBe(0);
});

test("why does the build ask for a secret key?", async () => {
  const env: Record<string, string> = { NODE_ENV: "production" };
  expect(() => manager({ keys: loadKeyRing({ env }) })).toThrow(expect.objectContaining({ code: "key_missing" }));
  const lazy = manager({ keys: () => loadKeyRing({ env }) });
  env["SECRET_KEY"] = KEY;
  const visitor = new Visitor(await serve(application(lazy)), SECURE_HOST);
  expect((await visitor.visit("/login", { form: {} })).headers.getSetCookie()).toHaveLength(1);
});

test("why is the cookie too large?", async () => {
  const fill: Handle = (own, _, response) => {
    own.data["cart"] = "x".repeat(5000);
    response.end("saved");
  };
  const open = session(manager());
  let failure: unknown;
  const failing = await serve((request, response) =>
    open(request, response, (error?: unknown) => {
      failure = error;
      if (error === undefined) fill((request as SessionRequest<Data>).session, request, response);
      else response.end("refused");
    }),
  );
  expect(await (await new Visitor(failing).visit("/")).text()).toBe("refused");
  expect(failure).toMatchObject({ code: "cookie_too_large", message: expect.stringContaining("cart") as unknown });
  const stored = await new Visitor(await start({ store: new MemoryStore() }, fill)).visit("/");
  expect([await stored.text(), stored.headers.getSetCookie().length]).toEqual(["saved", 1]);
});

test("why is the session lost on serverless functions?", async () => {
  expect(() => new MemoryStore({ mode: "production" })).toThrow("MemoryStore is not for production");
  const copy = (): Options => ({ store: new MemoryStore({ mode: "production", production: true }) });
  const visitor = await loggedIn(await start(copy()));
  expect(await seenBy(visitor, copy())).toEqual(["nobody", "rejected unknown"]);
  expect(await seenBy(await loggedIn(await start()), {})).toEqual(["7", "valid"]);
});

test("why does a WebSocket have no session?", async () => {
  const visitor = await loggedIn(await start());
  const upgrade = async (options: Options, origin: string, cookie: string | undefined) => {
    const server = createServer();
    onTestFinished(() => void server.close());
    const own = manager(options);
    const loaded = new Promise<readonly unknown[]>((resolve) => {
      server.on("upgrade", ({ headers, method, socket }, raw) => {
        void own
          .load(headers.cookie, {
            secure: false,
            host: headers.host!,
            peer: socket.remoteAddress,
            httpVersion: "1.1",
            method,
            headers,
          })
          .then(({ subject, isNew, rejection }) => resolve([subject, isNew, rejection?.reason]));
        raw.destroy();
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const asked = httpRequest(url, {
      headers: {
        Host: "localhost",
        Connection: "Upgrade",
        Upgrade: "websocket",
        Origin: origin,
        ...(cookie === undefined ? {} : { Cookie: cookie }),
      },
    });
    asked.on("error", () => undefined);
    asked.end();
    return await loaded;
  };
  const cookie = visitor.jar.header;
  expect(await upgrade({}, "http://localhost", cookie)).toEqual(["7", false, undefined]);
  expect(await upgrade({}, "http://localhost:5173", cookie)).toEqual([undefined, true, "cross_origin"]);
  expect(await upgrade({ trustedOrigins: ["http://localhost:5173"] }, "http://localhost:5173", cookie)).toEqual([
    "7",
    false,
    undefined,
  ]);
  expect(await upgrade({}, "http://localhost", undefined)).toEqual([undefined, true, undefined]);
});

describe("why does the toolbar not show?", () => {
  /** Opens a page as a browser does, and says whether the toolbar is in it. */
  async function isShown(
    options: Partial<ToolbarOptions>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<boolean> {
    const keys = new KeyRing(KEY, [], { mode: options.mode === "production" ? "production" : "development" });
    const toolbar = new Toolbar({ keys, mode: "development", historyFile: false, ...options });
    const server = await TOOLBAR_SERVERS["node:http"]!(
      toolbar,
      new SessionManager<Data>({ keys }),
      () => "<!doctype html><p>Page</p>",
    );
    onTestFinished(async () => {
      toolbar.close();
      await server.close();
    });
    const visitor = new Visitor(server.url, headers["Host"] ?? "localhost");
    const page = {
      Accept: "text/html",
      "Sec-Fetch-Site": "none",
      "Sec-Fetch-Dest": "document",
      "Sec-Fetch-Mode": "navigate",
    };
    return (await (await visitor.visit("/", { headers: { ...page, ...headers } })).text()).includes("_latchkey");
  }

  test("nothing says that this is development", async () => {
    vi.stubEnv("NODE_ENV", "production");
    const off = isShown({ mode: "production" });
    vi.unstubAllEnvs();
    expect(await off).toBe(false);
    await expect.poll(() => warnings.join()).toMatch(/LATCHKEY_TOOLBAR_OFF .*NODE_ENV=development/);
    expect(await isShown({})).toBe(true);
  });

  test("a proxy, a virtual machine, a host name", async () => {
    const forwarded = { "X-Forwarded-For": "127.0.0.1" };
    expect(await isShown({}, forwarded)).toBe(false);
    await expect.poll(() => warnings.join()).toMatch(/LATCHKEY_TOOLBAR .*may have come through a proxy/);
    expect(await isShown({ allow: ["127.0.0.1"] }, forwarded)).toBe(true);
    const bridge = { "X-Forwarded-For": "172.17.0.1" };
    expect(await isShown({ allow: ["127.0.0.1"] }, bridge)).toBe(false);
    await expect.poll(() => warnings.join()).toMatch(/LATCHKEY_TOOLBAR .*The visitor's address is 172\.17\.0\.1/);
    expect(await isShown({ allow: ["127.0.0.1", "172.17.0.1"] }, bridge)).toBe(true);
    const named = { Host: "dev.example.test" };
    expect(await isShown({}, named)).toBe(false);
    await expect.poll(() => warnings.join()).toMatch(/LATCHKEY_TOOLBAR .*which is not in the option hosts/);
    expect(await isShown({ hosts: ["dev.example.test"] }, named)).toBe(true);
  });
});

test("each question of the page has a test", () => {
  const tests = [
    "troubleshooting.test.ts",
    "troubleshooting-logged-out.test.ts",
    "troubleshooting-browser.test.ts",
    "deploy.test.ts",
  ]
    .map((file) => readFileSync(`${import.meta.dirname}/${file}`, "utf8"))
    .join("\n")
    .toLowerCase();
  const questions = [...readPage("docs/troubleshooting.md").matchAll(/^## ((?:Why|What) .*\?)$/gm)].map(
    ([, question]) => question!,
  );
  expect(questions.length).toBeGreaterThan(15);
  expect(questions.filter((question) => !tests.includes(question.toLowerCase()))).toEqual([]);
});
