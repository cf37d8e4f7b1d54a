import { subscribe, unsubscribe } from "node:diagnostics_channel";
import express from "express";
import expressSession, { MemoryStore as ExpressMemoryStore } from "express-session";
import { CHANNELS, SessionManager, type SessionCommitted, type SessionLoaded } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { session, sessionOf } from "latchkey/express";
import { MemoryStore } from "latchkey/stores/memory";
import { expect, onTestFinished, test } from "vitest";
import { recorded, serve, Visitor } from "./support.ts";

interface Data {
  user: string;
  cart: { items: string[] };
}

/** Everything that the channels tell of sessions until the test ends, a line for each message. */
function decisions(): string[] {
  const lines: string[] = [];
  const loaded = (message: unknown): void => {
    const { verdict, reason, explanation } = message as SessionLoaded;
    lines.push(`${verdict}${reason === undefined ? "" : ` (${reason}: ${explanation})`}`);
  };
  const committed = (message: unknown): void => {
    const { action, explanation } = message as SessionCommitted;
    lines.push(`${action}: ${explanation}`);
  };
  subscribe(CHANNELS.sessionLoaded, loaded);
  subscribe(CHANNELS.sessionCommitted, committed);
  onTestFinished(() => {
    unsubscribe(CHANNELS.sessionLoaded, loaded);
    unsubscribe(CHANNELS.sessionCommitted, committed);
  });
  return lines;
}

/** A shop with its sessions in a store, and a clock that can be moved. */
async function shop() {
  const time = { now: 1_800_000_000 };
  const clock = (): number => time.now;
  const { store, calls } = recorded(new MemoryStore({ clock }));
  const manager = new SessionManager<Data>({ keys: generateSecretKey(), store, clock, idleTimeout: 3600 });
  const app = express();
  app.get("/logo.svg", (_, response) => response.send("<svg/>"));
  app.use(session(manager));
  app.get("/about", (_, response) => response.send("about us"));
  app.get("/", (request, response) => response.send(sessionOf(manager, request).subject ?? "welcome, stranger"));
  app.get("/login", (request, response) => {
    const current = sessionOf(manager, request);
    current.login("ada");
    current.data.cart = { items: [] };
    response.send("welcome");
  });
  app.get("/add/:item", (request, response) => {
    sessionOf(manager, request).data.cart!.items.push(request.params.item);
    response.send("added");
  });
  app.get("/rename/:user", (request, response) => {
    sessionOf(manager, request).data.user = request.params.user;
    response.send("renamed");
  });
  const lateErrors: string[] = [];
  app.get("/late", (request, response) => {
    const current = sessionOf(manager, request);
    response.send("too early");
    try {
      current.data.user = "too late";
    } catch (error) {
      lateErrors.push((error as { readonly code: string }).code);
    }
  });
  const visitor = new Visitor(await serve(app));
  return { visitor, manager, calls, time, lateErrors };
}

test("pain 6, users do not know how to set resave and saveUninitialized (expressjs/session#111)", async () => {
  const peerStore = new ExpressMemoryStore();
  const peerCalls: string[] = [];
  const set = peerStore.set.bind(peerStore);
  peerStore.set = (...args) => {
    peerCalls.push("set");
    set(...args);
  };
  // The values that both options have when they are not set.
  const peer = express().use(
    expressSession({ secret: "a secret of this test", store: peerStore, resave: true, saveUninitialized: true }),
  );
  const reader = new Visitor(await serve(peer.get("/", (_, response) => response.send("hello"))));
  await reader.visit("/");
  await reader.visit("/");
  expect(peerCalls).toEqual(["set", "set"]);

  const { visitor, calls, time } = await shop();
  const step = async (path: string): Promise<readonly string[]> => {
    await visitor.visit(path);
    return calls.splice(0);
  };
  // Nothing can be set, and each request does what it has to: a read, a write where something
  // changed, and now and then a write that moves its end.
  expect(await step("/")).toEqual([]);
  expect(await step("/login")).toEqual(["set"]);
  expect(await step("/")).toEqual(["get"]);
  expect(await step("/rename/Ada")).toEqual(["get", "set"]);
  expect(await step("/rename/Ada")).toEqual(["get"]);
  expect(await step("/add/tea")).toEqual(["get", "set"]);
  time.now += 1800;
  expect(await step("/")).toEqual(["get"]);
  time.now += 1;
  expect(await step("/")).toEqual(["get", "set"]);
  expect(await step("/")).toEqual(["get"]);
});

