/*
 * Compares two builds of this package in one run: what a request costs with each adapter, format
 * and store, what it costs the manager alone, and what signing costs.
 *
 *   npm run build
 *   npm install --prefix bench
 *   npm exec -- node bench/before-after.ts <dist before> [dist now] [rounds]
 *   [--parts manager,signing,servers] [--only "express: latchkey redis"] [--requests write]
 *   [--out before-after]
 *
 * A dist folder needs its package.json and node_modules beside it, so it is that of a worktree that
 * was built. The two builds take turns in each round, so that a busy machine slows both. A row is
 * the median of the rounds' ratios. All figures go to bench/results/before-after.json.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { managerRows } from "./before-after/manager.ts";
import { median, ratioOf, tableOf, type Row } from "./before-after/row.ts";
import { serverRows } from "./before-after/servers.ts";
import { signingRows } from "./before-after/signing.ts";
import { Build, OWN_DIST } from "./build.ts";

/** Rows whose median ratio is above this one are named at the end. */
const NOTABLE = 1.1;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    parts: { type: "string", default: "manager,signing,servers" },
    only: { type: "string", default: "" },
    requests: { type: "string", default: "" },
    out: { type: "string", default: "before-after" },
  },
});
const [before, now = OWN_DIST, roundsText = "15"] = positionals;
if (before === undefined)
  throw new Error("Name the dist folder of the commit before: node bench/before-after.ts ../before/dist");
const rounds = Number(roundsText);
if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`"${roundsText}" is not a number of rounds.`);
const builds = [new Build(before), new Build(now)] as const;
const parts: Readonly<Record<string, (note: (row: Row) => void) => Promise<void>>> = {
  manager: async (note) => await managerRows(builds, rounds, note),
  signing: async (note) => await signingRows(builds, rounds, note),
  servers: async (note) => await serverRows([before, now], rounds, options.only, options.requests, note),
};

const started = performance.now();
const load = [loadavg()[0]!];
const rows: Record<string, Row[]> = {};
for (const name of options.parts.split(",")) {
  const part = parts[name];
  if (part === undefined)
    throw new Error(`"${name}" is not a part. Fix: choose from ${Object.keys(parts).join(", ")}.`);
  const own: Row[] = (rows[name] = []);
  await part((row) => {
    own.push(row);
    process.stderr.write(
      `${((performance.now() - started) / 1000).toFixed(0)} s  ${ratioOf(row).toFixed(2)}  ${row.name}\n`,
    );
  });
  console.log(`\n${name}\n\n${tableOf(own)}`);
}
load.push(loadavg()[0]!);

const all = Object.values(rows).flat();
const notable = all.filter((row) => ratioOf(row) > NOTABLE).map((row) => `${row.name} ${ratioOf(row).toFixed(2)}`);
console.log(`\nRows above ${NOTABLE.toFixed(2)}: ${notable.join("; ") || "none"}.`);
const writers = writersTable();
if (writers !== "") console.log(`\n${writers}`);
const seconds = Math.round((performance.now() - started) / 1000);
console.log(`\n${rounds} rounds, ${seconds} s, load average ${load.map((value) => value.toFixed(2)).join(" to ")}.`);

const folder = new URL("results/", import.meta.url);
mkdirSync(folder, { recursive: true });
const about = {
  date: new Date().toISOString().slice(0, 10),
  node: process.version,
  cpus: cpus().length,
  load,
  rounds,
  seconds,
};
const shorten = (_: string, value: unknown): unknown => (typeof value === "number" ? Number(value.toFixed(3)) : value);
writeFileSync(new URL(`${options.out}.json`, folder), `${JSON.stringify({ about, rows }, shorten)}\n`);

/** 16 writers of one session, as a multiple of 16 that write the sessions of 64 visitors. */
function writersTable(): string {
  const lines = all.flatMap((many) => {
    const one = all.find(({ name }) => name === many.name.replace(/: write$/, ": writers") && name !== many.name);
    if (one === undefined || one.wall === undefined || many.wall === undefined) return [];
    const cell = (writers: readonly number[], write: readonly number[]): string =>
      median(writers.map((value, round) => value / write[round]!)).toFixed(2);
    const cells = [
      cell(one.before, many.before),
      cell(one.now, many.now),
      cell(one.wall.before, many.wall.before),
      cell(one.wall.now, many.wall.now),
    ];
    return [`| ${many.name.replace(/: write$/, "")} | ${cells.join(" | ")} |`];
  });
  if (lines.length === 0) return "";
  const heads = ["16 writers : 64 visitors", "CPU before", "CPU now", "clock before", "clock now"];
  return [`| ${heads.join(" | ")} |`, "| --- | ---: | ---: | ---: | ---: |", ...lines].join("\n");
}
