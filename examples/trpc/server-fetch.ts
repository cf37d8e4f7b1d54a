import { serve } from "@hono/node-server";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { session } from "latchkey/web";
import { router } from "./router.ts";
import { manager } from "./session.ts";

const withSession = session(manager);

/** For any server with Request and Response. */
async function answer(req: Request, address: string | undefined): Promise<Response> {
  return await withSession(
    req,
    (session) => fetchRequestHandler({ req, endpoint: "/trpc", router, createContext: () => ({ session }) }),
    { address },
  );
}

serve({
  fetch: (request, { incoming }) => answer(request, incoming.socket.remoteAddress),
  port: Number(process.env["PORT"] ?? 3000),
});
