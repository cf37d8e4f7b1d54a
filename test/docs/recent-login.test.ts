import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import type { FastifyInstance } from "fastify";
import type { Hono } from "hono";
import type Koa from "koa";
import type { Flask } from "latchkey/flask";
import { generateSecretKey } from "latchkey/keys";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { CookieJar } from "../support/cookies.ts";
import { programsOf } from "../support/docs/pages.ts";
import { runProgram } from "../support/docs/run-program.ts";

/* The programs of docs/recent-login.md, each on a real server. */
const PAGE = "docs/recent-login.md";
const PROGRAMS = programsOf(PAGE);

/** How each of them listens, in the order of the page. */
const SERVERS: Readonly<Record<string, (app: never) => Server | Promise<Server>>> = {
  Express: (app: RequestListener) => createServer(app),
  Fastify: async (app: FastifyInstance) => {
    await app.ready();
    return app.server;
  },
  Hono: (app: Hono) => createServer(getRequestListener(app.fetch) as RequestListener),
  Koa: (app: Koa) => createServer(app.callback() as RequestListener),
  "node:http": (app: Server) => app,
  "latchkey/web": (app: Pick<Hono, "fetch">) => createServer(getRequestListener(app.fetch) as RequestListener),
  Flask: (app: Flask) => createServer(getRequestListener(app.fetch) as RequestListener),
};

const servers: Server[] = [];
beforeEach(() => {
  vi.stubEnv("SECRET_KEY", generateSecretKey());
  vi.stubEnv("NODE_ENV", "test");
});
afterEach(() => {
  vi.useRealTimers();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

test("the page has a program for each adapter", () => {
  expect(
    PROGRAMS.map(({ text }) => /from "latchkey\/(express|fastify|hono|koa|node|web|flask)"/.exec(text)?.[1]),
  ).toEqual(["express", "fastify", "hono", "koa", "node", "web", "flask"]);
});

describe.each(Object.keys(SERVERS))("a change of the password (%s)", (name) => {
  test("is let in after a login within ten minutes, and asks for another one else", { timeout: 300_000 }, async () => {
    // The clock of the sessions alone: sockets need theirs.
    vi.useFakeTimers({ toFake: ["Date"] });
    const start = Date.now();
    const { app } = await runProgram(PROGRAMS[Object.keys(SERVERS).indexOf(name)]!);
    const server = await SERVERS[name]!(app as never);
    // On a busy machine a request may come after the usual five seconds, on a connection that ends.
    server.keepAliveTimeout = 0;
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const jar = new CookieJar();
    const post = async (path: string, form: Record<string, string>, accept = "text/html"): Promise<Response> => {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
        method: "POST",
        redirect: "manual",
        headers: { Accept: accept, ...(jar.header === undefined ? {} : { Cookie: jar.header }) },
        body: new URLSearchParams(form),
      });
      jar.take(answer.headers.getSetCookie());
      return answer;
    };
    const seen = ({ status, headers }: Response): unknown => [status, headers.get("location")];

    // Nobody is logged in.
    expect(seen(await post("/password", { password: "new" }))).toEqual([302, "/login?back=%2Fpassword"]);
    const wrong = await post("/login", { user: "ada", password: "wrong" });
    expect(wrong.status).toBe(401);
    const login = await post("/login", { user: "ada", password: "correct horse", back: "/password" });
    expect(seen(login)).toEqual([303, "/password"]);
    expect(seen(await post("/password", { password: "battery staple" }))).toEqual([303, "/"]);

    // Ten minutes and a second later.
    vi.setSystemTime(start + 602_000);
    expect(seen(await post("/password", { password: "thief's" }))).toEqual([302, "/login?back=%2Fpassword"]);
    const refused = await post("/password", { password: "thief's" }, "application/json");
    expect([refused.status, await refused.json()]).toEqual([403, { error: "recent_login_required", login: "/login" }]);
    const before = jar.header;
    const again = { user: "ada", password: "battery staple" };
    for (const back of ["https://evil.example/", "//evil.example", "/\\evil.example", "/\t/evil.example", "evil"])
      expect(seen(await post("/login", { ...again, back }))).toEqual([303, "/"]);
    expect(seen(await post("/login", { ...again, back: "/password?step=2#here" }))).toEqual([
      303,
      "/password?step=2#here",
    ]);
    expect(jar.header).not.toBe(before);
    expect(seen(await post("/password", { password: "newest" }))).toEqual([303, "/"]);
    expect((await post("/login", again)).status).toBe(401);
  });
});
