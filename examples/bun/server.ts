import { handle } from "./session.ts";

const server = Bun.serve({
  port: process.env["PORT"] ?? 3000,
  fetch: (request, server) => handle(request, server.requestIP(request)),
});
console.log(`Listening on ${server.url}`);
