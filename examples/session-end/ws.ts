// WebSockets by the package ws, which close when their session ends.
// Run: NODE_ENV=development node examples/session-end/ws.ts
import { createServer, type IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { session, sessionOf } from "latchkey/node";
import { WebSocketServer, type WebSocket } from "ws";
import { ACTIONS, openManager, port, report } from "./open-manager.ts";

const manager = await openManager();
const openSession = session(manager);

const server = createServer((request, response) => {
  openSession(request, response, () => {
    const act = request.method === "POST" ? ACTIONS[request.url ?? ""] : undefined;
    Promise.resolve(act?.(manager, sessionOf(manager, request))).then(
      () => response.end("done"),
      () => response.writeHead(500).end(),
    );
  });
});

const sockets = new WebSocketServer({ noServer: true });
server.on("upgrade", (request, socket, head) => {
  socket.on("error", () => socket.destroy());
  upgrade(request, socket, head).catch(() => socket.destroy());
});

/** An upgrade has no response, so no middleware is needed: the session is only read. */
async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
  const { headers, httpVersion } = request;
  const current = await manager.load(headers.cookie, {
    secure: "encrypted" in request.socket,
    host: headers.host ?? "",
    peer: request.socket.remoteAddress,
    httpVersion,
    method: request.method,
    // They also say which page opens the socket: one of another origin gets no session.
    headers,
  });
  const { subject } = current;
  if (subject === undefined) return void socket.end("HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n");
  sockets.handleUpgrade(request, socket, head, (webSocket) => {
    const stop = manager.onEnd(current, ({ reason }) => webSocket.close(4401, reason));
    webSocket.on("close", stop);
    greet(webSocket, subject);
  });
}

function greet(webSocket: WebSocket, subject: string): void {
  webSocket.send(`Welcome, ${subject}.`);
  webSocket.on("message", (message: Buffer) => {
    // A socket that closes still hands over what had come before.
    if (webSocket.readyState === webSocket.OPEN) webSocket.send(`${subject} said ${message.toString()}`);
  });
}

report(server.listen(port, "127.0.0.1"));
