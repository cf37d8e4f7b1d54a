import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { SessionManager, type SessionStore } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import * as forExpress from "latchkey/express";
import * as forNode from "latchkey/node";
import { MemoryStore } from "latchkey/stores/memory";
import { forgeSession } from "latchkey/testing";
import { Server } from "socket.io";
import { io as connect } from "socket.io-client";
import { describe, expect, onTestFinished, test } from "vitest";
import { served } from "../support/frameworks.ts";

interface Data {
  name: string;
}
type Middleware = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;

const ENTRIES: Readonly<Record<string, (manager: SessionManager<Data>) => Middleware>> = {
  "latchkey/node": (manager) => forNode.session(manager),
  "latchkey/express": (manager) => forExpress.session(manager) as unknown as Middleware,
};
const failing: SessionStore = {
  get: async () => await Promise.reject(new Error("the database is away")),
  set: async () => true,
  delete: async () => undefined,
};

/** A server that greets each socket by its session, as Socket.IO's own recipe has it. */
async function serve(middleware: Middleware, hello: (request: IncomingMessage) => unknown): Promise<string> {
  const server = createServer();
  const io = new Server(server);
  io.engine.use(middleware);
  io.on("connection", (socket) => {
    Promise.resolve(hello(socket.request)).then(
      (text) => socket.emit("hello", text),
      (error: unknown) => socket.emit("hello", (error as { code?: string }).code),
    );
  });
  const { url, close } = await served(server.listen(0, "127.0.0.1"));
  onTestFinished(async () => {
    await io.close();
    await close().catch(() => undefined);
  });
  return url;
}

/** What the server says to a socket; the error if it refuses the connection. */
async function greet(
  url: string,
  transport: string,
  cookie: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const socket = connect(url, {
    transports: [transport],
    extraHeaders: { cookie, ...headers },
    reconnection: false,
    forceNew: true,
  });
  onTestFinished(() => void socket.close());
  return await new Promise((resolve) => {
    socket.once("hello", resolve);
    socket.once("connect_error", () => resolve("refused"));
  });
}

