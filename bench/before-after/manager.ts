import { randomBytes } from "node:crypto";
import type * as core from "../../src/index.ts";
import type { Build } from "../build.ts";
import { inTurns, type Row } from "./row.ts";

const FACTS = {
  secure: true,
  host: "app.example.com",
  path: "/",
  peer: "203.0.113.7",
  httpVersion: "1.1",
  headers: {},
} as const;
const KEY = "lk1_uV9yB2nQm4XsTzR7wKfLh0JdPc3GaEo6iNbYx8Ztv5D4yKn6";
const DATA = { name: "Ada Lovelace", cart: ["a-1", "b-2"], csrf: "0f2b6c1de7a94b58" };
/** In each round. */
const REQUESTS = 1000;
/** More than a manager remembers. */
const COLD_COOKIES = 1500;
const WARM_UP_ROUNDS = 5;
const KINDS = ["sealed", "signed", "flask", "memory"] as const;

interface Work {
  /** Does so many requests or calls. */
  readonly count: number;
  readonly run: () => Promise<void> | void;
}
interface Job {
  readonly name: string;
  readonly prepare: (build: Build) => Promise<Work>;
}
interface Prepared {
  readonly manager: core.SessionManager;
  /** The Cookie header of a visitor who is logged in. */
  readonly login: () => Promise<string>;
}

/** What a request costs the manager, without a server. */
export async function managerRows(
  builds: readonly [Build, Build],
  rounds: number,
  note: (row: Row) => void,
): Promise<void> {
  for (const { name, prepare } of jobs()) {
    const works = [await prepare(builds[0]), await prepare(builds[1])] as const;
    const times: [number[], number[]] = [[], []];
    await inTurns(WARM_UP_ROUNDS + rounds, async (build, round) => {
      const { run, count } = works[build];
      const start = process.cpuUsage();
      await run();
      const { user, system } = process.cpuUsage(start);
      if (round >= WARM_UP_ROUNDS) times[build].push((user + system) / count);
    });
    note({ name, before: times[0], now: times[1] });
  }
}

function jobs(): Job[] {
  return [...KINDS.flatMap(jobsOf), untouched, grading];
}

function jobsOf(kind: (typeof KINDS)[number]): Job[] {
  const requests = async (
    { manager }: Prepared,
    cookie: (index: number) => string,
    work: (session: core.Session) => void,
  ) => ({
    count: REQUESTS,
    run: async (): Promise<void> => {
      for (let index = 0; index < REQUESTS; index++) {
        const session = await manager.load(cookie(index), FACTS);
        work(session);
        await manager.commit(session);
      }
    },
  });
  const readName = (session: core.Session): void => void session.data["name"];
  let count = 0;
  return [
    {
      name: `${kind}: read, the same visitor again`,
      prepare: async (build) => {
        const own = await prepared(build, kind);
        const cookie = await own.login();
        return await requests(own, () => cookie, readName);
      },
    },
    {
      name: `${kind}: cold read, ${COLD_COOKIES} visitors in turn`,
      prepare: async (build) => {
        const own = await prepared(build, kind);
        const cookies: string[] = [];
        while (cookies.length < COLD_COOKIES) cookies.push(await own.login());
        let next = 0;
        return await requests(own, () => cookies[next++ % COLD_COOKIES]!, readName);
      },
    },
    {
      name: `${kind}: write`,
      prepare: async (build) => {
        const own = await prepared(build, kind);
        const cookie = await own.login();
        return await requests(
          own,
          () => cookie,
          (session) => void (session.data["count"] = ++count),
        );
      },
    },
    {
      name: `${kind}: a forged cookie`,
      prepare: async (build) => {
        const own = await prepared(build, kind);
        const cookie = await own.login();
        return await requests(
          own,
          // In the middle: at its end, not every character is base64 of these bytes.
          (index) => `${cookie.slice(0, -12)}${String(index).padStart(6, "A")}${cookie.slice(-6)}`,
          (session) => void session.isNew,
        );
      },
    },
    {
      name: `${kind}: login and logout`,
      prepare: async (build) => {
        const { manager } = await prepared(build, kind);
        return {
          count: REQUESTS / 4,
          run: async () => {
            for (let index = 0; index < REQUESTS / 4; index++) {
              const begun = await manager.load(undefined, FACTS);
              begun.data["a"] = 1;
              const session = await manager.load(cookieIn(await manager.commit(begun)), FACTS);
              session.login("7");
              const last = await manager.load(cookieIn(await manager.commit(session)), FACTS);
              last.logout();
              await manager.commit(last);
            }
          },
        };
      },
    },
  ];
}

const untouched: Job = {
  name: "no cookie, and no look at the session",
  prepare: async (build) => {
    const { KeyRing, SessionManager } = await build.entry("latchkey");
    const manager = new SessionManager({ keys: new KeyRing(KEY) });
    return {
      count: REQUESTS,
      run: async () => {
        for (let index = 0; index < REQUESTS; index++) await manager.commit(await manager.load(undefined, FACTS));
      },
    };
  },
};

const grading: Job = {
  name: "the grade of a random key",
  prepare: async (build) => {
    const grade = await build.gradeSecretKey();
    const keys = Array.from({ length: 50 }, () => randomBytes(32).toString("hex"));
    return { count: keys.length, run: () => keys.forEach((key) => grade(key)) };
  },
};

async function prepared(build: Build, kind: (typeof KINDS)[number]): Promise<Prepared> {
  const latchkey = await build.entry("latchkey");
  const keys = new latchkey.KeyRing(KEY);
  const { MemoryStore } = await build.entry("latchkey/stores/memory");
  const manager = new latchkey.SessionManager(
    kind === "memory" ? { keys, store: new MemoryStore({ production: true }) } : { keys, format: latchkey[kind]() },
  );
  const login = async (): Promise<string> => {
    const session = await manager.load(undefined, FACTS);
    session.login("7");
    Object.assign(session.data, DATA);
    return cookieIn(await manager.commit(session));
  };
  return { manager, login };
}

/** The cookie that a browser would send after this answer. */
function cookieIn(headers: readonly (readonly [string, string])[]): string {
  const line = headers.find(([name, value]) => name === "Set-Cookie" && !value.includes("Max-Age=0"));
  return line![1].split(";")[0]!;
}
