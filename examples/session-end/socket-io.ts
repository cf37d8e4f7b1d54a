// Socket.IO, whose sockets close when their session ends.
// Run: NODE_ENV=development node examples/session-end/socket-io.ts
import { createServer } from "node:http";
import { session, sessionOf } from "latchkey/node";
import { Server } from "socket.io";
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

const io = new Server(server);
io.engine.use(session(manager));
io.use((socket, next) => {
  const { subject } = sessionOf(manager, socket.request);
  next(subject === undefined ? new Error("not logged in") : undefined);
});
io.on("connection", (socket) => {
  const current = sessionOf(manager, socket.request);
  const stop = manager.onEnd(current, ({ reason }) => {
    socket.emit("session ended", reason);
    // true: the connection below ends too, with all its namespaces.
    socket.disconnect(true);
  });
  socket.on("disconnect", stop);
  socket.emit("hello", current.subject);
});

report(server.listen(port, "127.0.0.1"));
