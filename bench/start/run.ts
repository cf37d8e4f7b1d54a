/*
 * Measures how long a program takes that only imports: each entry point of two builds of this
 * package, other session libraries, and what no such library gets below: the package `cookie`, and
 * node:crypto. An empty program is measured too, and what the others take longer than it is the
 * cost of the import.
 *
 *   npm run build
 *   npm install --prefix bench
 *   npm exec -- node bench/start/run.ts [dist before] [--rounds 25] [--only "latchkey$"]
 *
 * The whole program counts, from its start by the operating system to its end. All programs take
 * turns in each round, in random order. Beside the time on the clock stands the CPU time that the
 * program itself has measured at its end: other programs on the machine change it less. All figures
 * go to bench/results/start.json.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { median } from "../before-after/row.ts";
import { writeResults } from "../write-results.ts";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: "string", default: "25" }, only: { type: "string", default: "" } },
});
const own = join(dirname(fileURLToPath(import.meta.url)), "../../dist");
/** The dist folder of another commit. */
const [before] = positionals;
const rounds = Number(options.rounds);
if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds ${options.rounds} is not a number of rounds.`);

/** Session libraries that a server imports in the place of this one. */
const PEERS = ["express-session", "iron-session", "better-auth", "@auth/core", "@auth/express"];
/** What a server does with the package at its start, beside the import. */
const READY = `const keys = loadKeyRing({ env: { SECRET_KEY: "lk1_u7Jq2Lm9AbkzPQw83jfLs0-dkeMvbYtqRzX1c5hGnUq20p_T" } });
new SessionManager({ keys });`;

const programs = new Map([
  ["an empty program", ""],
  ["node:crypto", 'import "node:crypto";'],
  ["cookie", `import ${JSON.stringify(import.meta.resolve("cookie"))};`],
]);
for (const [when, dist] of [
  ["before", before],
  ["now", own],
] as const) {
  if (dist === undefined) continue;
  const entryPoints = entryPointsOf(resolve(dist));
  for (const [name, address] of entryPoints) programs.set(`${name}, ${when}`, `import ${JSON.stringify(address)};`);
  programs.set(
    `latchkey and latchkey/express, ${when}`,
    ["latchkey", "latchkey/express"].map((name) => `import ${JSON.stringify(entryPoints.get(name))};`).join("\n"),
  );
  // Older commits have it in the main entry point.
  const keys = entryPoints.has("latchkey/keys") ? "latchkey/keys" : "latchkey";
  programs.set(
    `a manager with a key, ${when}`,
    `import { SessionManager } from ${JSON.stringify(entryPoints.get("latchkey"))};
import { loadKeyRing } from ${JSON.stringify(entryPoints.get(keys))};
${READY}`,
  );
}
for (const peer of PEERS) {
  try {
    programs.set(peer, `import ${JSON.stringify(import.meta.resolve(peer))};`);
  } catch {
    console.log(`Left out, because it is not installed: ${peer}. Fix: npm install --prefix bench\n`);
  }
}
const only = new RegExp(options.only);
for (const name of programs.keys()) if (name !== "an empty program" && !only.test(name)) programs.delete(name);

const folder = mkdtempSync(join(tmpdir(), "latchkey-start-"));
/** Milliseconds of each round: on the clock, and of the CPU. */
const times = new Map<string, number[]>();
const cpuTimes = new Map<string, number[]>();
/** Written without process.stdout, which would load more than it measures. */
const REPORT = `process.on("exit", () => {
  const { user, system } = process.cpuUsage();
  process.getBuiltinModule("node:fs").writeSync(1, String((user + system) / 1000));
});`;
const load = [loadavg()[0]!];
try {
  const files = [...programs].map(([name, text], index) => {
    const file = join(folder, `${index}.mjs`);
    writeFileSync(file, `${text}\n${REPORT}`);
    times.set(name, []);
    cpuTimes.set(name, []);
    return { name, file };
  });
  // The first round only fills the caches of the operating system.
  for (let round = -1; round < rounds; round++)
    for (const { name, file } of shuffled(files)) {
      const start = process.hrtime.bigint();
      const { status, stdout, stderr } = spawnSync(process.execPath, [file], { encoding: "utf8" });
      const milliseconds = Number(process.hrtime.bigint() - start) / 1e6;
      if (status !== 0) throw new Error(`${name}: ${stderr}`);
      if (round < 0) continue;
      times.get(name)!.push(milliseconds);
      cpuTimes.get(name)!.push(Number(stdout));
    }
} finally {
  rmSync(folder, { recursive: true });
}
load.push(loadavg()[0]!);

const EMPTY = "an empty program";
const more = (all: ReadonlyMap<string, readonly number[]>, name: string): string =>
  (median(all.get(name)!) - median(all.get(EMPTY)!)).toFixed(1);
const cell = (name: string): string => {
  const measured = times.get(name);
  if (measured === undefined) return "– | – | –";
  const range = `${Math.min(...measured).toFixed(0)} to ${Math.max(...measured).toFixed(0)}`;
  return `${more(times, name)} | ${more(cpuTimes, name)} | ${range}`;
};
const names = [...new Set([...programs.keys()].map((name) => name.replace(/, (?:before|now)$/, "")))];
console.log("| program | ms more than empty, before | of the CPU | whole, min to max | now | CPU | whole |");
console.log("|---|---:|---:|---:|---:|---:|---:|");
for (const name of names.filter((name) => !programs.has(name)))
  console.log(`| ${name} | ${cell(`${name}, before`)} | ${cell(`${name}, now`)} |`);
for (const name of names.filter((name) => programs.has(name))) console.log(`| ${name} | | | | ${cell(name)} |`);
const [empty, emptyCpu] = [times, cpuTimes].map((all) => median(all.get(EMPTY)!).toFixed(1));
console.log(`\nEmpty: ${empty} ms, ${emptyCpu} of the CPU. ${rounds} rounds, load average ${load.join(" to ")}.`);

const about = {
  load,
  rounds,
};
const figures = { milliseconds: Object.fromEntries(times), cpuMilliseconds: Object.fromEntries(cpuTimes) };
writeResults("start", { about, ...figures }, 2);

/** The addresses of the files of a build, by the names that users import. */
function entryPointsOf(dist: string): ReadonlyMap<string, string> {
  const { exports } = JSON.parse(readFileSync(join(dist, "../package.json"), "utf8")) as {
    readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
  };
  return new Map(
    Object.entries(exports).flatMap(([name, target]) =>
      typeof target === "string"
        ? []
        : [[`latchkey${name.slice(1)}`, pathToFileURL(join(dist, "..", target.default)).href] as const],
    ),
  );
}

function shuffled<Item>(items: readonly Item[]): Item[] {
  const found = [...items];
  for (let at = found.length - 1; at > 0; at--) {
    const other = Math.floor(Math.random() * (at + 1));
    [found[at], found[other]] = [found[other]!, found[at]!];
  }
  return found;
}
