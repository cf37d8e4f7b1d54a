import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import express, { type RequestHandler } from "express";
import expressSession from "express-session";
import { getIronSession } from "iron-session";
import { SessionManager, type SessionManagerOptions } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { session, sessionOf } from "latchkey/express";
import { MemoryStore } from "latchkey/stores/memory";
import { expect, onTestFinished, test } from "vitest";
import { answerErrors, serve, Visitor } from "./support.ts";

interface Data {
  user: string;
  token: string;
  profile: { bio: string };
}

const manager = (options: Partial<SessionManagerOptions<Data>> = {}): SessionManager<Data> =>
  new SessionManager<Data>({ keys: generateSecretKey(), ...options });

/** The codes of all warnings of this process from now on. */
function warnings(): readonly (string | undefined)[] {
  const codes: (string | undefined)[] = [];
  const listen = (warning: Error & { readonly code?: string }): void => void codes.push(warning.code);
  process.on("warning", listen);
  onTestFinished(() => void process.off("warning", listen));
  return codes;
}

test("pain 4, a Secure cookie is silently not sent behind a proxy (expressjs/session#281)", async () => {
  /**
   * Logs in twice as a proxy hands it on that ends TLS, and gives the session's Set-Cookie of the
   * last answer.
   */
  const loginBehindProxy = async (
    middleware: RequestHandler,
    login: RequestHandler,
    trusts: number | false = false,
  ): Promise<readonly string[]> => {
    const visitor = new Visitor(
      await serve(express().set("trust proxy", trusts).use(middleware).get("/login", login)),
      "shop.example",
    );
    const headers = { "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7" };
    await visitor.visit("/login", { headers });
    return (await visitor.visit("/login", { headers })).headers.getSetCookie();
  };
  const peer = expressSession({
    secret: "a secret of this test",
    resave: false,
    saveUninitialized: false,
    cookie: { secure: true },
  });
  const peerLogin: RequestHandler = (request, response) => {
    Object.assign(request.session, { user: "ada" });
    response.send("you are logged in");
  };
  const seen = warnings();
  expect(await loginBehindProxy(peer, peerLogin)).toEqual([]);
  expect(seen).toEqual([]);

  const loginOf =
    (sessions: SessionManager<Data>): RequestHandler =>
    (request, response) => {
      sessionOf(sessions, request).login("ada");
      response.send("you are logged in");
    };
  const sent = [expect.stringMatching(/^__Host-Http-session=.*; Secure/)];
  // Nothing was said about the proxy: the cookie is still sent, and one warning says what
  // to set.
  const unsaid = manager();
  expect(await loginBehindProxy(session(unsaid), loginOf(unsaid))).toEqual(sent);
  expect(seen).toEqual(["LATCHKEY_PLAIN_HTTP"]);
  // The line of docs/express.md settles it, and so does the one that the warning names.
  const trusted = manager();
  expect(await loginBehindProxy(session(trusted), loginOf(trusted), 1)).toEqual(sent);
  const said = manager({ cookie: { secure: true } });
  expect(await loginBehindProxy(session(said), loginOf(said))).toEqual(sent);
  expect(seen).toEqual(["LATCHKEY_PLAIN_HTTP"]);
});

test("pain 5, Secure by default breaks http on localhost, above all in Safari (h3js/h3#977)", async () => {
  const ironLogin = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const options = { password: "a password of at least 32 characters", cookieName: "sid" };
    const current = await getIronSession<Data>(request, response, options);
    current.user = "ada";
    await current.save();
    response.end();
  };
  const peer = new Visitor(await serve((request, response) => void ironLogin(request, response)));
  const [theirs] = (await peer.visit("/")).headers.getSetCookie();
  expect(theirs).toMatch(/^sid=.*; Secure/);

  const sessions = manager();
  const app = express().use(session(sessions));
  app.get("/login", (request, response) => {
    sessionOf(sessions, request).login("ada");
    response.end();
  });
  app.get("/me", (request, response) => response.send(sessionOf(sessions, request).subject ?? "nobody"));
  const address = await serve(app);
  const port = new URL(address).port;
  for (const host of ["localhost", "shop.localhost", "127.0.0.1", "[::1]"]) {
    const visitor = new Visitor(address, `${host}:${port}`);
    const [cookie] = (await visitor.visit("/login")).headers.getSetCookie();
    expect([host, cookie]).toEqual([host, expect.stringMatching(/^session=[^;]+; Path=\/; HttpOnly; SameSite=Lax$/)]);
    expect(await visitor.read("/me")).toBe("ada");
  }
  // Everywhere else it is Secure, also under names that only look like this machine's.
  for (const host of ["shop.example", "localhost.shop.example", "127.0.0.1.shop.example"]) {
    const [cookie] = (await new Visitor(address, host).visit("/login")).headers.getSetCookie();
    expect([host, cookie]).toEqual([host, expect.stringMatching(/^__Host-Http-session=.*; Secure/)]);
  }
});

test("pain 10, a session over 4 KB is silently lost (vvo/iron-session#101)", async () => {
  const serveShop = async (sessions: SessionManager<Data>): Promise<Visitor> => {
    const app = express().use(session(sessions));
    app.get("/login", (request, response) => {
      sessionOf(sessions, request).login("ada");
      response.end();
    });
    // The API that answers this login says more than it did last year.
    app.get("/refresh", (request, response) => {
      const { data } = sessionOf(sessions, request);
      data.token = randomBytes(3000).toString("base64url");
      data.profile = { bio: "x".repeat(900) };
      response.send("refreshed");
    });
    app.get("/me", (request, response) => {
      const { subject, data } = sessionOf(sessions, request);
      response.send(`${subject}, token of ${data.token?.length ?? 0}`);
    });
    return new Visitor(await serve(app.use(answerErrors)));
  };

  const visitor = await serveShop(manager());
  await visitor.visit("/login");
  const refused = await visitor.visit("/refresh");
  expect([refused.status, refused.headers.getSetCookie()]).toEqual([500, []]);
  const message = await refused.text();
  expect(message).toMatch(/^cookie_too_large: .*"token" 4,002 bytes, "profile" 910 bytes.*give SessionManager a store/);
  // Nothing is lost that was there before, and no browser was given what it would have dropped.
  expect(await visitor.read("/me")).toBe("ada, token of 0");

  const stored = await serveShop(manager({ store: new MemoryStore() }));
  await stored.visit("/login");
  expect(await stored.read("/refresh")).toBe("refreshed");
  expect(await stored.read("/me")).toBe("ada, token of 4000");
});
