import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { createHash } from "node:crypto";
import type { Duplex } from "node:stream";
import express from "express";
import { SessionManager, type SessionStore } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { session, sessionOf } from "latchkey/express";
import { MemoryStore } from "latchkey/stores/memory";
import { forgeSession } from "latchkey/testing";
import passport from "passport";
import { Strategy } from "passport-local";
import { expect, onTestFinished, test } from "vitest";
import { serve, Visitor, PLACES } from "./support.ts";

interface Data {
  cart: string[];
  seen: string;
}

const make = (store?: SessionStore): SessionManager<Data> =>
  new SessionManager<Data>({ keys: generateSecretKey(), store });

test.each(PLACES)(
  "pain 11, Passport calls regenerate and save, which cookie sessions do not have (jaredhanson/passport#904): %s",
  async (_, store) => {
    const manager = make(store());
    const auth = new passport.Passport();
    auth.use(new Strategy((name, password, done) => done(null, password === "correct horse" ? { name } : false)));
    auth.serializeUser<string>((user, done) => done(null, (user as { readonly name: string }).name));
    auth.deserializeUser<string>((name, done) => done(null, { name }));
    const app = express().use(express.urlencoded({ extended: false }), session(manager), auth.session());
    app.get("/add/:item", (request, response) => {
      (sessionOf(manager, request).data.cart ??= []).push(request.params.item);
      response.end();
    });
    app.post("/login", auth.authenticate("local", { successRedirect: "/me", failureRedirect: "/login" }));
    app.post("/logout", (request, response, next) =>
      request.logout((error) => (error ? next(error) : response.redirect("/me"))),
    );
    app.get("/me", (request, response) =>
      response.json([request.user ?? null, sessionOf(manager, request).data.cart ?? []]),
    );

    const visitor = new Visitor(await serve(app));
    await visitor.visit("/add/tea");
    const planted = visitor.jar.header;
    const login = await visitor.visit("/login", { form: { username: "ada", password: "correct horse" } });
    expect([login.status, login.headers.get("Location")]).toEqual([302, "/me"]);
    expect(visitor.jar.header).not.toBe(planted);
    expect(JSON.parse(await visitor.read("/me"))).toEqual([{ name: "ada" }, []]);
    await visitor.visit("/logout", { form: {} });
    expect(JSON.parse(await visitor.read("/me"))).toEqual([null, []]);
  },
);

test("pain 25, a WebSocket does not have the session (expressjs/session#592)", async () => {
  const manager = make(new MemoryStore());
  const app = express().use(session(manager));
  app.get("/login", (request, response) => {
    sessionOf(manager, request).login("ada");
    response.end();
  });
  app.get("/seen", (request, response) => response.send(sessionOf(manager, request).data.seen ?? "nothing"));
  app.get("/logout", (request, response) => {
    sessionOf(manager, request).logout();
    response.end();
  });
  /** The upgrade has the Cookie header, and no answer that a middleware could hang a cookie on. */
  const upgrade = async ({ headers }: IncomingMessage, socket: Duplex): Promise<void> => {
    const current = await manager.load(headers.cookie, { secure: false, host: headers.host ?? "" });
    if (current.subject === undefined) return void socket.end("HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n");
    current.data.seen = "by socket";
    await manager.commit(current);
    const accept = createHash("sha1")
      .update(`${headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest("base64");
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    const text = Buffer.from(`hello ${current.subject}`);
    socket.write(Buffer.concat([Buffer.from([0x81, text.length]), text]));
  };
  const server = createServer(app).listen(0, "127.0.0.1");
  server.on("upgrade", (request, socket) => void upgrade(request, socket));
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  onTestFinished(() => void server.close());

  /** What the server says first to a WebSocket of Node's own, or "refused". */
  const connect = async (cookie: string | undefined): Promise<string> =>
    await new Promise((resolve) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}`, {
        headers: cookie === undefined ? {} : { Cookie: cookie },
      });
      socket.addEventListener("message", ({ data }) => {
        resolve(String(data));
        socket.close();
      });
      socket.addEventListener("error", () => resolve("refused"));
    });
  const visitor = new Visitor(`http://127.0.0.1:${port}`);
  expect(await connect(undefined)).toBe("refused");
  await visitor.visit("/login");
  const cookie = visitor.jar.header;
  expect(await connect(cookie)).toBe("hello ada");
  // What the socket changed stands in the store.
  expect(await visitor.read("/seen")).toBe("by socket");
  await visitor.visit("/logout");
  expect(await connect(cookie)).toBe("refused");
});

test.each(PLACES)(
  "pain 26, a test cannot begin with a user logged in (expressjs/session#773): %s",
  async (_, store) => {
    const manager = make(store());
    const app = express().use(session(manager));
    app.get("/login", (request, response) => {
      if (sessionOf(manager, request).subject !== undefined) response.status(409).send("You are logged in already");
      else response.send("Your name?");
    });
    app.get("/cart", (request, response) => response.json(sessionOf(manager, request).data.cart ?? []));
    const address = await serve(app);
    // The thread's own question: how does a test get to the answer for those who are logged in?
    const { header } = await forgeSession(manager, { subject: "7", data: { cart: ["tea"] }, url: address });
    const answer = await fetch(`${address}/login`, { headers: { Cookie: header } });
    expect([answer.status, await answer.text()]).toEqual([409, "You are logged in already"]);
    expect(await (await fetch(`${address}/cart`, { headers: { Cookie: header } })).json()).toEqual(["tea"]);
    expect(await (await fetch(`${address}/login`)).text()).toBe("Your name?");
  },
);
