import { createHTTPServer } from "@trpc/server/adapters/standalone";
import { session, sessionOf } from "latchkey/node";
import { router } from "./router.ts";
import { manager } from "./session.ts";

createHTTPServer({
  router,
  basePath: "/trpc/",
  middleware: session(manager),
  createContext: ({ req }) => ({ session: sessionOf(manager, req) }),
}).listen(Number(process.env["PORT"] ?? 3000));
