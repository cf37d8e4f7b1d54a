import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { SessionManager } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { session, sessionOf, type SessionRequest } from "latchkey/express";
import { MemoryStore } from "latchkey/stores/memory";
import passport from "passport";
import { Strategy } from "passport-local";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { CookieJar } from "../support/cookies.ts";

interface Person {
  readonly id: number;
  readonly name: string;
}
interface Shop {
  cart: string[];
  messages: string[];
  returnTo: string;
}

const people: readonly Person[] = [
  { id: 1, name: "ada" },
  { id: 2, name: "grace" },
];
const shopOf = (request: unknown): SessionRequest<Shop>["session"] => (request as SessionRequest<Shop>).session;

type Visit = (path: string, form?: Readonly<Record<string, string>>) => Promise<Response>;
interface Site {
  readonly manager: SessionManager<Shop>;
  readonly visitor: () => { readonly visit: Visit; readonly jar: CookieJar };
}

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** Passport as its own guide sets it up, on our session in place of express-session's. */
async function site(manager: SessionManager<Shop>, { login = true } = {}): Promise<Site> {
  const auth = new passport.Passport();
  auth.use(
    new Strategy((name, password, done) => {
      const found = people.find((person) => person.name === name && password === "correct horse");
      done(null, found ?? false, found === undefined ? { message: "No such person." } : undefined);
    }),
  );
  auth.serializeUser<number>((request: express.Request, user: object, done: (error: unknown, id?: number) => void) => {
    const { id } = user as Person;
    // Makes the session somebody's, so that all of a person's sessions can be found.
    if (login) sessionOf(manager, request).login(String(id));
    done(null, id);
  });
  auth.deserializeUser<number>((id, done) => done(null, people.find((person) => person.id === id) ?? false));

  const app = express();
  app.use(express.urlencoded({ extended: false }), session(manager), auth.initialize(), auth.session());
  app.get("/untouched-by-us", (_, response) => response.send("hello"));
  app.get("/me", (request, response) =>
    response.json({ user: (request.user as Person | undefined)?.name ?? null, session: shopOf(request) }),
  );
  app.get("/add/:item", (request, response) => {
    (shopOf(request).cart ??= []).push(request.params.item);
    response.send("added");
  });
  app.post(
    "/login",
    auth.authenticate("local", { successRedirect: "/me", failureRedirect: "/login", failureMessage: true }),
  );
  app.use((request, _, next) => {
    // In the place of connect-flash, as docs/express.md has it.
    Object.assign(request, { flash: (category: string, message: string) => shopOf(request).flash(message, category) });
    next();
  });
  app.post(
    "/login-or-flash",
    auth.authenticate("local", { successRedirect: "/me", failureRedirect: "/login", failureFlash: true }),
  );
  app.get("/flashes", (request, response) => response.json(shopOf(request).flashes()));
  app.post("/login-and-keep", auth.authenticate("local", { successRedirect: "/me", keepSessionInfo: true }));
  app.post("/logout", (request, response, next) => {
    request.logout((error) => (error === undefined ? response.redirect("/me") : next(error)));
  });
  app.post("/logout-everywhere", async (_, response) => {
    await manager.revokeAll("1");
    response.redirect("/me");
  });

  const server = createServer(app).listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise<unknown>((resolve) => server.close(resolve));
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    manager,
    visitor: () => {
      const jar = new CookieJar();
      const visit: Visit = async (path, form) => {
        const response = await fetch(origin + path, {
          method: form === undefined ? "GET" : "POST",
          redirect: "manual",
          headers: jar.header === undefined ? {} : { Cookie: jar.header },
          ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
        });
        jar.take(response.headers.getSetCookie());
        return response;
      };
      return { visit, jar };
    },
  };
}

const ADA = { username: "ada", password: "correct horse" };

