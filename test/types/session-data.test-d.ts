import type { IncomingMessage } from "node:http";
import type { Request } from "express";
import type { FastifyRequest } from "fastify";
import { Hono } from "hono";
import Koa from "koa";
import { SessionManager, type Session, type SessionManagerOptions } from "latchkey";
import { session as expressSession, sessionOf as expressSessionOf } from "latchkey/express";
import { session as fastifySession, sessionOf as fastifySessionOf } from "latchkey/fastify";
import { session as honoSession, type SessionEnv } from "latchkey/hono";
import { session as koaSession } from "latchkey/koa";
import { session as nodeSession, type SessionRequest } from "latchkey/node";
import { forgeSession } from "latchkey/testing";
import { expectTypeOf, test } from "vitest";
import { z } from "zod";

interface Shop {
  visits: number;
  cart: { item: string; count: number }[];
}

declare const manager: SessionManager<Shop>;
declare const request: IncomingMessage & Request & FastifyRequest;

test("the data of a session is the manager's, and any entry may be missing", () => {
  expectTypeOf<Session<Shop>["data"]>().toEqualTypeOf<Partial<Shop>>();
  expectTypeOf(manager.load("")).resolves.toEqualTypeOf<Session<Shop>>();
  expectTypeOf<Session["data"]>().toEqualTypeOf<Partial<Record<string, unknown>>>();
});

test("so it is on every server, with nothing declared globally", () => {
  expectTypeOf(expressSessionOf(manager, request).data).toEqualTypeOf<Partial<Shop>>();
  expectTypeOf(fastifySessionOf(manager, request).data).toEqualTypeOf<Partial<Shop>>();
  expectTypeOf<SessionRequest<Shop>["session"]["data"]>().toEqualTypeOf<Partial<Shop>>();
  new Koa().use(koaSession(manager)).use((ctx) => void expectTypeOf(ctx.session.data).toEqualTypeOf<Partial<Shop>>());
  new Hono().use(honoSession(manager)).get("/", (c) => {
    expectTypeOf(c.get("session").data).toEqualTypeOf<Partial<Shop>>();
    return c.text("");
  });
  new Hono<SessionEnv<Shop>>().get("/", (c) => {
    expectTypeOf(c.get("session").data).toEqualTypeOf<Partial<Shop>>();
    return c.text("");
  });
});

test("and the frameworks' own types are as they were", () => {
  // Not so Express's, in a project that has @types/express-session: that declares a session for
  // all.
  expressSession(manager);
  fastifySession(manager);
  nodeSession(manager);
  expectTypeOf<FastifyRequest>().not.toHaveProperty("session");
  expectTypeOf<IncomingMessage>().not.toHaveProperty("session");
});

test("a schema gives the data its type", () => {
  const schema = z.object({ visits: z.number() });
  expectTypeOf(new SessionManager({ keys: "key", schema }).load("")).resolves.toEqualTypeOf<
    Session<{ visits: number }>
  >();
  expectTypeOf({ keys: "key", schema }).not.toExtend<SessionManagerOptions<Shop>>();
});

test("an entry that the data does not have is refused", async () => {
  const { data } = await manager.load("");
  // @ts-expect-error -- no such entry
  expectTypeOf(data.visit).toBeNever();
  // @ts-expect-error -- of another kind
  data.visits = "1";
  // @ts-expect-error -- the object stays, its entries change
  (await manager.load("")).data = {};
  // @ts-expect-error -- of another kind
  await forgeSession(manager, { data: { cart: ["tea"] } });
});
