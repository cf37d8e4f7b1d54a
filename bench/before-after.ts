/**
 * Compares two builds of this package in one process: what a request costs a session, and what
 * signing costs.
 *
 *     npm run build
 *     node bench/before-after.ts <dist folder of the commit before> [dist folder of now] [rounds]
 *
 * Rounds of the two builds alternate, so a machine that gets slower gets slower for both. A row is
 * the median of the rounds' ratios, with the smallest and the largest one beside it.
 */
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type * as latchkey from "../src/index.ts";
import type * as memoryStore from "../src/stores/memory.ts";

type Latchkey = typeof latchkey;
type Memory = typeof memoryStore;
interface Build {
  readonly core: Latchkey;
  readonly memory: Memory;
}

const here = dirname(fileURLToPath(import.meta.url));
const [before, now = join(here, "../dist"), rounds = "31"] = process.argv.slice(2);
if (before === undefined) throw new Error("Name the dist folder of the commit before: node bench/before-after.ts ../before/dist");
const builds = await Promise.all([before, now].map(load));

async function load(folder: string): Promise<Build> {
  const file = (name: string): string => pathToFileURL(join(resolve(folder), name)).href;
  return { core: (await import(file("index.js"))) as Latchkey, memory: (await import(file("stores/memory.js"))) as Memory };
}

const FACTS = { secure: true, host: "app.example.com", path: "/", peer: "203.0.113.7", httpVersion: "1.1", headers: {} } as const;
const KEY = "lk1_uV9yB2nQm4XsTzR7wKfLh0JdPc3GaEo6iNbYx8Ztv5A";
const DATA = { name: "Ada Lovelace", cart: ["a-1", "b-2"], csrf: "0f2b6c1de7a94b58" };
const REQUESTS = 400;

interface Row {
  readonly name: string;
  /** Prepares one build; what it gives does so many requests. */
  readonly prepare: (build: Build) => Promise<() => Promise<void>>;
}

const KINDS = ["sealed", "signed", "flask", "memory"] as const;
const rows: Row[] = KINDS.flatMap((kind): Row[] => {
  const prepared = async ({ core, memory }: Build) => {
    const manager = new core.SessionManager({
      keys: new core.KeyRing(KEY),
      ...(kind === "memory" ? { store: new memory.MemoryStore() } : { format: core[kind]() }),
    });
    const first = await manager.load(undefined, FACTS);
    first.login("7");
    Object.assign(first.data, DATA);
    const pair = (await manager.commit(first)).find(([name]) => name === "Set-Cookie")![1].split(";")[0]!;
    return { manager, pair };
  };
  return [
    {
      name: `${kind}: read, the same visitor again`,
      prepare: async (build) => {
        const { manager, pair } = await prepared(build);
        return async () => {
          for (let index = 0; index < REQUESTS; index++) {
            const session = await manager.load(pair, FACTS);
            void session.data["name"];
            await manager.commit(session);
          }
        };
      },
    },
    {
      name: `${kind}: write`,
      prepare: async (build) => {
        const { manager, pair } = await prepared(build);
        let count = 0;
        return async () => {
          for (let index = 0; index < REQUESTS; index++) {
            const session = await manager.load(pair, FACTS);
            session.data["count"] = ++count;
            await manager.commit(session);
          }
        };
      },
    },
    {
      name: `${kind}: login and logout`,
      prepare: async (build) => {
        const { manager } = await prepared(build);
        return async () => {
          for (let index = 0; index < REQUESTS / 4; index++) {
            const begun = await manager.load(undefined, FACTS);
            begun.data["a"] = 1;
            const anonymous = pairOf(await manager.commit(begun));
            const session = await manager.load(anonymous, FACTS);
            session.login("7");
            const last = await manager.load(pairOf(await manager.commit(session)), FACTS);
            last.logout();
            await manager.commit(last);
          }
        };
      },
    },
    {
      name: `${kind}: a forged cookie`,
      prepare: async (build) => {
        const { manager, pair } = await prepared(build);
        return async () => {
          for (let index = 0; index < REQUESTS; index++) {
            const forged = `${pair.slice(0, -6)}${String(index).padStart(6, "A")}`;
            const session = await manager.load(forged, FACTS);
            void session.isNew;
            await manager.commit(session);
          }
        };
      },
    },
  ];
});
rows.push({
  name: "no cookie, nobody looks",
  prepare: async ({ core }) => {
    const manager = new core.SessionManager({ keys: new core.KeyRing(KEY) });
    return async () => {
      for (let index = 0; index < REQUESTS; index++) await manager.commit(await manager.load(undefined, FACTS));
    };
  },
});

function pairOf(headers: readonly (readonly [string, string])[]): string {
  const lines = headers.filter(([name, value]) => name === "Set-Cookie" && !value.includes("Max-Age=0"));
  return lines[0]![1].split(";")[0]!;
}

console.log("| what | now / before, median (min to max) | µs before | µs now |\n|---|---|---|---|");
for (const { name, prepare } of rows) {
  const works = await Promise.all(builds.map(prepare));
  const times: number[][] = [[], []];
  for (let round = -5; round < Number(rounds); round++) {
    for (const index of round % 2 === 0 ? [0, 1] : [1, 0]) {
      const start = process.cpuUsage();
      await works[index]!();
      const { user, system } = process.cpuUsage(start);
      if (round >= 0) times[index]!.push((user + system) / REQUESTS);
    }
  }
  const ratios = times[1]!.map((time, index) => time / times[0]![index]!);
  const [low, middle, high] = [Math.min(...ratios), median(ratios), Math.max(...ratios)].map((ratio) => ratio.toFixed(2));
  console.log(`| ${name} | ${middle} (${low} to ${high}) | ${median(times[0]!).toFixed(1)} | ${median(times[1]!).toFixed(1)} |`);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
