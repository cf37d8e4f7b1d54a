import { createExpressMiddleware } from "@trpc/server/adapters/express";
import express from "express";
import { debugToolbar, session, sessionOf } from "latchkey/express";
import { router } from "./router.ts";
import { manager, toolbar } from "./session.ts";

const app = express();
// Where a proxy ends TLS: app.set("trust proxy", 1);
app.use(debugToolbar(toolbar), session(manager));
app.use(
  "/trpc",
  createExpressMiddleware({ router, createContext: ({ req }) => ({ session: sessionOf(manager, req) }) }),
);
app.get("/", (_, response) => response.send("<!doctype html><html><body><p>See /_latchkey/</p></body></html>"));

app.listen(Number(process.env["PORT"] ?? 3000));
