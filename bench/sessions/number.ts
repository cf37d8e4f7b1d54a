/*
 * What a session costs a store that holds many: p50 and p99 of a read, a write and a touch, and
 * bytes per session, from a thousand sessions up.
 *
 *   npm exec -- node bench/sessions/number.ts [--max 1000000] [--stores
 *   sqlite,redis,postgres,mysql] [--rounds 40] [--samples 500]
 *
 * Each store is loaded in bulk with every size, as rows and keys of the very form that the store
 * writes. Then the sizes take turns, and are measured through the store's own methods, one call
 * after another; where that is allowed, with a priority that keeps other processes out of the
 * figures. The figures go to bench/results/number.json.
 *
 * Ten million sessions take about a quarter of an hour, some 10 GB of memory and 8 GB of disk, one
 * store after another.
 */
import { parseArgs } from "node:util";
import { measure, type Row } from "./number/measure.ts";
import { mysql } from "./number/mysql.ts";
import { postgres } from "./number/postgres.ts";
import { runFirst } from "./number/priority.ts";
import { redis } from "./number/redis.ts";
import { flatnessOf, tableOf } from "./number/report.ts";
import { sqlite } from "./number/sqlite.ts";
import type { Load } from "./number/subject.ts";
import { writeResults } from "../write-results.ts";

const { values: options } = parseArgs({
  options: {
    max: { type: "string", default: "1000000" },
    stores: { type: "string", default: "sqlite,redis,postgres,mysql" },
    rounds: { type: "string", default: "40" },
    samples: { type: "string", default: "500" },
  },
});
const [max, rounds, samples] = [Number(options.max), Number(options.rounds), Number(options.samples)];
const loads: Readonly<Record<string, Load>> = { sqlite, redis, postgres, mysql };
const sizes = [1e3, 1e4, 1e5, 1e6, 1e7].filter((size) => size <= max);

const rows: Row[] = [];
/** Stores that this machine has no server for. */
const missing: string[] = [];
let isFirst = true;
for (const name of options.stores.split(",")) {
  const began = performance.now();
  const subjects = await loads[name]!(sizes);
  if (subjects === undefined) {
    console.error(`${name} is not on this machine.`);
    missing.push(name);
    continue;
  }
  const seconds = (): string => ((performance.now() - began) / 1000).toFixed(0);
  isFirst = runFirst(true) && isFirst;
  console.error(`${name} is loaded after ${seconds()} s.${isFirst ? "" : " Other processes will be measured too."}`);
  try {
    rows.push(...(await measure(subjects.all, rounds, samples)));
  } finally {
    await subjects.stop();
    runFirst(false);
  }
  console.error(`${name} is done after ${seconds()} s.`);
}
console.log(`${tableOf(rows)}\n\n${flatnessOf(rows)}`);

const about = { rounds, samplesPerRound: samples, isFirst, missing };
writeResults("number", { about, rows });
