import { handle } from "./session.ts";

Deno.serve({ port: Number(Deno.env.get("PORT") ?? 3000) }, (request, info) =>
  handle(request, { address: info.remoteAddr.hostname }),
);