test("pain 12, a visitor who only reads gets a cookie (h3js/h3#1523)", async () => {
  const peerStore = new ExpressMemoryStore();
  const peer = express().use(
    expressSession({ secret: "a secret of this test", store: peerStore, resave: true, saveUninitialized: true }),
  );
  const theirs = await serve(
    peer.get("/", (request, response) => response.send(String(Object.hasOwn(request.session, "user")))),
  );
  const { visitor, calls } = await shop();
  const sent = { theirs: 0 };
  for (let crawler = 0; crawler < 10; crawler++) {
    sent.theirs += (await new Visitor(theirs).visit("/")).headers.getSetCookie().length;
    expect((await visitor.visit("/")).headers.getSetCookie()).toEqual([]);
  }
  expect(sent.theirs).toBe(10);
  // No cookie, no row, and not even a question to the store.
  expect(calls).toEqual([]);

  await visitor.visit("/login");
  for (const path of ["/", "/about", "/logo.svg"])
    expect((await visitor.visit(path)).headers.getSetCookie()).toEqual([]);
  expect(calls).toEqual(["set", "get", "get"]);

  // A forged cookie costs one signature.
  calls.length = 0;
  const forger = visitor.copy();
  forger.jar.take([forger.jar.header!.replace(/.$/, (last) => (last === "A" ? "B" : "A"))]);
  expect(await forger.read("/")).toBe("welcome, stranger");
  expect(calls).toEqual([]);
});

test("pain 27, no one can tell why a session was not saved (expressjs/session#953)", async () => {
  const { visitor, manager, lateErrors } = await shop();
  const lines = decisions();
  const report = async (path: string): Promise<readonly string[]> => {
    await visitor.visit(path);
    return lines.splice(0);
  };
  expect(await report("/")).toEqual(["none", "none: Nothing sent: no session came in, and nothing was saved in it."]);
  expect(await report("/login")).toEqual(["none", "save: Sent because a session begins."]);
  expect(await report("/rename/Ada")).toEqual([
    "valid",
    "save: Saved because data changed. No cookie sent: the browser has this token.",
  ]);
  expect(await report("/rename/Ada")).toEqual(["valid", "none: Nothing sent: nothing changed."]);
  expect(await report("/logo.svg")).toEqual([]);
  // A change that came too late is an error where it was made, and not a silence.
  expect(await report("/late")).toEqual(["valid", "none: Nothing sent: nothing changed."]);
  expect(lateErrors).toEqual(["session_closed"]);
  // Ended from elsewhere, as by "log out everywhere", or gone with a store that was emptied.
  const { id } = await manager.load(visitor.jar.header, { secure: false, host: "localhost" });
  await manager.revoke(id!);
  lines.length = 0;
  expect(await report("/")).toEqual([
    expect.stringMatching(/^rejected \(unknown: The token is genuine, but the store has no such session\. Likely: /),
    "none: Nothing sent: the cookie cannot be used, and is ignored.",
  ]);
  // Signed by a key that is gone, as after a restart with a new key at each start.
  visitor.jar.take([`session=${"A".repeat(43)}.AAAAAA.${"A".repeat(43)}`]);
  expect(await report("/rename/Ada")).toEqual([
    expect.stringMatching(/^rejected \(bad_signature: The signature does not match the key\. Likely: /),
    "save: Sent because a session begins.",
  ]);
});
