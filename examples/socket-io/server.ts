import express from "express";
import { debugToolbar, session, sessionOf } from "latchkey/express";
import { manager, toolbar } from "./session.ts";
import { openSockets } from "./sockets.ts";

const app = express();
// Where a proxy ends TLS: app.set("trust proxy", 1);
app.use(debugToolbar(toolbar), session(manager));

app.get("/", (request, response) => {
  const session = sessionOf(manager, request);
  session.data.visits = (session.data.visits ?? 0) + 1;
  const messages = session.flashes().map(({ message }) => `<p><strong>${message}</strong></p>`);
  const [path, label] = session.subject === undefined ? ["/login", "Log in"] : ["/logout", "Log out"];
  response.send(`<!doctype html><html><head><title>Latchkey</title></head><body>${messages.join("")}
    <p>Visit ${session.data.visits}</p>
    <form method="post" action="${path}"><button>${label}</button></form>
    <p id="socket"></p>
    <script src="/socket.io/socket.io.js"></script>
    <script>
      const said = document.getElementById("socket");
      const socket = io();
      socket.on("hello", (name) => (said.textContent = "The socket belongs to " + name));
      socket.on("connect_error", (error) => (said.textContent = "No socket: " + error.message));
      socket.on("disconnect", () => (said.textContent = "The socket was closed"));
    </script></body></html>`);
});

app.post("/login", (request, response) => {
  const session = sessionOf(manager, request);
  // A real application checks a password here.
  session.login("ada");
  session.flash("Welcome, Ada.");
  response.redirect(303, "/");
});

app.post("/logout", (request, response) => {
  sessionOf(manager, request).logout();
  response.redirect(303, "/");
});

app.get("/me", (request, response) => {
  const { subject } = sessionOf(manager, request);
  if (subject === undefined) return void response.sendStatus(401);
  response.send(`You are ${subject}.`);
});

app.get("/error", (request) => {
  const { data } = sessionOf(manager, request);
  data.visits = (data.visits ?? 0) + 1;
  throw new Error("An error of the handler. The session is saved.");
});

app.get("/clock", (request, response) => {
  const { data } = sessionOf(manager, request);
  data.visits = (data.visits ?? 0) + 1;
  response.writeHead(200, { "Content-Type": "text/event-stream" });
  const timer = setInterval(() => response.write(`data: ${new Date().toISOString()}\n\n`), 250);
  response.on("close", () => clearInterval(timer));
});

openSockets(app.listen(Number(process.env["PORT"] ?? 3000)));
