import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, request as httpRequest, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { SessionManager, type SessionStore } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { MemoryStore } from "latchkey/stores/memory";
import { afterEach, describe, expect, test } from "vitest";
import { GO, HOST, OWN, TRUSTED } from "../contracts/cross-origin-rows.ts";
import { forge } from "../support/mutants.ts";

interface Data {
  name: string;
}

/** What RFC 6455, section 1.3, has a server prove with. */
const acceptOf = (key: string): string =>
  createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
/** A text frame of up to 125 bytes from a server, which masks nothing (RFC 6455, section 5.2). */
const textFrame = (text: string): Buffer =>
  Buffer.concat([Buffer.from([0x81, Buffer.byteLength(text)]), Buffer.from(text)]);

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A server that knows its visitors by their session, and has no response to write a cookie to. */
async function serve(manager: SessionManager<Data>): Promise<number> {
  const server = createServer();
  const greet = async (request: IncomingMessage, socket: Duplex): Promise<void> => {
    const { subject, data } = await manager.load(request.headers.cookie, {
      secure: false,
      host: request.headers.host ?? "",
      method: request.method,
      headers: request.headers,
    });
    if (subject === undefined) return void socket.end("HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n");
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptOf(request.headers["sec-websocket-key"] ?? "")}\r\n\r\n`,
    );
    socket.write(textFrame(`${subject}: ${data.name}`));
  };
  const sockets = new Set<Duplex>();
  server.on("upgrade", (request, socket) => {
    sockets.add(socket);
    greet(request, socket).catch(() => socket.end("HTTP/1.1 500 Internal Server Error\r\nConnection: close\r\n\r\n"));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.closeAllConnections();
    await new Promise<unknown>((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

/** The first text that the server sends, or the status with which it refuses. */
async function connect(
  port: number,
  cookie?: string,
  page: Readonly<Record<string, string>> = {},
): Promise<string | number> {
  return await new Promise((resolve, reject) => {
    const key = Buffer.from("sixteen bytes!!!").toString("base64");
    const headers = {
      Connection: "Upgrade",
      Upgrade: "websocket",
      "Sec-WebSocket-Key": key,
      "Sec-WebSocket-Version": "13",
      ...(cookie === undefined ? {} : { Cookie: cookie }),
      ...page,
    };
    const client = httpRequest({ host: "127.0.0.1", port, headers });
    client.once("error", reject);
    client.once("response", (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    client.once("upgrade", (response, socket, head) => {
      expect(response.headers["sec-websocket-accept"]).toBe(acceptOf(key));
      let received = head;
      const read = (): void => {
        if (received.length < 2 || received.length < 2 + received[1]!) return;
        socket.destroy();
        resolve(received.subarray(2).toString());
      };
      socket.on("data", (chunk: Buffer) => {
        received = Buffer.concat([received, chunk]);
        read();
      });
      read();
    });
    client.end();
  });
}

async function loggedIn(manager: SessionManager<Data>): Promise<string> {
  const session = await manager.load(undefined, { secure: false, host: "127.0.0.1" });
  session.login("7");
  session.data.name = "Ada";
  const headers = await manager.commit(session);
  return headers[0]![1].split(";")[0]!;
}

describe("a WebSocket upgrade", () => {
  test.each([
    ["in the cookie", (): undefined => undefined],
    ["in a store", () => new MemoryStore()],
  ] as const)("knows the visitor by a session %s", async (_, store) => {
    const manager = new SessionManager<Data>({ keys: generateSecretKey(), store: store() });
    const port = await serve(manager);
    const cookie = await loggedIn(manager);
    expect(await connect(port, cookie)).toBe("7: Ada");
    expect(await connect(port)).toBe(401);
    expect(await connect(port, forge(cookie))).toBe(401);
  });

  test("has no session where a page of another origin sent it", async () => {
    const manager = new SessionManager<Data>({ keys: generateSecretKey(), trustedOrigins: ["https://app.example"] });
    const port = await serve(manager);
    const cookie = await loggedIn(manager);
    for (const [page, answer] of [
      [{ Origin: "https://attacker.example" }, 401],
      [{ Origin: `http://127.0.0.1:${port + 1}` }, 401],
      [{ Origin: `http://127.0.0.1:${port}`, "Sec-Fetch-Site": "same-site" }, 401],
      [{ Origin: `http://127.0.0.1:${port}` }, "7: Ada"],
      [{ Origin: "https://app.example", "Sec-Fetch-Site": "cross-site" }, "7: Ada"],
    ] as const)
      expect([page, await connect(port, cookie, page)]).toEqual([page, answer]);
  });

  test("is judged as an unsafe request: the cases of Go and ours, row by row", async () => {
    const manager = new SessionManager<Data>({ keys: generateSecretKey(), trustedOrigins: [TRUSTED] });
    const port = await serve(manager);
    const cookie = await loggedIn(manager);
    for (const { name, method, site, origin, opens } of [...GO, ...OWN]) {
      const page = { Host: HOST, ...(origin && { Origin: origin }), ...(site && { "Sec-Fetch-Site": site }) };
      // An upgrade is always a GET, and opens a way for changes: no method makes it safe.
      const isLet = opens && method === undefined;
      expect([name, await connect(port, cookie, page)]).toEqual([name, isLet ? "7: Ada" : 401]);
    }
  });

  test("refuses a session that was revoked, and says 500 when the store is away", async () => {
    const inner = new MemoryStore();
    let away = false;
    const store: SessionStore = {
      get: async (id) => (away ? await Promise.reject(new Error("away")) : await inner.get(id)),
      set: async (...args) => await inner.set(...args),
      delete: async (id) => await inner.delete(id),
    };
    const manager = new SessionManager<Data>({ keys: generateSecretKey(), store });
    const port = await serve(manager);
    const cookie = await loggedIn(manager);
    expect(await connect(port, cookie)).toBe("7: Ada");
    away = true;
    expect(await connect(port, cookie)).toBe(500);
    away = false;
    const session = await manager.load(cookie, { secure: false, host: "127.0.0.1" });
    await manager.revoke(session.id!);
    expect(await connect(port, cookie)).toBe(401);
  });
});
