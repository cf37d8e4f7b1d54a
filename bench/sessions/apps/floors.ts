import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import express, { type Request, type Response } from "express";
import Fastify, { type FastifyReply, type FastifyRequest } from "fastify";
import {
  ANSWER,
  nextCount,
  SECRET,
  sizeIn,
  visitorOf,
  type Contender,
  type Environment,
  type Guarantee,
  type Visitor,
} from "../contender.ts";
import { postgresPool, redisClient } from "./latchkey.ts";

/**
 * What no session library can do without: the way to the data and back, by hand. Nothing is signed,
 * nothing expires, nobody else is heeded, and a cookie is sent only where it holds the data.
 */
interface Floor {
  load(cookie: string): Visitor | Promise<Visitor>;
  /** The value of the cookie, where it has to be sent. */
  save(visitor: Visitor, cookie: string | undefined): string | undefined | Promise<string | undefined>;
}

const FLOORS: Readonly<
  Record<"memory" | "redis" | "postgres" | "encrypted", (environment: Environment) => Floor | Promise<Floor>>
> = {
  memory: () => {
    const texts = new Map<string, string>();
    return {
      load: (id) => JSON.parse(texts.get(id)!) as Visitor,
      save: (visitor, known) => {
        const id = known ?? randomBytes(24).toString("base64url");
        texts.set(id, JSON.stringify(visitor));
        return known === undefined ? id : undefined;
      },
    };
  },
  redis: async (environment) => {
    const client = await redisClient(environment);
    return {
      load: async (id) => JSON.parse((await client.get(`floor:${id}`))!) as Visitor,
      save: async (visitor, known) => {
        const id = known ?? randomBytes(24).toString("base64url");
        await client.set(`floor:${id}`, JSON.stringify(visitor), { EX: 1_209_600 });
        return known === undefined ? id : undefined;
      },
    };
  },
  postgres: async (environment) => {
    const pool = postgresPool(environment);
    const table = `floor_${process.pid}`;
    await pool.query(`create table ${table} (id text primary key, visitor text not null)`);
    return {
      load: async (id) => {
        const { rows } = await pool.query<{ visitor: string }>(`select visitor from ${table} where id = $1`, [id]);
        return JSON.parse(rows[0]!.visitor) as Visitor;
      },
      save: async (visitor, known) => {
        const id = known ?? randomBytes(24).toString("base64url");
        await pool.query(
          known === undefined
            ? `insert into ${table} (id, visitor) values ($1, $2)`
            : `update ${table} set visitor = $2 where id = $1`,
          [id, JSON.stringify(visitor)],
        );
        return known === undefined ? id : undefined;
      },
    };
  },
  encrypted: () => {
    const key = createSecretKey(Buffer.alloc(32, SECRET));
    return {
      load: (value) => {
        const box = Buffer.from(value, "base64url");
        const decipher = createDecipheriv("aes-256-gcm", key, box.subarray(0, 12)).setAuthTag(box.subarray(-16));
        return JSON.parse(
          decipher.update(box.subarray(12, -16), undefined, "utf8") + decipher.final("utf8"),
        ) as Visitor;
      },
      save: (visitor) => {
        const nonce = randomBytes(12);
        const cipher = createCipheriv("aes-256-gcm", key, nonce);
        const body = [cipher.update(JSON.stringify(visitor), "utf8"), cipher.final()];
        return Buffer.concat([nonce, ...body, cipher.getAuthTag()]).toString("base64url");
      },
    };
  },
};

const cookieIn = (header: string | undefined): string => header!.slice("sid=".length);
const lineFor = (value: string): string => `sid=${value}; Path=/; HttpOnly; SameSite=Lax`;

function onExpress(guarantee: "memory" | "redis" | "postgres"): Contender {
  return {
    name: `floor, ${guarantee}`,
    framework: "express",
    guarantee,
    isFloor: true,
    start: async (environment) => {
      const floor = await FLOORS[guarantee](environment);
      const app = express();
      const keep = async (response: Response, visitor: Visitor, cookie?: string): Promise<void> => {
        const value = await floor.save(visitor, cookie);
        if (value !== undefined) response.setHeader("Set-Cookie", lineFor(value));
        response.json(ANSWER);
      };
      app.get("/read", async ({ headers }: Request, response) => {
        void (await floor.load(cookieIn(headers.cookie))).name;
        response.json(ANSWER);
      });
      app.get("/write", async ({ headers }: Request, response) => {
        const cookie = cookieIn(headers.cookie);
        await keep(response, { ...(await floor.load(cookie)), visits: nextCount() }, cookie);
      });
      app.get("/login", async ({ url }: Request, response) => await keep(response, visitorOf(sizeIn(url))));
      const server = app.listen(0, "127.0.0.1");
      await once(server, "listening");
      return (server.address() as AddressInfo).port;
    },
  };
}

function onFastify(guarantee: Guarantee & keyof typeof FLOORS): Contender {
  return {
    name: `floor, ${guarantee}`,
    framework: "fastify",
    guarantee,
    isFloor: true,
    start: async (environment) => {
      const floor = await FLOORS[guarantee](environment);
      const app = Fastify();
      const keep = async (reply: FastifyReply, visitor: Visitor, cookie?: string): Promise<typeof ANSWER> => {
        const value = await floor.save(visitor, cookie);
        if (value !== undefined) reply.header("Set-Cookie", lineFor(value));
        return ANSWER;
      };
      app.get("/read", async ({ headers }: FastifyRequest) => {
        void (await floor.load(cookieIn(headers.cookie))).name;
        return ANSWER;
      });
      app.get("/write", async ({ headers }: FastifyRequest, reply) => {
        const cookie = cookieIn(headers.cookie);
        return await keep(reply, { ...(await floor.load(cookie)), visits: nextCount() }, cookie);
      });
      app.get("/login", async ({ url }: FastifyRequest, reply) => await keep(reply, visitorOf(sizeIn(url))));
      await app.listen({ port: 0, host: "127.0.0.1" });
      return (app.server.address() as AddressInfo).port;
    },
  };
}

/** What the bars are measured by where they cannot be met: `run.ts --only floors`. */
export const FLOORS_ON_FRAMEWORKS: readonly Contender[] = [
  onExpress("memory"),
  onExpress("redis"),
  onExpress("postgres"),
  onFastify("encrypted"),
  onFastify("memory"),
  onFastify("redis"),
  onFastify("postgres"),
];
