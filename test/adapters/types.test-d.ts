import type { IncomingMessage } from "node:http";
import type { Request } from "express";
import type { FastifyRequest } from "fastify";
import Koa from "koa";
import { Hono } from "hono";
import type { Session, SessionManager } from "latchkey";
import { sessionOf as expressSessionOf, type SessionRequest } from "latchkey/express";
import { sessionOf as fastifySessionOf } from "latchkey/fastify";
import { session as honoSession, sessionOf as honoSessionOf } from "latchkey/hono";
import { session as koaSession, sessionOf as koaSessionOf } from "latchkey/koa";
import { sessionOf as nodeSessionOf } from "latchkey/node";
import { expectTypeOf, test } from "vitest";

interface Shop {
  visits: number;
}

declare const manager: SessionManager<Shop>;

test("the manager types the session on every framework, and nothing is declared globally", () => {
  expectTypeOf(expressSessionOf(manager, {} as Request)).toEqualTypeOf<Session<Shop>>();
  expectTypeOf(nodeSessionOf(manager, {} as IncomingMessage)).toEqualTypeOf<Session<Shop>>();
  expectTypeOf(fastifySessionOf(manager, {} as FastifyRequest)).toEqualTypeOf<Session<Shop>>();
  new Koa().use(koaSession(manager)).use((ctx) => {
    expectTypeOf(ctx.session).toEqualTypeOf<Session<Shop>>();
    expectTypeOf(koaSessionOf(manager, ctx)).toEqualTypeOf<Session<Shop>>();
  });
  new Hono().use(honoSession(manager)).get("/", (c) => {
    expectTypeOf(c.get("session")).toEqualTypeOf<Session<Shop>>();
    expectTypeOf(honoSessionOf(manager, c)).toEqualTypeOf<Session<Shop>>();
    return c.text("");
  });
});

test("request.session in Express's shape has the entries, the callbacks and the members of Session", () => {
  expectTypeOf<SessionRequest<Shop>["session"]["visits"]>().toEqualTypeOf<number | undefined>();
  expectTypeOf<SessionRequest<Shop>["session"]["regenerate"]>().toBeFunction();
  expectTypeOf<SessionRequest<Shop>["session"]["data"]>().toEqualTypeOf<Partial<Shop>>();
  expectTypeOf<SessionRequest<Shop>["session"]["login"]>().toEqualTypeOf<Session<Shop>["login"]>();
  expectTypeOf<SessionRequest<Shop>["session"]["subject"]>().toEqualTypeOf<string | undefined>();
  expectTypeOf<SessionRequest<Shop>["session"]["persistent"]>().toEqualTypeOf<boolean>();
  // A member, whatever an entry of its name would be.
  expectTypeOf<SessionRequest<{ subject: number }>["session"]["subject"]>().toEqualTypeOf<string | undefined>();
  expectTypeOf<SessionRequest["session"]["anything"]>().toEqualTypeOf<unknown>();
  // @ts-expect-error: an entry that the manager's data does not have
  expectTypeOf<SessionRequest<Shop>["session"]["visit"]>().toBeNever();
});
