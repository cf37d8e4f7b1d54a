/**
 * All benchmarks, one after the other: `npm run bench`. With `--quick` each is as short as it can be,
 * all of them together about three minutes, and their figures go to artifacts/bench. Otherwise they go
 * to bench/results.
 *
 *   npm run bench [-- --quick] [--only sessions,start]
 *
 * What the others are measured against is in bench/package.json. What is not installed is named.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

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
const save = ["--save", join(folder, "signing.json")];

const PARTS: readonly Part[] = [
  { name: "signing", file: "signing.ts", full: save, quick: ["--rounds", "2", ...save] },
  { name: "keys", file: "grade.ts", full: [], quick: [] },
  { name: "start", file: "start/run.ts", full: [], quick: ["--rounds", "3"] },
  {
    name: "sessions",
    file: "sessions/run.ts",
    full: [],
    quick: ["--quick", "--only", "express", "--scenarios", "read,write"],
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

sayVersions();
mkdirSync(folder, { recursive: true });
const env = { ...process.env, LATCHKEY_BENCH_RESULTS: folder };
const seconds = new Map<string, number>();
const failed: string[] = [];
for (const { name, file, full, quick } of PARTS.filter((part) => wanted.includes(part.name))) {
  console.log(`\n## ${name}\n`);
  const began = performance.now();
  const { status } = spawnSync(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", join(here, file), ...(options.quick ? quick : full)],
    { cwd: root, env, stdio: "inherit" },
  );
  seconds.set(name, Math.round((performance.now() - began) / 1000));
  if (status !== 0) failed.push(name);
}
const whole = [...seconds.values()].reduce((sum, each) => sum + each, 0);
console.log(`\n${[...seconds].map(([name, each]) => `${name} ${each} s`).join(", ")}: ${whole} s. Figures: ${folder}`);
if (failed.length > 0) {
  console.error(`Failed: ${failed.join(", ")}.`);
  process.exitCode = 1;
}

/** The machine, and the version of each package that something is measured against. */
function sayVersions(): void {
  const memory = Math.round(totalmem() / 2 ** 30);
  console.log(
    `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? "?"}, ${memory} GB, load average ${loadavg()[0]!.toFixed(1)}`,
  );
  const manifest = JSON.parse(readFileSync(join(here, "package.json"), "utf8")) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  const shared = ["express", "fastify", "hono", "koa", "express-session", "iron-session", "jose", "redis", "ioredis"];
  const installed: string[] = [];
  const missing: string[] = [];
  for (const name of [...Object.keys(manifest.dependencies), ...shared].toSorted()) {
    const file = [here, root].map((place) => join(place, "node_modules", name, "package.json")).find(existsSync);
    if (file === undefined) missing.push(name);
    else installed.push(`${name} ${(JSON.parse(readFileSync(file, "utf8")) as { readonly version: string }).version}`);
  }
  console.log(`Measured against: ${installed.join(", ")}`);
  if (missing.length > 0)
    console.log(`Left out, because not installed: ${missing.join(", ")}. Fix: npm ci --prefix bench`);
}
