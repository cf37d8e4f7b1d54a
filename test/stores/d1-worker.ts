import { SessionManager } from "../../src/index.ts";
import { AsyncSqliteStore, type D1Queryable } from "../../src/stores/sqlite-async.ts";
import { indexedStoreContract } from "../../src/testing/indexed-store-contract.ts";
import { storeContract } from "../../src/testing/store-contract.ts";
import { sweepableStoreContract } from "../../src/testing/sweepable-store-contract.ts";

/*
 * A Cloudflare Worker with a D1 database. Its paths run one case of the contract each, or a race of
 * requests on one session.
 */
interface Env {
  readonly DB: D1Queryable;
  readonly KEY: string;
}

let now = 1_800_000_000;
const time = { now: () => now, pass: (seconds: number) => void (now += seconds) };
const PARTS = {
  SessionStore: storeContract,
  IndexedStore: indexedStoreContract,
  SweepableStore: sweepableStoreContract,
};
const AT_ONCE = 200;

async function runCase(part: keyof typeof PARTS, name: string, env: Env): Promise<string> {
  const store = new AsyncSqliteStore(env.DB, { clock: time.now });
  await store.createSchema();
  await PARTS[part](() => store, time)
    .find((each) => each.name === name)!
    .run();
  return "ok";
}

/** Requests of one session, and logins of one user, all at once, from eight managers. */
async function race({ DB, KEY }: Env): Promise<object> {
  const store = new AsyncSqliteStore(DB, { table: "raced" });
  await store.createSchema();
  const maxSessions = { perSubject: 5, then: "end_oldest" } as const;
  const managers = Array.from(
    { length: 8 },
    () => new SessionManager({ keys: KEY, store, storeTimeout: 60, maxSessions }),
  );
  const cookieOf = (headers: readonly (readonly [string, string])[]): string =>
    headers.find(([name]) => name === "Set-Cookie")![1].split(";")[0]!;
  const first = await managers[0]!.load(undefined);
  first.data["begun"] = true;
  const cookie = cookieOf(await managers[0]!.commit(first));
  const numbers = Array.from({ length: AT_ONCE }, (_, number) => number);
  const manager = (number: number): SessionManager => managers[number % managers.length]!;
  const loaded = await Promise.all(numbers.map(async (number) => await manager(number).load(cookie)));
  await Promise.all(
    loaded.map(async (session, number) => {
      session.data[`key ${number}`] = number;
      await manager(number).commit(session);
    }),
  );
  const keys = Object.keys((await manager(0).load(cookie)).data).length;
  await Promise.all(
    numbers.map(async (number) => {
      const session = await manager(number).load(undefined);
      session.login("ada");
      await manager(number).commit(session);
    }),
  );
  return { keys, listed: (await manager(0).list("ada")).length };
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    try {
      if (pathname === "/race") return Response.json(await race(env));
      const part = searchParams.get("part") as keyof typeof PARTS;
      return new Response(await runCase(part, searchParams.get("name")!, env));
    } catch (error) {
      return new Response((error as Error).stack ?? String(error), { status: 500 });
    }
  },
};
