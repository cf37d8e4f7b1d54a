import express from "express";
import expressSession, { type Store } from "express-session";
import { SessionManager, type SessionStore } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { session, type SessionRequest } from "latchkey/node";
import type { Mount, RacedSession } from "./race.ts";

type Data = Record<string, unknown>;

function countUp(data: Data): void {
  data["count"] = Number(data["count"] ?? 0) + 1;
}

/**
 * Latchkey on a bare node:http server, with a store.
 *
 * @param managers how many take the requests in turn: as processes behind one address do, none of
 *   them knows what the others are about.
 */
export function latchkeyOn(store: SessionStore, managers: number = 1): Mount {
  const keys = generateSecretKey();
  // A busy machine must not change the result: many requests wait for one session here.
  const all = Array.from({ length: managers }, () =>
    session(new SessionManager<Data>({ keys, store, storeTimeout: 60 })),
  );
  let turn = 0;
  return (handle) => (request, response) => {
    all[turn++ % managers]!(request, response, () => {
      const { session: current } = request as SessionRequest<Data>;
      const raced: RacedSession = {
        data: current.data,
        get user() {
          return current.subject;
        },
        countUp: () => current.update(countUp),
        login: async () => await Promise.resolve(current.login("ada")),
        logout: async () => await Promise.resolve(current.logout()),
      };
      handle(raced, request.url!).then(
        (body) => response.end(body),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
    });
  };
}

/** express-session as its documentation recommends it, in an Express application. */
export function expressSessionOn(store: Store): Mount {
  return (handle) =>
    express()
      .use(expressSession({ secret: generateSecretKey(), store, resave: false, saveUninitialized: false }))
      .use(async (request, response) => {
        const done = async (call: (callback: (error?: unknown) => void) => unknown): Promise<void> =>
          await new Promise((resolve, reject) => void call((error) => (error ? reject(error as Error) : resolve())));
        const raced: RacedSession = {
          // After a login it is another object.
          get data() {
            return request.session as unknown as Data;
          },
          get user() {
            return raced.data["user"] as string | undefined;
          },
          countUp: () => countUp(raced.data),
          login: async () => {
            await done((callback) => request.session.regenerate(callback));
            raced.data["user"] = "ada";
          },
          logout: async () => await done((callback) => request.session.destroy(callback)),
        };
        response.send(await handle(raced, request.path));
      });
}
