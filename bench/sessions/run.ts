/*
 * What a session costs a request: the CPU time that a server spends on it beyond the bare
 * framework's, for Latchkey and for what people use instead.
 *
 *   npm install --prefix bench npm exec -- node bench/sessions/run.ts [--quick] [--only express]
 *   [--rounds 6] [--window 0.35] [--size 110]
 *
 * Each contender is a process on one core, the load comes from another. In each round every
 * contender has one window for each kind of request, and the bare framework before them, so that a
 * busy machine slows all of them. Clocks and caches drift, so what is added is the difference
 * within one round; the bars divide the medians of such differences. The figures go to
 * bench/results/sessions.json.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { redisPrograms, startRedis } from "../../test/support/services.ts";
import type { Contender } from "./contender.ts";
import { CONTENDERS, labelOf } from "./contenders.ts";
import { cookieAfter, forged, load, quantile, type Target } from "./load.ts";
import { pinLoad, ServerProcess } from "./process.ts";
import { barsOf, floorTableOf, tableOf, type Figures } from "./report.ts";

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string", default: "" },
    rounds: { type: "string" },
    window: { type: "string" },
    size: { type: "string", default: "110" },
    scenarios: { type: "string", default: "read,cold,write,anonymous,untouched,forged" },
    out: { type: "string", default: "sessions" },
  },
});
const rounds = Number(options.rounds ?? (options.quick ? 2 : 6));
const seconds = Number(options.window ?? (options.quick ? 0.2 : 0.35));
const size = Number(options.size);
/** More sessions than any memory of cookies here holds. */
const COLD_COOKIES = 1500;
/**
 * So many visitors come in turn: if all requests wrote one session, what is measured is how a
 * server keeps them from overwriting each other.
 */
const VISITORS = 64;
/**
 * So many requests of each kind, or so many seconds, come before anything is measured: compiled
 * code is what servers run.
 */
const WARM_UP = { requests: 25_000, seconds: options.quick ? 0.5 : 1.5 };

/** One kind of request. */
interface Scenario {
  readonly path: string;
  readonly cookies: (own: Running) => readonly string[];
  /** Of whom it is asked; of all but the floors unless given. */
  readonly applies?: (contender: Contender) => boolean;
}

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  read: { path: "/read", cookies: ({ visitors }) => visitors, applies: () => true },
  // For servers that remember what they have verified a moment ago: here nobody comes twice in a
  // while.
  cold: { path: "/read", cookies: ({ many }) => many, applies: ({ isOurs }) => isOurs === true },
  write: { path: "/write", cookies: ({ visitors }) => visitors, applies: () => true },
  anonymous: { path: "/read", cookies: () => [] },
  untouched: { path: "/untouched", cookies: () => [] },
  forged: { path: "/read", cookies: ({ cookie }) => [forged(cookie)] },
};

interface Running {
  readonly contender: Contender;
  readonly server: ServerProcess;
  readonly cookie: string;
  readonly visitors: readonly string[];
  readonly many: readonly string[];
}

const wanted = options.scenarios.split(",").map((name) => [name, SCENARIOS[name]!] as const);
const isPinned = pinLoad();
const redis = redisPrograms === undefined ? undefined : await startRedis();
const chosen = CONTENDERS.filter(
  (one) => (one.name === "bare" || labelOf(one).match(options.only) !== null) && (one.guarantee !== "redis" || redis !== undefined),
).filter((one, _, all) => all.some(({ framework, name }) => framework === one.framework && name !== "bare"));
const running = await start(chosen);

const samples = new Map<string, Map<string, Sample[]>>();
interface Sample {
  readonly cpu: number;
  readonly rate: number;
  readonly p99: number;
  readonly cookies: number;
}

try {
  await everyWindow(WARM_UP, () => {});
  for (let round = 1; round <= rounds; round++) {
    process.stderr.write(`round ${round} of ${rounds}\n`);
    await everyWindow({ seconds }, (one, scenario, sample) => {
      const own = samples.get(labelOf(one)) ?? new Map<string, Sample[]>();
      samples.set(labelOf(one), own);
      own.set(scenario, [...(own.get(scenario) ?? []), sample]);
    });
  }
  const figures = running.filter(({ contender }) => contender.name !== "bare").map(({ contender }) => figuresOf(contender));
  const bars = barsOf(
    figures,
    wanted.map(([name]) => name),
  );
  const trips = await redisTrips();
  console.log(tableOf(figures, bars));
  console.log(floorTableOf(figures));
  for (const { label, commands } of trips) console.log(`Redis commands for a read, ${label}: ${commands}`);
  const folder = new URL("../results/", import.meta.url);
  mkdirSync(folder, { recursive: true });
  const about = { date: new Date().toISOString().slice(0, 10), node: process.version, rounds, seconds, size, isPinned };
  const raw = Object.fromEntries([...samples].map(([label, own]) => [label, Object.fromEntries(own)]));
  writeFileSync(new URL(`${options.out}.json`, folder), `${JSON.stringify({ about, figures, bars, trips }, undefined, 1)}\n`);
  if (process.env["BENCH_RAW"] !== undefined) writeFileSync(process.env["BENCH_RAW"], JSON.stringify(raw));
} finally {
  for (const { server } of running) server.stop();
  await redis?.stop();
}

