import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import express, { type ErrorRequestHandler, type RequestHandler } from "express";
import { auth } from "express-openid-connect";
import { SessionManager } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { session, sessionOf, type SessionRequest } from "latchkey/express";
import { MemoryStore } from "latchkey/stores/memory";
import { afterEach, describe, expect, test, vi } from "vitest";
import { CookieJar } from "../support/cookies.ts";

/* Middleware that people have, on our session. Passport has a file of its own. */

const require = createRequire(import.meta.url);
const csurf = require("csurf") as () => RequestHandler;
const connectFlash = require("connect-flash") as () => RequestHandler;

interface Shop {
  cart: string[];
}
type Open = SessionRequest<Shop>["session"];
const openOf = (request: unknown): Open => (request as { session: Open }).session;

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  vi.restoreAllMocks();
});

/** Serves what is made of the address, which an OpenID provider and its client have to know. */
async function serve(make: (origin: string) => RequestListener): Promise<string> {
  const server = createServer().listen(0, "localhost");
  await once(server, "listening");
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise<unknown>((resolve) => server.close(resolve));
  });
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  server.on("request", make(origin));
  return origin;
}

/** A browser with a jar for each origin. */
class Browser {
  readonly #jars = new Map<string, CookieJar>();

  jar(origin: string): CookieJar {
    const jar = this.#jars.get(origin) ?? new CookieJar();
    this.#jars.set(origin, jar);
    return jar;
  }

  async visit(url: string | URL, form?: Readonly<Record<string, string>>): Promise<Response> {
    const jar = this.jar(new URL(url).origin);
    const response = await fetch(url, {
      method: form === undefined ? "GET" : "POST",
      redirect: "manual",
      headers: jar.header === undefined ? {} : { Cookie: jar.header },
      ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
    });
    jar.take(response.headers.getSetCookie());
    return response;
  }

  /** Follows redirects, and fills in the forms on the way. */
  async follow(url: string | URL, fill: (page: string) => Readonly<Record<string, string>>): Promise<string> {
    let next: string | URL = url;
    let form: Readonly<Record<string, string>> | undefined;
    for (let step = 0; step < 20; step++) {
      const response: Response = await this.visit(next, form);
      form = undefined;
      const location = response.headers.get("location");
      if (location !== null) {
        next = new URL(location, next);
        continue;
      }
      const page = await response.text();
      const action = /<form[^>]* action="([^"]+)"/.exec(page)?.[1];
      if (action === undefined) return page;
      next = new URL(action, next);
      form = fill(page);
    }
    throw new Error(`Too many redirects, the last one to ${String(next)}`);
  }
}

const answerErrors: ErrorRequestHandler = (
  error: { status?: number; code?: string; message: string },
  _,
  response,
  next,
) => {
  if (response.headersSent) return next(error);
  response.status(error.status ?? 500).send(`${error.code}: ${error.message}`);
};

