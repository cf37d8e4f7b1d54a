import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { RedisStore } from "connect-redis";
import express, { type Express, type Request, type RequestHandler } from "express";
import expressSession, { type Store } from "express-session";
import { getIronSession } from "iron-session";
import {
  ANSWER,
  nextCount,
  peer,
  sizeIn,
  visitorOf,
  type Contender,
  type Guarantee,
  type Visitor,
} from "../contender.ts";
import { latchkey, redisClient } from "./latchkey.ts";

async function listen(app: Express): Promise<number> {
  const server = app.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** @param dataOf the object whose members are the session's entries. */
async function serve(
  middleware: readonly RequestHandler[],
  dataOf: (request: Request) => Partial<Visitor>,
): Promise<number> {
  const app = express();
  for (const handler of middleware) app.use(handler);
  app.get("/untouched", (_, response) => void response.json(ANSWER));
  app.get("/read", (request, response) => {
    void dataOf(request).name;
    response.json(ANSWER);
  });
  app.get("/write", (request, response) => {
    dataOf(request).visits = nextCount();
    response.json(ANSWER);
  });
  app.get("/login", (request, response) => {
    Object.assign(dataOf(request), visitorOf(sizeIn(request.url)));
    response.json(ANSWER);
  });
  return await listen(app);
}

function ours(guarantee: Guarantee): Contender {
  return {
    name: `latchkey ${guarantee}`,
    framework: "express",
    guarantee,
    isOurs: true,
    start: async (environment) => {
      const { session, sessionOf } = await environment.build.entry("latchkey/express");
      const manager = await latchkey(guarantee, environment);
      return await serve([session(manager)], (request) => sessionOf(manager, request).data);
    },
  };
}

const bare: Contender = { name: "bare", framework: "express", start: async () => await serve([], () => ({})) };

const requestSession = (request: Request): Partial<Visitor> => request.session as unknown as Partial<Visitor>;

function incumbent(guarantee: "memory" | "redis"): Contender {
  return {
    name: guarantee === "memory" ? "express-session, MemoryStore" : "express-session, connect-redis",
    framework: "express",
    guarantee,
    start: async (environment) => {
      const store =
        guarantee === "memory"
          ? new expressSession.MemoryStore()
          : (new RedisStore({
              client: await redisClient(environment),
              prefix: "express:",
            }) as unknown as Store);
      return await serve(
        [expressSession({ secret: [...environment.secrets], resave: false, saveUninitialized: false, store })],
        requestSession,
      );
    },
  };
}

const cookieSession: Contender = {
  name: "cookie-session",
  needs: "cookie-session",
  framework: "express",
  guarantee: "signed",
  start: async ({ secrets }) => {
    const { default: middleware } = (await peer("cookie-session")) as unknown as {
      default(options: unknown): RequestHandler;
    };
    return await serve([middleware({ name: "sid", keys: [...secrets] })], requestSession);
  },
};

const ironSession: Contender = {
  name: "iron-session",
  framework: "express",
  guarantee: "encrypted",
  start: async ({ secrets }) => {
    const app = express();
    // Each key has a number, and the seal says which one it was made with. The highest one is
    // current.
    const password = Object.fromEntries(secrets.map((secret, index) => [secrets.length - index, secret]));
    const open = async (request: Request, response: express.Response): ReturnType<typeof getIronSession<Visitor>> =>
      await getIronSession<Visitor>(request, response, {
        password,
        cookieName: "sid",
        cookieOptions: { secure: false },
      });
    app.get("/untouched", (_, response) => void response.json(ANSWER));
    app.get("/read", async (request, response) => {
      void (await open(request, response)).name;
      response.json(ANSWER);
    });
    app.get("/write", async (request, response) => {
      const current = await open(request, response);
      current.visits = nextCount();
      await current.save();
      response.json(ANSWER);
    });
    app.get("/login", async (request, response) => {
      const current = await open(request, response);
      Object.assign(current, visitorOf(sizeIn(request.url)));
      await current.save();
      response.json(ANSWER);
    });
    return await listen(app);
  },
};

export const EXPRESS: readonly Contender[] = [
  bare,
  ours("encrypted"),
  ours("signed"),
  ours("memory"),
  ours("redis"),
  ours("postgres"),
  ironSession,
  cookieSession,
  incumbent("memory"),
  incumbent("redis"),
];
