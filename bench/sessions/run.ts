/*
 * What a session costs a request: the CPU time that a server spends on it beyond the bare
 * framework's, for Latchkey and for what people use instead.
 *
 *   npm run build
 *   npm install --prefix bench
 *   npm exec -- node bench/sessions/run.ts [--quick] [--only express] [--rounds 12]
 *   [--window 0.25] [--size 110] [--scenarios read,write] [--dist ../dist] [--out sessions]
 *   [--warm-up 10000]
 *
 * Each contender is a process on one core, the load comes from another. In each round every
 * contender has one window for each kind of request, and the bare framework before them, so that a
 * busy machine slows all of them. Clocks and caches drift, so what is added is the difference
 * within one round. Ratios are medians of the rounds' ratios. The figures go to
 * bench/results/sessions.json.
 */
import { writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { OWN_DIST } from "../build.ts";
import type { Contender } from "./contender.ts";
import { CONTENDERS, labelOf } from "./contenders.ts";
import { quantile } from "./load.ts";
import { peerTableOf } from "./peer-table.ts";
import { pinLoad } from "./process.ts";
import { floorTableOf, tableOf, writersTableOf, type Figures } from "./report.ts";
import { sample, startRunning, type Running, type Sample } from "./running.ts";
import { applies, SCENARIOS } from "./scenarios.ts";
import { hasService, isInstalled, startServices } from "./services.ts";
import { writeResults } from "../write-results.ts";

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string", default: "" },
    rounds: { type: "string" },
    window: { type: "string" },
    size: { type: "string", default: "110" },
    scenarios: { type: "string", default: "read,cold,write,writers,anonymous,untouched,forged" },
    dist: { type: "string", default: OWN_DIST },
    out: { type: "string", default: "sessions" },
    "warm-up": { type: "string", default: "10000" },
  },
});
const rounds = Number(options.rounds ?? (options.quick ? 2 : 12));
const seconds = Number(options.window ?? (options.quick ? 0.15 : 0.25));
const size = Number(options.size);
/**
 * So many requests of each kind, or so many seconds, come before anything is measured: compiled
 * code is what servers run. On a machine that others use, seconds alone would be too few requests.
 */
const WARM_UP = { requests: Number(options["warm-up"]), seconds: options.quick ? 0.25 : 20 };

const wanted = options.scenarios.split(",").map((name) => [name, SCENARIOS[name]!] as const);
const isPinned = pinLoad();
const load = loadavg()[0]!;
// PostgreSQL has no peer here; before-after.ts measures it.
const named = CONTENDERS.filter(
  (one) => one.guarantee !== "postgres" && (one.name === "bare" || labelOf(one).match(options.only) !== null),
);
const services = await startServices(named);
const chosen = named
  .filter((one) => hasService(one, services) && isInstalled(one))
  .filter((one, _, all) => all.some(({ framework, name }) => framework === one.framework && name !== "bare"));
const running: Running[] = [];
const samples = new Map<string, Map<string, Sample[]>>();

try {
  for (const contender of chosen) {
    const isCold = wanted.some(([name]) => name === "cold");
    running.push(await startRunning(contender, { dist: options.dist, services, size, isCold }));
  }
  await everyWindow(WARM_UP, () => {});
  for (let round = 1; round <= rounds; round++) {
    process.stderr.write(`round ${round} of ${rounds}\n`);
    await everyWindow({ seconds }, (one, scenario, sample) => {
      const own = samples.get(labelOf(one)) ?? new Map<string, Sample[]>();
      samples.set(labelOf(one), own);
      own.set(scenario, [...(own.get(scenario) ?? []), sample]);
    });
  }
  const figures = running
    .filter(({ contender }) => contender.name !== "bare")
    .map(({ contender }) => figuresOf(contender));
  const trips = await redisTrips();
  const tables = [tableOf(figures), writersTableOf(figures), floorTableOf(figures), peerTableOf(figures)];
  console.log(tables.filter((table) => table !== "").join("\n\n"));
  for (const one of named)
    if (!hasService(one, services) || !isInstalled(one))
      console.log(`Left out, because it is not installed: ${labelOf(one)}`);
  for (const { label, commands } of trips) console.log(`Redis commands for a read, ${label}: ${commands}`);
  const about = { rounds, seconds, size, isPinned, load: [load, loadavg()[0]!] };
  const raw = Object.fromEntries([...samples].map(([label, own]) => [label, Object.fromEntries(own)]));
  writeResults(options.out, { about, figures, trips });
  if (process.env["BENCH_RAW"] !== undefined) writeFileSync(process.env["BENCH_RAW"], JSON.stringify(raw));
} finally {
  for (const { server } of running) server.stop();
  await services.stop();
}

/**
 * One window for each contender and kind of request. The bare framework gets the cookies of the
 * next contender on it.
 */
async function everyWindow(
  duration: { readonly seconds: number; readonly requests?: number },
  note: (contender: Contender, scenario: string, sample: Sample) => void,
): Promise<void> {
  for (const [name, scenario] of wanted) {
    for (const one of running) {
      const { contender } = one;
      const isBare = contender.name === "bare";
      const model = isBare
        ? running.find((other) => other.contender.framework === contender.framework && applies(name, other.contender))
        : one;
      if (model === undefined || !applies(name, model.contender)) continue;
      // Twice for the bare frameworks: every added figure of the round hangs on theirs.
      note(
        contender,
        name,
        await sample(one, scenario, isBare ? { ...duration, seconds: duration.seconds * 2 } : duration, model),
      );
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
          cpu: list.map(({ cpu }) => cpu),
          wall: list.map(({ wall }) => wall),
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
  if (services.redisPort === undefined) return trips;
  const { createClient } = await import("redis");
  const client = await createClient({ url: `redis://127.0.0.1:${services.redisPort}` }).connect();
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

function median(values: readonly number[]): number {
  return (quantile(values, 0.5) + quantile(values, (values.length - 1) / 2 / values.length)) / 2;
}