describe.each([
  ["in the cookie", (): undefined => undefined],
  ["in a store", () => new MemoryStore()],
] as const)("with a session %s", (_, store) => {
  const newManager = (): SessionManager<Shop> =>
    new SessionManager<Shop>({ keys: generateSecretKey(), store: store() });

  test("csurf saves its secret in the session, and a login takes it away", async () => {
    const manager = newManager();
    const origin = await serve(() => {
      const app = express().use(session(manager), express.urlencoded({ extended: false }), csurf());
      app.get("/form", (request, response) =>
        response.send((request as unknown as { csrfToken: () => string }).csrfToken()),
      );
      app.post("/buy", (request, response) => {
        (openOf(request).cart ??= []).push("tea");
        response.json(openOf(request).cart);
      });
      app.post("/login", (request, response, next) => {
        openOf(request).regenerate((error) => {
          if (error !== undefined) return next(error);
          openOf(request).login("7");
          response.redirect("/form");
        });
      });
      return app.use(answerErrors);
    });
    const browser = new Browser();
    const token = await (await browser.visit(`${origin}/form`)).text();
    expect((await browser.visit(`${origin}/buy`, {})).status).toBe(403);
    expect((await browser.visit(`${origin}/buy`, { _csrf: "made up" })).status).toBe(403);
    const bought = await browser.visit(`${origin}/buy`, { _csrf: token });
    expect([bought.status, await bought.json()]).toEqual([200, ["tea"]]);
    expect((await browser.visit(`${origin}/login`, { _csrf: token })).status).toBe(302);
    expect((await browser.visit(`${origin}/buy`, { _csrf: token })).status).toBe(403);
    const after = await (await browser.visit(`${origin}/form`)).text();
    expect((await browser.visit(`${origin}/buy`, { _csrf: after })).status).toBe(200);
  });

  test("connect-flash is refused with the line to write, and that line works", async () => {
    const manager = newManager();
    const origin = await serve(() => {
      const app = express().use(session(manager));
      app.get("/connect-flash", connectFlash(), (request, response) => {
        (request as unknown as { flash: (category: string, text: string) => unknown }).flash("info", "Saved.");
        response.send("never");
      });
      app.use((request, __, next) => {
        Object.assign(request, {
          flash: (category: string, message: string) => openOf(request).flash(message, category),
        });
        next();
      });
      app.get("/save", (request, response) => {
        (request as unknown as { flash: (category: string, text: string) => unknown }).flash("info", "Saved.");
        response.redirect("/");
      });
      app.get("/", (request, response) => response.json(openOf(request).flashes()));
      return app.use(answerErrors);
    });
    const browser = new Browser();
    const refused = await browser.visit(`${origin}/connect-flash`);
    expect([refused.status, await refused.text()]).toEqual([
      500,
      expect.stringContaining(
        "In place of connect-flash: request.flash = (category, message) => request.session.flash(message, category)",
      ),
    ]);
    await browser.visit(`${origin}/save`);
    expect(await (await browser.visit(origin)).json()).toEqual([{ category: "info", message: "Saved." }]);
    expect(await (await browser.visit(origin)).json()).toEqual([]);
  });

  test("A2: request.session = null logs out, as cookie-session has it", async () => {
    const manager = newManager();
    const origin = await serve(() => {
      const app = express().use(session(manager));
      app.get("/in", (request, response) => {
        openOf(request).login("7");
        openOf(request).cart = ["tea"];
        response.redirect("/");
      });
      app.get("/out", (request, response) => {
        (request as { session?: unknown }).session = null;
        response.redirect("/");
      });
      app.get("/", (request, response) => response.json([openOf(request).subject ?? null, openOf(request)]));
      return app.use(answerErrors);
    });
    const browser = new Browser();
    await browser.visit(`${origin}/in`);
    const before = browser.jar(origin).header!;
    expect(await (await browser.visit(origin)).json()).toEqual(["7", { cart: ["tea"] }]);
    await browser.visit(`${origin}/out`);
    expect(browser.jar(origin).header).toBeUndefined();
    expect(await (await browser.visit(origin)).json()).toEqual([null, {}]);
    if (store() === undefined) return;
    const replayed = await fetch(origin, { headers: { Cookie: before } });
    expect(await replayed.json()).toEqual([null, {}]);
  });

  test("express-openid-connect logs in at a real provider, and its login is ours", { timeout: 120_000 }, async () => {
    vi.spyOn(console, "warn").mockReturnValue();
    vi.spyOn(console, "info").mockReturnValue();
    const { default: Provider } = (await import("oidc-provider" as string)) as {
      readonly default: new (issuer: string, options: object) => { callback: () => RequestListener };
    };
    const manager = newManager();
    const secret = generateSecretKey();
    let shop = "";
    const issuer = await serve((origin) => {
      let answer: RequestListener | undefined;
      // The client's address is known when the first request comes.
      return (request, response) => {
        answer ??= new Provider(origin, {
          clients: [{ client_id: "shop", client_secret: secret, redirect_uris: [`${shop}/callback`] }],
          cookies: { keys: [secret] },
          findAccount: (__: unknown, accountId: string) => ({ accountId, claims: () => ({ sub: accountId }) }),
        }).callback();
        answer(request, response);
      };
    });
    shop = await serve((origin) => {
      const app = express().use(session(manager));
      app.get("/add/:item", (request, response) => {
        (openOf(request).cart ??= []).push(request.params.item);
        response.send("added");
      });
      app.use(
        auth({
          issuerBaseURL: issuer,
          baseURL: origin,
          clientID: "shop",
          clientSecret: secret,
          clientAuthMethod: "client_secret_basic",
          secret,
          authRequired: false,
          enableTelemetry: false,
          authorizationParams: { response_type: "code", scope: "openid" },
          afterCallback: (request, __, tokens) => {
            const [, claims = ""] = (tokens as { id_token: string }).id_token.split(".");
            const { sub } = JSON.parse(Buffer.from(claims, "base64url").toString()) as { sub: string };
            sessionOf(manager, request).login(sub);
            return tokens;
          },
        }),
      );
      app.get("/leave", (request, response) => {
        sessionOf(manager, request).logout();
        void response.oidc.logout({ returnTo: `${origin}/` });
      });
      app.get("/", (request, response) =>
        response.json([request.oidc.isAuthenticated(), openOf(request).subject ?? null, openOf(request).cart ?? []]),
      );
      return app.use(answerErrors);
    });

    const browser = new Browser();
    const seen = async (): Promise<unknown> => await (await browser.visit(`${shop}/`)).json();
    await browser.visit(`${shop}/add/tea`);
    const before = browser.jar(shop).header!;
    expect(await seen()).toEqual([false, null, ["tea"]]);
    const fill = (page: string): Readonly<Record<string, string>> =>
      page.includes('value="consent"')
        ? { prompt: "consent" }
        : { prompt: "login", login: "ada", password: "the example provider takes any" };
    expect(JSON.parse(await browser.follow(`${shop}/login`, fill))).toEqual([true, "ada", ["tea"]]);
    expect(browser.jar(shop).header).not.toContain(before);
    expect(await seen()).toEqual([true, "ada", ["tea"]]);
    expect((await browser.visit(`${shop}/leave`)).status).toBe(302);
    expect(await seen()).toEqual([false, null, []]);
  });
});