async function start(contenders: readonly Contender[]): Promise<Running[]> {
  const all: Running[] = [];
  for (const contender of contenders) {
    const server = await ServerProcess.start(labelOf(contender), redis?.port);
    const isBare = contender.name === "bare";
    const login = `/login?size=${size}`;
    const many: string[] = [];
    if (contender.isOurs === true && options.scenarios.includes("cold")) {
      while (many.length < COLD_COOKIES)
        many.push(...(await Promise.all(Array.from({ length: 50 }, async () => await cookieAfter(server.port, login)))));
    }
    const visitors: string[] = [];
    while (!isBare && visitors.length < VISITORS) visitors.push(await cookieAfter(server.port, login));
    all.push({ contender, server, many, visitors, cookie: visitors[0] ?? "" });
  }
  return all;
}

/**
 * One window for each contender and kind of request; the bare framework gets the cookies of whoever
 * comes next to it.
 */
async function everyWindow(
  duration: { readonly seconds: number; readonly requests?: number },
  note: (contender: Contender, scenario: string, sample: Sample) => void,
): Promise<void> {
  for (const [name, scenario] of wanted) {
    for (const one of running) {
      const { contender, server } = one;
      const isBare = contender.name === "bare";
      if (!isBare && (scenario.applies ?? isNoFloor)(contender) === false) continue;
      const model = isBare ? running.find((other) => other.contender.framework === contender.framework && other.cookie !== "")! : one;
      const target: Target = { port: server.port, path: scenario.path, cookies: scenario.cookies(model) };
      // Twice for the bare frameworks: every added figure of the round hangs on theirs.
      const before = await server.cpu();
      const result = await load(target, isBare ? { ...duration, seconds: duration.seconds * 2 } : duration);
      const cpu = ((await server.cpu()) - before) / result.requests;
      note(contender, name, { cpu, rate: result.requests / result.seconds, p99: result.p99, cookies: result.withCookie / result.requests });
    }
  }
}

function figuresOf(contender: Contender): Figures {
  const own = samples.get(labelOf(contender))!;
  const bare = samples.get(`${contender.framework}: bare`)!;
  const scenarios = Object.fromEntries(
    [...own].map(([name, list]) => {
      const base = bare.get(name)!;
      return [
        name,
        {
          added: list.map(({ cpu }, round) => cpu - base[round]!.cpu),
          times: median(list.map(({ cpu }, round) => cpu / base[round]!.cpu)),
          rate: median(list.map(({ rate }, round) => rate / base[round]!.rate)),
          p99: median(list.map(({ p99 }) => p99)),
          setCookie: median(list.map(({ cookies }) => cookies)),
        },
      ];
    }),
  );
  const { name, framework, guarantee, isOurs = false, isFloor = false } = contender;
  return { name, framework, guarantee: guarantee!, isOurs, isFloor, scenarios };
}

async function redisTrips(): Promise<{ label: string; commands: number }[]> {
  const trips: { label: string; commands: number }[] = [];
  if (redis === undefined) return trips;
  const { createClient } = await import("redis");
  const client = await createClient({ url: `redis://127.0.0.1:${redis.port}` }).connect();
  const calls = async (): Promise<number> =>
    [...(await client.info("commandstats")).matchAll(/cmdstat_(\S+?):calls=(\d+)/g)].reduce(
      (sum, [, name, count]) => sum + (name === "info" ? 0 : Number(count)),
      0,
    );
  for (const { contender, server, cookie } of running) {
    if (contender.guarantee !== "redis") continue;
    const before = await calls();
    for (let count = 0; count < 100; count++)
      await (await fetch(`http://127.0.0.1:${server.port}/read`, { headers: { cookie } })).arrayBuffer();
    trips.push({ label: labelOf(contender), commands: ((await calls()) - before) / 100 });
  }
  await client.close();
  return trips;
}

/** A floor reads and writes sessions, and knows no other visitors. */
function isNoFloor({ isFloor }: Contender): boolean {
  return isFloor !== true;
}

function median(values: readonly number[]): number {
  return (quantile(values, 0.5) + quantile(values, (values.length - 1) / 2 / values.length)) / 2;
}
