import { once } from "node:events";
import type { IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { ANSWER, peer, type Contender } from "../contender.ts";

interface Auth {
  readonly api: {
    signUpEmail(input: { body: object; asResponse: true }): Promise<Response>;
    getSession(input: { headers: Headers }): Promise<{ readonly user: { readonly name: string } } | null>;
  };
}

/*
 * better-auth with its database in memory. Its sessions hold who a visitor is, and handlers put
 * nothing else into them, so it takes part in reading alone. Its login is replaced by a sign-up
 * with a hash of passwords that costs nothing, because logins are not measured.
 */
function betterAuth(name: string, guarantee: "memory" | "signed"): Contender {
  return {
    name,
    framework: "express",
    guarantee,
    needs: "better-auth",
    // Beside a forged copy it asks the database after all, and finds the visitor.
    scenarios: ["read", "anonymous", "untouched", ...(guarantee === "memory" ? ["forged"] : [])],
    start: async ({ secrets }) => {
      const { betterAuth: create } = (await peer("better-auth")) as unknown as { betterAuth(options: object): Auth };
      const { memoryAdapter } = (await peer("better-auth/adapters/memory")) as unknown as {
        memoryAdapter(tables: object): object;
      };
      const { fromNodeHeaders } = (await peer("better-auth/node")) as unknown as {
        fromNodeHeaders(headers: IncomingHttpHeaders): Headers;
      };
      const auth = create({
        baseURL: "http://localhost",
        secret: secrets[0],
        database: memoryAdapter({ user: [], session: [], account: [], verification: [] }),
        emailAndPassword: {
          enabled: true,
          password: { hash: async (password: string) => password, verify: async () => true },
        },
        // A copy of the session in a second cookie, which is signed. Then the database is not
        // asked.
        session: { cookieCache: { enabled: guarantee === "signed", maxAge: 86_400 } },
        logger: { disabled: true },
        telemetry: { enabled: false },
      });
      let visitors = 0;
      const app = express();
      app.get("/untouched", (_, response) => void response.json(ANSWER));
      app.get("/read", async ({ headers }, response) => {
        void (await auth.api.getSession({ headers: fromNodeHeaders(headers) }))?.user.name;
        response.json(ANSWER);
      });
      app.get("/login", async (_, response) => {
        const body = { name: "Ada Lovelace", email: `visitor-${visitors++}@example.com`, password: "a long password" };
        const { headers } = await auth.api.signUpEmail({ body, asResponse: true });
        response.setHeader("Set-Cookie", headers.getSetCookie());
        response.json(ANSWER);
      });
      const server = app.listen(0, "127.0.0.1");
      await once(server, "listening");
      return (server.address() as AddressInfo).port;
    },
  };
}

export const BETTER_AUTH: readonly Contender[] = [
  betterAuth("better-auth, memory", "memory"),
  betterAuth("better-auth, cookie cache", "signed"),
];