describe.each(Object.entries(ENTRIES))("A1: io.engine.use(session(manager)) of %s", (entry, session) => {
  const subjectOf = (manager: SessionManager<Data>) => (request: IncomingMessage) => {
    const { session: shown } = request as unknown as { session: { name?: string; data?: Partial<Data> } };
    // In Express the entries are properties of request.session.
    const name = entry === "latchkey/express" ? shown.name : shown.data!.name;
    return `${forNode.sessionOf(manager, request).subject} ${name}`;
  };

  for (const transport of ["polling", "websocket"]) {
    for (const [kind, store] of [
      ["in the cookie", (): undefined => undefined],
      ["in a store", () => new MemoryStore()],
    ] as const) {
      test(`a socket by ${transport} sees the session ${kind}, on localhost and with a Secure cookie`, async () => {
        for (const secure of ["auto", true] as const) {
          const manager = new SessionManager<Data>({ keys: generateSecretKey(), store: store(), cookie: { secure } });
          const url = await serve(session(manager), subjectOf(manager));
          // By the address that browsers show: the cookie of a developer's machine, or that of a
          // Secure one.
          const login = await manager.load(undefined, factsOf(url));
          login.login("7");
          login.data.name = "Ada";
          const cookie = (await manager.commit(login))[0]![1].split(";")[0]!;
          expect(cookie).toMatch(secure === true ? /^__Host-Http-session=/ : /^session=/);
          expect(await greet(url, transport, cookie)).toBe("7 Ada");
          expect(await greet(url, transport, "")).toBe("undefined undefined");
          expect(await greet(url, transport, `${cookie.slice(0, -2)}xx`)).toBe("undefined undefined");
        }
      });
    }

    test(`a store that fails refuses the connection by ${transport}, and the server lives`, async () => {
      const manager = new SessionManager<Data>({ keys: generateSecretKey(), store: failing, cookie: { secure: true } });
      const url = await serve(session(manager), subjectOf(manager));
      const { header } = await forgeSession(new SessionManager<Data>({ keys: KEYS, store: new MemoryStore() }), {
        subject: "7",
        url: "https://example.org",
      });
      // Another key: nothing of the store is asked, so the socket connects.
      expect(await greet(url, transport, header)).toBe("undefined undefined");
      const writer = new SessionManager<Data>({ keys: KEYS, store: new MemoryStore(), cookie: { secure: true } });
      const reader = new SessionManager<Data>({ keys: KEYS, store: failing, cookie: { secure: true } });
      const failed = await serve(session(reader), subjectOf(reader));
      const { header: known } = await forgeSession(writer, { subject: "7", url: "https://example.org" });
      expect(await greet(failed, transport, known)).toBe("refused");
      expect(await greet(failed, transport, "")).toBe("undefined undefined");
    });
  }

  test("a socket that a page of another origin opens by websocket has no session", async () => {
    const origin = "https://app.example";
    const manager = new SessionManager<Data>({
      keys: generateSecretKey(),
      cookie: { secure: true },
      trustedOrigins: [origin],
    });
    const url = await serve(session(manager), subjectOf(manager));
    const { header } = await forgeSession(manager, { subject: "7", data: { name: "Ada" }, url: "https://example.org" });
    const greetFrom = async (page: string): Promise<unknown> => await greet(url, "websocket", header, { origin: page });
    expect(await greetFrom("https://attacker.example")).toBe("undefined undefined");
    expect(await greetFrom(url.replace("127.0.0.1", "localhost"))).toBe("undefined undefined");
    expect(await greetFrom("null")).toBe("undefined undefined");
    expect(await greetFrom(url)).toBe("7 Ada");
    expect(await greetFrom(origin)).toBe("7 Ada");
  });

  test("what a socket by websocket changes is saved by manager.commit", async () => {
    const manager = new SessionManager<Data>({
      keys: generateSecretKey(),
      store: new MemoryStore(),
      cookie: { secure: true },
    });
    const url = await serve(session(manager), async (request) => {
      const current = forNode.sessionOf(manager, request);
      current.data.name = `${current.data.name ?? ""}x`;
      await manager.commit(current);
      return current.data.name;
    });
    const { header } = await forgeSession(manager, { subject: "7", data: { name: "Ada" }, url: "https://example.org" });
    expect(await greet(url, "websocket", header)).toBe("Adax");
    expect(await greet(url, "websocket", header)).toBe("Adaxx");
  });

  test("a change that nobody commits is warned of when the socket closes", async () => {
    const manager = new SessionManager<Data>({
      keys: generateSecretKey(),
      store: new MemoryStore(),
      cookie: { secure: true },
    });
    const sessions: { readonly data: Partial<Data> }[] = [];
    const url = await serve(session(manager), (request) => {
      const current = forNode.sessionOf(manager, request);
      sessions.push(current);
      current.data.name = "lost";
      return "changed";
    });
    const { header } = await forgeSession(manager, { subject: "7", url: "https://example.org" });
    const socket = connect(url, { transports: ["websocket"], extraHeaders: { cookie: header }, forceNew: true });
    await new Promise((resolve) => socket.once("hello", resolve));
    socket.close();
    const change = (): void => {
      sessions[0]!.data.name = "late";
    };
    await expect.poll(() => thrownBy(change)).toBe("session_closed");
  });
});

const KEYS = generateSecretKey();

function factsOf(url: string) {
  const { host } = new URL(url);
  return { secure: false, host, peer: "127.0.0.1", httpVersion: "1.1", headers: {} };
}

function thrownBy(change: () => void): unknown {
  try {
    change();
  } catch (error) {
    return (error as { code?: string }).code;
  }
  return undefined;
}
