import { once } from "node:events";
import type { AddressInfo } from "node:net";
import express, { type Request } from "express";
import { ANSWER, peer, sizeIn, visitorOf, type Contender, type Visitor } from "../contender.ts";

interface Config {
  readonly secret: string[];
  readonly trustHost: boolean;
  readonly basePath: string;
  readonly providers: readonly object[];
  readonly callbacks: object;
  readonly logger: object;
}
interface AuthExpress {
  getSession(request: Request, config: Config): Promise<{ readonly user?: Partial<Visitor> } | null>;
}
interface AuthJwt {
  encode(input: { token: object; secret: string[]; salt: string }): Promise<string>;
  getToken(input: { req: Request; secret: string[]; secureCookie: boolean }): Promise<Partial<Visitor> | null>;
}

/** The name of its cookie on plain HTTP, which is also the salt of its key. */
const COOKIE = "authjs.session-token";

/*
 * Auth.js with its session in a cookie, an encrypted JWT. Handlers have no way to change an entry
 * of such a session, so it takes part in reading alone. Its login is a form with a provider, so the
 * visitor's cookie is made by Auth.js's own `encode`, which its login calls.
 */
type Read = (request: Request, config: Config) => Promise<unknown>;

/** @param prepare loads the package, and gives what a handler calls. */
function authJs(name: string, prepare: () => Promise<Read>): Contender {
  return {
    name,
    framework: "express",
    guarantee: "encrypted",
    needs: "@auth/express",
    scenarios: ["read", "anonymous", "untouched", "forged"],
    start: async ({ secrets }) => {
      const read = await prepare();
      const { encode } = (await peer("@auth/core/jwt")) as unknown as AuthJwt;
      const config: Config = {
        secret: [...secrets],
        trustHost: true,
        basePath: "/auth",
        providers: [],
        // Only the name, the address and the picture are in a session otherwise.
        callbacks: {
          session: ({ session, token }: { session: object; token: object }) => ({ ...session, user: token }),
        },
        // It writes an error for each forged cookie; what the terminal costs is not its own.
        logger: { error: () => {}, warn: () => {}, debug: () => {} },
      };
      const app = express();
      app.get("/untouched", (_, response) => void response.json(ANSWER));
      app.get("/read", async (request, response) => {
        await read(request, config);
        response.json(ANSWER);
      });
      app.get("/login", async (request, response) => {
        const token = { ...visitorOf(sizeIn(request.url)) };
        const value = await encode({ token, secret: [...secrets], salt: COOKIE });
        response.setHeader("Set-Cookie", `${COOKIE}=${value}; Path=/; HttpOnly; SameSite=Lax`);
        response.json(ANSWER);
      });
      const server = app.listen(0, "127.0.0.1");
      await once(server, "listening");
      return (server.address() as AddressInfo).port;
    },
  };
}

export const AUTH_JS: readonly Contender[] = [
  authJs("Auth.js getSession", async () => {
    const { getSession } = (await peer("@auth/express")) as unknown as AuthExpress;
    return async (request, config) => (await getSession(request, config))?.user?.name;
  }),
  // It only opens the cookie: no callback is asked, and its expiry is not moved.
  authJs("Auth.js getToken", async () => {
    const { getToken } = (await peer("@auth/core/jwt")) as unknown as AuthJwt;
    return async (request, { secret }) => (await getToken({ req: request, secret, secureCookie: false }))?.name;
  }),
];