describe.each([
  ["in the cookie", (): undefined => undefined],
  ["in a store", () => new MemoryStore()],
] as const)("Passport with a session %s", (_, store) => {
  const begin = async (): Promise<Site> =>
    await site(new SessionManager<Shop>({ keys: generateSecretKey(), store: store() }));
  const userOf = async (visit: Visit): Promise<unknown> =>
    ((await (await visit("/me")).json()) as { user: unknown }).user;

  test("logs in, stays logged in, and logs out", async () => {
    const { visit } = (await begin()).visitor();
    expect(await userOf(visit)).toBeNull();
    const login = await visit("/login", ADA);
    expect([login.status, login.headers.get("location"), login.headers.getSetCookie().length]).toEqual([302, "/me", 1]);
    expect(await userOf(visit)).toBe("ada");
    expect((await visit("/logout", {})).status).toBe(302);
    expect(await userOf(visit)).toBeNull();
  });

  test("a login gets a new cookie and an empty session, as Passport means it", async () => {
    const { visit, jar } = (await begin()).visitor();
    await visit("/add/tea");
    const before = jar.header;
    await visit("/login", ADA);
    expect(jar.header).not.toBe(before);
    expect(await (await visit("/me")).json()).toEqual({ user: "ada", session: { passport: { user: 1 } } });
  });

  test("with keepSessionInfo it keeps what was there", async () => {
    const { visit } = (await begin()).visitor();
    await visit("/add/tea");
    await visit("/login-and-keep", ADA);
    expect(await (await visit("/me")).json()).toEqual({
      user: "ada",
      session: { cart: ["tea"], passport: { user: 1 } },
    });
  });

  test("a wrong password leaves its message in the session and logs nobody in", async () => {
    const { visit } = (await begin()).visitor();
    expect((await visit("/login", { ...ADA, password: "wrong" })).headers.get("location")).toBe("/login");
    expect(await (await visit("/me")).json()).toEqual({ user: null, session: { messages: ["No such person."] } });
  });

  test("A7: failureFlash leaves its message by the session's own flash", async () => {
    const { visit } = (await begin()).visitor();
    await visit("/login-or-flash", { ...ADA, password: "wrong" });
    expect(await (await visit("/flashes")).json()).toEqual([{ category: "error", message: "No such person." }]);
    expect(await (await visit("/flashes")).json()).toEqual([]);
  });

  test("visitors who never log in get no cookie", async () => {
    const { visit } = (await begin()).visitor();
    expect((await visit("/untouched-by-us")).headers.getSetCookie()).toEqual([]);
  });
});

describe("Passport with a store", () => {
  test("a cookie from before the login, and one from before the logout, opens nothing", async () => {
    const { visitor } = await site(new SessionManager<Shop>({ keys: generateSecretKey(), store: new MemoryStore() }));
    const { visit, jar } = visitor();
    await visit("/add/tea");
    const planted = jar.header!;
    await visit("/login", ADA);
    const stolen = jar.header!;
    await visit("/logout", {});
    for (const cookie of [planted, stolen]) {
      const thief = visitor();
      thief.jar.take([`${cookie}; Path=/`]);
      expect(await (await thief.visit("/me")).json()).toEqual({ user: null, session: {} });
    }
  });

  test("sessions belong to their person: they can be listed, and ended everywhere", async () => {
    const { manager, visitor } = await site(
      new SessionManager<Shop>({ keys: generateSecretKey(), store: new MemoryStore() }),
    );
    const [phone, laptop, other] = [visitor(), visitor(), visitor()];
    await phone.visit("/login", ADA);
    await laptop.visit("/login", ADA);
    await other.visit("/login", { ...ADA, username: "grace" });
    expect(await manager.list("1")).toHaveLength(2);
    await phone.visit("/logout-everywhere", {});
    const users = await Promise.all(
      [phone, laptop, other].map(async ({ visit }) => ((await (await visit("/me")).json()) as { user: unknown }).user),
    );
    expect(users).toEqual([null, null, "grace"]);
  });
});

describe("A18: Passport where serializeUser does not call login", () => {
  const warnings: string[] = [];
  const note = (warning: Error & { code?: string }): void => {
    if (warning.code === "LATCHKEY_PASSPORT") warnings.push(warning.message);
  };
  beforeAll(() => void process.on("warning", note));
  afterAll(() => void process.off("warning", note));

  test("works, and one warning says which line is missing, but only where a store could list sessions", async () => {
    const inCookie = await site(new SessionManager<Shop>({ keys: generateSecretKey() }), { login: false });
    const stored = await site(new SessionManager<Shop>({ keys: generateSecretKey(), store: new MemoryStore() }));
    for (const { visitor } of [inCookie, stored]) {
      const { visit } = visitor();
      await visit("/me");
      await visit("/login", ADA);
      await visit("/me");
      await visit("/logout", {});
    }
    await new Promise((resolve) => setImmediate(resolve));
    expect(warnings).toEqual([]);

    const { manager, visitor } = await site(
      new SessionManager<Shop>({ keys: generateSecretKey(), store: new MemoryStore() }),
      {
        login: false,
      },
    );
    for (let round = 0; round < 2; round++) {
      const { visit } = visitor();
      await visit("/login", ADA);
      expect(((await (await visit("/me")).json()) as { user: unknown }).user).toBe("ada");
    }
    expect(await manager.list("1")).toEqual([]);
    await expect
      .poll(() => warnings)
      .toEqual([expect.stringContaining("sessionOf(manager, request).login(String(user.id))")]);
  });
});
