import type { Server as HttpServer } from "node:http";
import { session, sessionOf } from "latchkey/node";
import { Server } from "socket.io";
import { manager } from "./session.ts";

export function openSockets(server: HttpServer): void {
  const io = new Server(server);
  // Each connection gets its session, by polling and by WebSocket.
  io.engine.use(session(manager));
  // Only visitors who have logged in may connect.
  io.use((socket, next) => {
    const { subject } = sessionOf(manager, socket.request);
    next(subject === undefined ? new Error("not logged in") : undefined);
  });
  io.on("connection", (socket) => {
    const session = sessionOf(manager, socket.request);
    // At logout the socket closes: true ends the connection below too, with all its namespaces.
    const stop = manager.onEnd(session, () => socket.disconnect(true));
    socket.on("disconnect", stop);
    socket.emit("hello", session.subject);
  });
}
