/**
 * All benchmarks, one after the other: `npm run bench`. With `--quick` each is as short as it can
 * be, all of them together less than three minutes, and their figures go to artifacts/bench.
 * Otherwise they go to bench/results, and docs/performance.md is made of them.
 *
 *   npm run bench [-- --quick] [--only sessions,start]
 *
 * What the others are measured against is in bench/package.json, and is installed if it is not
 * there. What cannot be installed is named, and left out.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { benchPackages, measuredOn, packageVersion } from "./measured-on.ts";

interface Part {
  readonly name: string;
  readonly file: string;
  readonly full: readonly string[];
  readonly quick: readonly string[];
}

const here = fileURLToPath(new URL(".", import.meta.url));
const root = join(here, "..");
const { values: options } = parseArgs({
  options: { quick: { type: "boolean", default: false }, only: { type: "string", default: "" } },
});
const folder = options.quick ? join(root, "artifacts/bench") : join(here, "results");

/** Libraries for logins, which only read sessions here, have a run of their own. */
const AUTH = "express: (?:Auth|better-auth)";
const auth = ["--only", `${AUTH}|express: latchkey (?:encrypted|signed|memory)`, "--scenarios"].concat([
  "read,forged,anonymous",
  "--out",
  "sessions-auth",
]);

const PARTS: readonly Part[] = [
  { name: "signing", file: "signing.ts", full: [], quick: ["--rounds", "2"] },
  { name: "keys", file: "grade.ts", full: [], quick: ["--rounds", "1"] },
  { name: "start", file: "start/run.ts", full: [], quick: ["--rounds", "2"] },
  {
    name: "sessions",
    file: "sessions/run.ts",
    full: ["--only", `^(?!${AUTH})`],
    quick: ["--quick", "--only", `^express: (?!Auth|better)`, "--scenarios", "read,write"],
  },
  {
    name: "auth",
    file: "sessions/run.ts",
    full: [...auth, "--window", "0.5"],
    quick: [...auth, "--quick", "--rounds", "1", "--scenarios", "read"],
  },
  { name: "growth", file: "sessions/growth.ts", full: [], quick: ["--quick"] },
  {
    name: "number",
    file: "sessions/number.ts",
    full: [],
    quick: ["--max", "10000", "--rounds", "2", "--samples", "50", "--stores", "sqlite,redis"],
  },
  { name: "stores", file: "stores.ts", full: [], quick: ["--rounds", "2", "--calls", "48"] },
  { name: "flask", file: "flask/run.ts", full: [], quick: ["--rounds", "1", "--window", "0.3"] },
  { name: "rendering", file: "flask/rendering.ts", full: [], quick: ["--rounds", "2", "--milliseconds", "40"] },
  { name: "toolbar", file: "toolbar/run.ts", full: ["11"], quick: ["1"] },
];
const wanted = options.only === "" ? PARTS.map(({ name }) => name) : options.only.split(",");
const unknown = wanted.filter((name) => !PARTS.some((part) => part.name === name));
if (unknown.length > 0)
  throw new Error(
    `There is no benchmark ${unknown.join(", ")}. Fix: --only ${PARTS.map(({ name }) => name).join(",")}`,
  );

installPeers();
sayVersions();
mkdirSync(folder, { recursive: true });
const env = { ...process.env, LATCHKEY_BENCH_RESULTS: folder };
const seconds = new Map<string, number>();
const failed: string[] = [];
for (const { name, file, full, quick } of PARTS.filter((part) => wanted.includes(part.name))) {
  console.log(`\n## ${name}\n`);
  const began = performance.now();
  const isDone = runs([join(here, file), ...(options.quick ? quick : full)]);
  seconds.set(name, Math.round((performance.now() - began) / 1000));
  if (!isDone) failed.push(name);
}
const page = options.quick ? ["--results", folder, "--out", folder] : [];
if (!runs([join(root, "scripts/build-performance.ts"), ...page])) failed.push("the page");
const whole = [...seconds.values()].reduce((sum, each) => sum + each, 0);
console.log(`\n${[...seconds].map(([name, each]) => `${name} ${each} s`).join(", ")}: ${whole} s. Figures: ${folder}`);
if (failed.length > 0) {
  console.error(`Failed: ${failed.join(", ")}.`);
  process.exitCode = 1;
}

function runs(args: readonly string[]): boolean {
  const flags = ["--disable-warning=ExperimentalWarning"];
  return spawnSync(process.execPath, [...flags, ...args], { cwd: root, env, stdio: "inherit" }).status === 0;
}

/** Installs the packages of bench/package.json, unless all of them are there. */
function installPeers(): void {
  if (benchPackages().every((name) => packageVersion(name) !== undefined)) return;
  const { status } = spawnSync("npm", ["ci", "--prefix", here, "--no-audit", "--no-fund"], {
    cwd: root,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (status !== 0) console.log("Not all of bench/package.json could be installed.");
}

/** The machine, and the version of each package that something is measured against. */
function sayVersions(): void {
  const { node, cpus, model, gigabytes, load, versions, missing } = measuredOn();
  console.log(`Node ${node}, ${cpus} × ${model}, ${gigabytes} GB, load average ${load}`);
  const list = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  console.log(`Measured against: ${list.join(", ")}`);
  if (missing.length > 0) console.log(`Left out, because not installed: ${missing.join(", ")}.`);
}
