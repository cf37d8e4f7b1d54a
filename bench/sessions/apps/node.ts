import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { getIronSession } from "iron-session";
import { SignJWT, jwtVerify } from "jose";
import type { SessionRequest } from "../../../src/adapters/node/index.ts";
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
import { latchkey, type Format } from "./latchkey.ts";

type Handle = (request: IncomingMessage, response: ServerResponse, route: string) => Promise<void> | void;

const BODY = JSON.stringify(ANSWER);

function answer(response: ServerResponse): void {
  response.setHeader("Content-Type", "application/json");
  response.end(BODY);
}

async function listen(listener: RequestListener): Promise<number> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

async function serve(handle: Handle): Promise<number> {
  return await listen((request, response) => {
    const { url = "/" } = request;
    const route = url.startsWith("/login") ? "/login" : url;
    const result = handle(request, response, route);
    if (result !== undefined) result.catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
}

/** @param format in place of the one that gives the guarantee by default. */
function ours(guarantee: Guarantee, format?: Format): Contender {
  return {
    name: `latchkey ${format ?? guarantee}`,
    framework: "node:http",
    guarantee,
    isOurs: true,
    start: async (environment) => {
      const { session } = await environment.build.entry("latchkey/node");
      const open = session(await latchkey(guarantee, environment, format));
      return await serve((request, response, route) => {
        open(request, response, () => {
          // Older commits have no sessionOf for node:http.
          const current = (request as SessionRequest<Visitor>).session;
          if (route === "/login") Object.assign(current.data, visitorOf(sizeIn(request.url)));
          else if (route === "/read") void current.data.name;
          else if (route === "/write") current.data.visits = nextCount();
          answer(response);
        });
      });
    },
  };
}

const bare: Contender = {
  name: "bare",
  framework: "node:http",
  start: async () => await serve((_, response) => answer(response)),
};

const ironSession: Contender = {
  name: "iron-session",
  framework: "node:http",
  guarantee: "encrypted",
  start: async () =>
    await serve(async (request, response, route) => {
      if (route !== "/untouched") {
        const current = await getIronSession<Visitor>(request, response, {
          password: SECRET,
          cookieName: "sid",
          cookieOptions: { secure: false },
        });
        if (route === "/login") Object.assign(current, visitorOf(sizeIn(request.url)));
        else if (route === "/write") current.visits = nextCount();
        if (route !== "/read") await current.save();
      }
      answer(response);
    }),
};

const COOKIE = /(?:^|; )sid=([^;]*)/;

const jose: Contender = {
  name: "jose HS256 by hand",
  framework: "node:http",
  guarantee: "signed",
  start: async () => {
    const raw = new TextEncoder().encode(SECRET);
    // A CryptoKey made once: with the bytes, jose imports them for each call.
    const key = await crypto.subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, false, ["sign", "verify"]);
    const read = async (request: IncomingMessage): Promise<Partial<Visitor>> => {
      const token = COOKIE.exec(request.headers.cookie ?? "")?.[1];
      if (token === undefined) return {};
      try {
        return (await jwtVerify<Partial<Visitor>>(token, key, { algorithms: ["HS256"] })).payload;
      } catch {
        return {};
      }
    };
    return await serve(async (request, response, route) => {
      if (route !== "/untouched") {
        const current = await read(request);
        if (route === "/login") Object.assign(current, visitorOf(sizeIn(request.url)));
        else if (route === "/write") current.visits = nextCount();
        if (route !== "/read") {
          const claims = new SignJWT({ ...current })
            .setProtectedHeader({ alg: "HS256" })
            .setIssuedAt()
            .setExpirationTime("14 days");
          response.setHeader("Set-Cookie", `sid=${await claims.sign(key)}; Path=/; HttpOnly; SameSite=Lax`);
        }
      }
      answer(response);
    });
  },
};

interface RouterSession {
  get(key: string): unknown;
  set(key: string, value: unknown): void;
}
interface RouterStorage {
  getSession(header: string | undefined): Promise<RouterSession>;
  commitSession(session: RouterSession): Promise<string>;
}

const reactRouter: Contender = {
  name: "React Router cookie storage",
  needs: "react-router",
  framework: "node:http",
  guarantee: "signed",
  start: async () => {
    const { createCookieSessionStorage } = (await peer("react-router")) as unknown as {
      createCookieSessionStorage(options: unknown): RouterStorage;
    };
    const storage = createCookieSessionStorage({
      cookie: { name: "sid", secrets: [SECRET], httpOnly: true, maxAge: 1_209_600 },
    });
    return await serve(async (request, response, route) => {
      if (route !== "/untouched") {
        const current = await storage.getSession(request.headers.cookie);
        if (route === "/login") {
          for (const [key, value] of Object.entries(visitorOf(sizeIn(request.url)))) current.set(key, value);
        } else if (route === "/write") current.set("visits", nextCount());
        else current.get("name");
        if (route !== "/read") response.setHeader("Set-Cookie", await storage.commitSession(current));
      }
      answer(response);
    });
  },
};

export const NODE: readonly Contender[] = [
  bare,
  ours("encrypted"),
  ours("signed"),
  ours("signed", "flask"),
  ours("memory"),
  ironSession,
  jose,
  reactRouter,
];
