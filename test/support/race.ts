import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { CookieJar } from "./cookies.ts";

/** How many requests of one session are under way at once. */
export const AT_ONCE = 200;

/** A session as the runs below see it, for any library. */
export interface RacedSession {
  /** What it holds, to be changed in place. */
  readonly data: Record<string, unknown>;
  /** The user. */
  readonly user: string | undefined;
  countUp(): void;
  login(): Promise<void>;
  logout(): Promise<void>;
}

/** Answers a path with a body. */
type Handle = (session: RacedSession, path: string) => Promise<string>;

/** Puts a library's middleware before a handler. */
export type Mount = (handle: Handle) => RequestListener;

/** What a race has left. */
export interface RaceResult {
  /** The requests that were answered with 200. */
  readonly answered: number;
  readonly lostKeys: number;
  readonly lostIncrements: number;
}

/**
 * Requests of one session at once, on a real server, each of which adds a key of its own and counts
 * up.
 *
 * @param options.gate Whether all load the same session before any of them changes it. Default:
 *   true.
 */
export async function race(mount: Mount, { gate = true }: { readonly gate?: boolean } = {}): Promise<RaceResult> {
  const allAreHere = Promise.withResolvers<void>();
  let here = 0;
  const site = await serve(mount, async (session, path) => {
    if (path === "/begin") session.data["begun"] = true;
    if (path.startsWith("/add/")) {
      if (++here === AT_ONCE) allAreHere.resolve();
      if (gate) await allAreHere.promise;
      session.data[path] = true;
      session.countUp();
    }
    return JSON.stringify(session.data);
  });
  try {
    const jar = new CookieJar();
    jar.take((await site.ask("/begin")).headers.getSetCookie());
    const cookie = jar.header;
    const answers = await Promise.all(
      Array.from({ length: AT_ONCE }, async (_, number) => await site.ask(`/add/${number}`, cookie)),
    );
    const left = (await (await site.ask("/read", cookie)).json()) as Record<string, unknown>;
    return {
      answered: answers.filter(({ status }) => status === 200).length,
      lostKeys: AT_ONCE - Object.keys(left).filter((key) => key.startsWith("/add/")).length,
      lostIncrements: AT_ONCE - Number(left["count"] ?? 0),
    };
  } finally {
    await site.close();
  }
}

/**
 * Whether a user who has logged out while another request of hers was still being worked on is
 * logged out when that has ended, too.
 */
export async function staysLoggedOut(mount: Mount): Promise<boolean> {
  const isHere = Promise.withResolvers<void>();
  const hasLeft = Promise.withResolvers<void>();
  const site = await serve(mount, async (session, path) => {
    if (path === "/login") await session.login();
    if (path === "/logout") await session.logout();
    if (path === "/slow") {
      isHere.resolve();
      await hasLeft.promise;
      session.data["late"] = true;
      session.countUp();
    }
    return path === "/logout" ? "bye" : (session.user ?? "nobody");
  });
  try {
    const jar = new CookieJar();
    jar.take((await site.ask("/login")).headers.getSetCookie());
    const cookie = jar.header;
    const who = async (header: string | undefined): Promise<string> => await (await site.ask("/who", header)).text();
    if ((await who(cookie)) !== "ada") throw new Error("The login did not work.");
    const slow = site.ask("/slow", cookie);
    await Promise.race([isHere.promise, slow]);
    jar.take((await site.ask("/logout", cookie)).headers.getSetCookie());
    hasLeft.resolve();
    const answer = await slow;
    if (answer.status !== 200) throw new Error(`The slow request was answered with ${answer.status}.`);
    jar.take(answer.headers.getSetCookie());
    // By the cookie that she had, and by whatever she has now.
    return (await who(cookie)) === "nobody" && (await who(jar.header)) === "nobody";
  } finally {
    await site.close();
  }
}

interface Site {
  ask(path: string, cookie?: string): Promise<Response>;
  close(): Promise<void>;
}

async function serve(mount: Mount, handle: Handle): Promise<Site> {
  const server = createServer(mount(handle)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    ask: async (path, cookie) =>
      await fetch(`http://127.0.0.1:${port}${path}`, { headers: cookie === undefined ? {} : { Cookie: cookie } }),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
