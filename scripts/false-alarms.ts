/**
 * Grades many keys of each usual generator and prints those that are called weak or refused: there
 * has to be none.
 *
 *     node scripts/false-alarms.ts [number of keys of each] [part of a generator's name]
 */
import { gradeSecretKey } from "../src/keys/grading/grade.ts";
import { GENERATORS } from "./random-keys.ts";

const [count = "1000000", part = ""] = process.argv.slice(2);
const SHOWN = 5;
let [keys, alarms] = [0, 0];
for (const [name, make] of Object.entries(GENERATORS)) {
  if (!name.includes(part)) continue;
  const found: string[] = [];
  for (let index = 0; index < Number(count); index++) {
    const key = make();
    const { verdict, summary, bits } = gradeSecretKey(key);
    if (verdict === "weak" || verdict === "refused")
      found.push(`  ${typeof key === "string" ? key : Buffer.from(key).toString("hex")}: ${bits} bits, ${summary}`);
  }
  keys += Number(count);
  alarms += found.length;
  process.stdout.write(`${[`${name}: ${found.length} of ${count}`, ...found.slice(0, SHOWN)].join("\n")}\n`);
}
process.stdout.write(`all: ${alarms} of ${keys}\n`);
process.exitCode = alarms === 0 ? 0 : 1;
