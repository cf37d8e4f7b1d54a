/**
 * How long the grade of a random key takes, here and in another checkout, in turns within one run:
 * the ratio does not depend on what else the machine does.
 *
 *   npm exec -- node bench/grade.ts [path/to/another/checkout] [--rounds 7]
 *
 * The first key of a process is measured in processes of their own. All figures go to
 * bench/results/keys.json.
 */
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { loadavg } from "node:os";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { GENERATORS } from "../scripts/random-keys.ts";
import { generateSecretKey } from "../src/keys/generate.ts";
import { writeResults } from "./write-results.ts";

const here = fileURLToPath(new URL("..", import.meta.url));
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: "string", default: "7" } },
});
const checkouts = [here, ...positionals.map((path) => resolve(path))];
/** Where the grading stands now, and where it stood in older commits. */
const PLACES = ["src/keys/grading/grade.ts", "src/keys/grade.ts"];
const modules = checkouts.map((path) => {
  const file = PLACES.map((place) => `${path}/${place}`).find((candidate) => existsSync(candidate));
  if (file === undefined) throw new Error(`There is no grading in ${path}. Fix: name the folder of a checkout.`);
  return file;
});
const KEYS = 100;
const ROUNDS = Number(options.rounds);
/** Rounds before those that count, in which the compiler learns what is called often. */
const WARM = Math.min(8, ROUNDS + 1);

type Grade = (key: string | Uint8Array) => unknown;
const grades: readonly Grade[] = await Promise.all(
  modules.map(async (path) => ((await import(path)) as { readonly gradeSecretKey: Grade }).gradeSecretKey),
);

/** Milliseconds of CPU. */
function cost(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((first, second) => first - second)[numbers.length >> 1]!;
const row = (name: string, times: readonly number[]): string =>
  `| ${name} | ${times.map((time) => time.toFixed(2)).join(" | ")} | ${times.length > 1 ? (times[1]! / times[0]!).toFixed(1) : ""} |`;

/** By kind of key: the figures of each round, one for each checkout. */
const milliseconds: Record<string, readonly (readonly number[])[]> = {};
console.log(
  `| milliseconds of CPU | ${checkouts.map((_, index) => (index === 0 ? "here" : "there")).join(" | ")} | ratio |`,
);
console.log(`|---|${checkouts.map(() => "---:").join("|")}|---:|`);
for (const [name, make] of Object.entries(GENERATORS)) {
  const keys = Array.from({ length: KEYS }, make);
  const work = (): readonly number[] => grades.map((grade) => cost(() => keys.forEach((key) => grade(key))) / KEYS);
  for (let round = 0; round < WARM; round++) work();
  const rounds = Array.from({ length: ROUNDS }, work);
  milliseconds[name] = rounds;
  console.log(
    row(
      name,
      grades.map((_, index) => median(rounds.map((times) => times[index]!))),
    ),
  );
}

const FIRST = `const { gradeSecretKey } = await import(process.argv[1]);
  const before = process.cpuUsage();
  gradeSecretKey(process.argv[2]);
  const { user, system } = process.cpuUsage(before);
  console.log((user + system) / 1000);`;
for (const [name, make] of [
  ["64 hexadecimal digits", () => randomBytes(32).toString("hex")],
  ["a key made here", () => generateSecretKey()],
] as const) {
  const first = (path: string): number =>
    Number(execFileSync(process.execPath, ["--input-type=module", "-e", FIRST, path, make()], { encoding: "utf8" }));
  const rounds = Array.from({ length: ROUNDS }, () => modules.map((path) => first(path)));
  milliseconds[`the first key of a process, ${name}`] = rounds;
  console.log(
    row(
      `the first key of a process, ${name}`,
      modules.map((_, index) => median(rounds.map((times) => times[index]!))),
    ),
  );
}
writeResults("keys", { about: { rounds: ROUNDS, load: loadavg()[0] }, milliseconds }, 3);
