import { randomUUID } from "node:crypto";
import { defineConfig } from "nitro";
import { visitorOf } from "./visitor.ts";

// `nitro dev` answers in a worker, which takes every visitor for one on this machine. So the dev
// server says who it is, in a header with a name that no visitor can guess.
const header = (process.env["VISITOR_HEADER"] ??= `x-visitor-${randomUUID()}`);

export default defineConfig({
  serverDir: "./server",
  devHandlers: [
    { route: "/**", middleware: true, handler: ({ req }) => req.headers.set(header, JSON.stringify(visitorOf(req))) },
  ],
});
