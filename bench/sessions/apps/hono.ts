import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { serve as serveNode } from "@hono/node-server";
import { Hono, type Context, type MiddlewareHandler } from "hono";
import type { SessionEnv } from "../../../src/adapters/hono/index.ts";
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
import { latchkey } from "./latchkey.ts";

interface Access {
  read(c: Context): unknown;
  write(c: Context, entries: Partial<Visitor>): unknown;
}

async function serve(middleware: readonly MiddlewareHandler[], { read, write }: Access): Promise<number> {
  const app = new Hono();
  for (const handler of middleware) app.use(handler);
  app.get("/untouched", (c) => c.json(ANSWER));
  app.get("/read", async (c) => {
    await read(c);
    return c.json(ANSWER);
  });
  app.get("/write", async (c) => {
    await write(c, { visits: nextCount() });
    return c.json(ANSWER);
  });
  app.get("/login", async (c) => {
    await write(c, { ...visitorOf(sizeIn(c.req.url)) });
    return c.json(ANSWER);
  });
  const server = serveNode({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" });
  if (!server.listening) await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

function ours(guarantee: Guarantee): Contender {
  return {
    name: `latchkey ${guarantee}`,
    framework: "hono",
    guarantee,
    isOurs: true,
    start: async (environment) => {
      const { session } = await environment.build.entry("latchkey/hono");
      const manager = await latchkey(guarantee, environment);
      // Older commits have no sessionOf for Hono.
      const dataOf = (c: Context): Partial<Visitor> =>
        (c as unknown as Context<SessionEnv<Visitor>>).get("session").data;
      return await serve([session(manager) as unknown as MiddlewareHandler], {
        read: (c) => dataOf(c).name,
        write: (c, entries) => Object.assign(dataOf(c), entries),
      });
    },
  };
}

const bare: Contender = {
  name: "bare",
  framework: "hono",
  start: async () => await serve([], { read: () => undefined, write: () => undefined }),
};

interface HonoSessions {
  sessionMiddleware(options: unknown): MiddlewareHandler;
  CookieStore: new () => object;
  MemoryStore: new () => object;
}
interface HonoSession {
  get(key: string): unknown;
  set(key: string, value: unknown): void;
}

function honoSessions(guarantee: "encrypted" | "memory"): Contender {
  return {
    name: guarantee === "encrypted" ? "hono-sessions, CookieStore" : "hono-sessions, MemoryStore",
    needs: "hono-sessions",
    framework: "hono",
    guarantee,
    start: async () => {
      const { sessionMiddleware, CookieStore, MemoryStore } = (await peer("hono-sessions")) as unknown as HonoSessions;
      const store = guarantee === "encrypted" ? new CookieStore() : new MemoryStore();
      const cookieOptions = { path: "/", httpOnly: true, sameSite: "Lax" };
      // `autoExtendExpiration: false` spares it a Set-Cookie for every read; by default it sends
      // one.
      const options = {
        store,
        encryptionKey: SECRET,
        expireAfterSeconds: 1_209_600,
        autoExtendExpiration: false,
        cookieOptions,
      };
      const sessionOf = (c: Context): HonoSession => c.get("session") as HonoSession;
      return await serve([sessionMiddleware(options)], {
        read: (c) => sessionOf(c).get("name"),
        write: (c, entries) => {
          for (const [key, value] of Object.entries(entries)) sessionOf(c).set(key, value);
        },
      });
    },
  };
}

interface OfficialSession {
  get(): Promise<Visitor | null>;
  update(entries: object): Promise<void>;
}

const official: Contender = {
  name: "@hono/session",
  needs: "@hono/session",
  framework: "hono",
  guarantee: "encrypted",
  start: async () => {
    const { useSession } = (await peer("@hono/session")) as unknown as {
      useSession(options: unknown): MiddlewareHandler;
    };
    // It writes a stack trace for each forged cookie; what that costs is its own, the terminal's is
    // not.
    console.error = () => {};
    const sessionOf = (c: Context): OfficialSession =>
      (c as unknown as { var: { session: OfficialSession } }).var.session;
    return await serve([useSession({ secret: SECRET, duration: { absolute: 1_209_600 } })], {
      read: async (c) => (await sessionOf(c).get())?.name,
      write: async (c, entries) => await sessionOf(c).update(entries),
    });
  },
};

export const HONO: readonly Contender[] = [
  bare,
  ours("encrypted"),
  ours("memory"),
  official,
  honoSessions("encrypted"),
  honoSessions("memory"),
];
