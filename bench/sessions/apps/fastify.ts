import type { AddressInfo } from "node:net";
import { RedisStore } from "connect-redis";
import Fastify, { type FastifyInstance, type FastifyPluginCallback, type FastifyRequest } from "fastify";
import {
  ANSWER,
  nextCount,
  peer,
  SECRET,
  sizeIn,
  visitorOf,
  type Contender,
  type Guarantee,
  type Visitor,
} from "../contender.ts";
import { latchkey, redisClient } from "./latchkey.ts";

interface Access {
  read(request: FastifyRequest): unknown;
  write(request: FastifyRequest, entries: Partial<Visitor>): void;
}

async function serve(app: FastifyInstance, { read, write }: Access): Promise<number> {
  app.get("/untouched", async () => ANSWER);
  app.get("/read", async (request) => {
    read(request);
    return ANSWER;
  });
  app.get("/write", async (request) => {
    write(request, { visits: nextCount() });
    return ANSWER;
  });
  app.get("/login", async (request) => {
    write(request, visitorOf(sizeIn(request.url)));
    return ANSWER;
  });
  await app.listen({ port: 0, host: "127.0.0.1" });
  return (app.server.address() as AddressInfo).port;
}

function ours(guarantee: Guarantee): Contender {
  return {
    name: `latchkey ${guarantee}`,
    framework: "fastify",
    guarantee,
    isOurs: true,
    start: async (environment) => {
      const { session, sessionOf } = await environment.build.entry("latchkey/fastify");
      const manager = await latchkey(guarantee, environment);
      const app = Fastify();
      app.register(session(manager));
      return await serve(app, {
        read: (request) => sessionOf(manager, request).data.name,
        write: (request, entries) => void Object.assign(sessionOf(manager, request).data, entries),
      });
    },
  };
}

const nothing: Access = { read: () => undefined, write: () => undefined };
const bare: Contender = { name: "bare", framework: "fastify", start: async () => await serve(Fastify(), nothing) };

interface PeerSession {
  get(key: string): unknown;
  set(key: string, value: unknown): void;
}
const sessionIn = (request: FastifyRequest): PeerSession => (request as unknown as { session: PeerSession }).session;
const getAndSet: Access = {
  read: (request) => sessionIn(request).get("name"),
  write: (request, entries) => {
    for (const [key, value] of Object.entries(entries)) sessionIn(request).set(key, value);
  },
};

async function pluginOf(name: string): Promise<FastifyPluginCallback<Record<string, unknown>>> {
  return ((await peer(name)) as unknown as { default: FastifyPluginCallback<Record<string, unknown>> }).default;
}

function fastifySession(guarantee: "memory" | "redis"): Contender {
  return {
    name: guarantee === "memory" ? "@fastify/session, memory" : "@fastify/session, connect-redis",
    needs: "@fastify/session",
    framework: "fastify",
    guarantee,
    start: async (environment) => {
      const store =
        guarantee === "memory"
          ? {}
          : { store: new RedisStore({ client: await redisClient(environment), prefix: "fastify:" }) };
      const app = Fastify();
      app.register(await pluginOf("@fastify/cookie"));
      // `rolling: false` spares it a Set-Cookie for every read; by default it sends one.
      const options = {
        secret: SECRET,
        saveUninitialized: false,
        rolling: false,
        cookie: { secure: false, maxAge: 1_209_600_000 },
        ...store,
      };
      app.register(await pluginOf("@fastify/session"), options);
      return await serve(app, getAndSet);
    },
  };
}

const secureSession: Contender = {
  name: "@fastify/secure-session",
  needs: "@fastify/secure-session",
  framework: "fastify",
  guarantee: "encrypted",
  start: async () => {
    const app = Fastify();
    app.register(await pluginOf("@fastify/secure-session"), { key: Buffer.alloc(32, SECRET), cookie: { path: "/" } });
    return await serve(app, getAndSet);
  },
};

export const FASTIFY: readonly Contender[] = [
  bare,
  ours("encrypted"),
  ours("memory"),
  ours("redis"),
  ours("postgres"),
  secureSession,
  fastifySession("memory"),
  fastifySession("redis"),
];
