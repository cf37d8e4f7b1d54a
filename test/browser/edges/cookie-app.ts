import type { RequestListener } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import { SessionManager, type Session, type SessionManagerOptions } from "latchkey";
import { session as honoSession, type SessionEnv } from "latchkey/hono";
import { session as nodeSession, type SessionRequest } from "latchkey/node";
import { plainPage } from "../../support/https-hosts.ts";

export type Adapter = "node" | "Hono";

/** A request that its handler does not answer yet. */
export interface HeldRequest {
  /** Settles when the handler has the request and its session. */
  readonly arrived: Promise<void>;
  /** Lets the handler answer. */
  release(): void;
}

/**
 * An application whose routes go by the last part of the path, so that each exists below every
 * folder:
 *
 * - `me` names the visitor, or says "nobody"; `visit` changes the data; `login?as=…`, `logout` and
 *   `renew` do what they say;
 * - `slow` answers when the test says so, and looks at its session first with `?look`;
 * - `health` never looks at the session; `cookies` gives the Cookie header, and `page` an empty
 *   page, both past the middleware.
 */
export class CookieApp {
  readonly #adapter: Adapter;
  #manager!: SessionManager;
  #listener!: RequestListener;
  readonly #held: { readonly arrived: () => void; readonly released: Promise<void> }[] = [];

  constructor(adapter: Adapter, options: SessionManagerOptions) {
    this.#adapter = adapter;
    this.release(options);
  }

  /** Begins a new release of the application: another manager takes the requests from now on. */
  release(options: SessionManagerOptions): void {
    this.#manager = new SessionManager(options);
    this.#listener = this.#adapter === "Hono" ? this.#onHono() : this.#onNode();
  }

  get manager(): SessionManager {
    return this.#manager;
  }

  /** What a server calls for each request. */
  readonly listener: RequestListener = (request, response) => {
    const { pathname } = new URL(request.url!, "https://app.test");
    if (pathname.endsWith("/page")) return plainPage(request, response);
    if (pathname.endsWith("/cookies")) return void response.end(request.headers.cookie ?? "");
    this.#listener(request, response);
  };

  /** Holds the next request for `slow`. */
  holdNext(): HeldRequest {
    const [arrival, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    this.#held.push({ arrived: arrival.resolve, released: answer.promise });
    return { arrived: arrival.promise, release: answer.resolve };
  }

  #onNode(): RequestListener {
    const open = nodeSession(this.#manager);
    return (request, response) =>
      open(request, response, () => {
        this.#answer((request as SessionRequest).session, request.url!).then(
          (text) => response.end(text),
          (error: unknown) => response.writeHead(500).end(String(error)),
        );
      });
  }

  #onHono(): RequestListener {
    const app = new Hono<SessionEnv>()
      .use(honoSession(this.#manager))
      .all("*", async (c) => c.text(await this.#answer(c.get("session"), c.req.url)));
    const listener = getRequestListener(app.fetch);
    return (request, response) => void listener(request, response);
  }

  async #answer(session: Session, url: string): Promise<string> {
    const { pathname, searchParams } = new URL(url, "https://app.test");
    switch (pathname.split("/").at(-1)) {
      case "me":
        return session.subject ?? "nobody";
      case "visit":
        session.data["visits"] = Number(session.data["visits"] ?? 0) + 1;
        return "visited";
      case "login":
        session.login(searchParams.get("as")!);
        return "in";
      case "logout":
        session.logout();
        return "out";
      case "renew":
        session.renew();
        return "renewed";
      case "slow": {
        const { arrived, released } = this.#held.shift()!;
        const who = searchParams.has("look") ? (session.subject ?? "nobody") : "whoever it was";
        arrived();
        await released;
        return `late, for ${who}`;
      }
      default:
        return "healthy";
    }
  }
}
