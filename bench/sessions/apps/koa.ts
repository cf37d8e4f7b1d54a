import { once } from "node:events";
import type { AddressInfo } from "node:net";
import Koa, { type Context, type Middleware } from "koa";
import type { SessionContext } from "../../../src/adapters/koa/index.ts";
import { ANSWER, nextCount, sizeIn, visitorOf, type Contender, type Guarantee, type Visitor } from "../contender.ts";
import { latchkey } from "./latchkey.ts";

/** @param dataOf the object with the session's entries. */
async function serve(middleware: readonly Middleware[], dataOf: (ctx: Context) => Partial<Visitor>): Promise<number> {
  const app = new Koa();
  for (const handler of middleware) app.use(handler);
  // Koa has no router of its own.
  app.use((ctx) => {
    if (ctx.url === "/read") void dataOf(ctx).name;
    else if (ctx.url === "/write") dataOf(ctx).visits = nextCount();
    else if (ctx.url !== "/untouched") Object.assign(dataOf(ctx), visitorOf(sizeIn(ctx.url)));
    ctx.body = ANSWER;
  });
  const server = app.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

function ours(guarantee: Guarantee): Contender {
  return {
    name: `latchkey ${guarantee}`,
    framework: "koa",
    guarantee,
    isOurs: true,
    start: async (environment) => {
      const { session } = await environment.build.entry("latchkey/koa");
      const manager = await latchkey(guarantee, environment);
      // Older commits have no sessionOf for Koa.
      const dataOf = (ctx: Context): Partial<Visitor> => (ctx as unknown as SessionContext<Visitor>).session.data;
      return await serve([session(manager) as unknown as Middleware], dataOf);
    },
  };
}

const bare: Contender = { name: "bare", framework: "koa", start: async () => await serve([], () => ({})) };

export const KOA: readonly Contender[] = [bare, ours("encrypted"), ours("memory")];
