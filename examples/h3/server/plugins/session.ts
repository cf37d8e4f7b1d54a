import type { Visitor } from "latchkey/web";
import { definePlugin } from "nitro";
import { handle } from "../../session.ts";

export default definePlugin((app) => {
  // All of Nitro, its error handling too.
  const next = app.fetch;
  app.fetch = (request) => handle(request, next, visitorOf(request));
});

/** Who it is in development, as nitro.config.ts says. In production nothing depends on it. */
function visitorOf({ headers }: Request): Visitor | undefined {
  const name = process.env["VISITOR_HEADER"];
  const said = name === undefined ? null : headers.get(name);
  return said === null ? undefined : (JSON.parse(said) as Visitor);
}
