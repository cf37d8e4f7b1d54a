/**
 * Plays random histories of browsers, servers and attackers: npm run simulate -- --seed 7 --runs
 * 5000 --kind redis
 */
import { parseArgs } from "node:util";
import { PARTS, type Part } from "../test/simulation/commands.ts";
import { KIND_NAMES, type KindName } from "../test/simulation/kinds.ts";
import { simulate } from "../test/simulation/simulate.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    runs: { type: "string", default: "2000" },
    kind: { type: "string", multiple: true },
    path: { type: "string" },
    parts: { type: "string" },
    length: { type: "string" },
  },
});
const seed = Number(values.seed ?? Math.trunc(Math.random() * 2 ** 31));
const kinds = oneOf(values.kind ?? KIND_NAMES, KIND_NAMES) as KindName[];
const parts = values.parts === undefined ? undefined : (oneOf(values.parts.split(","), PARTS) as Part[]);

for (const kind of kinds) {
  const length = values.length === undefined ? undefined : Number(values.length);
  const { runs, seconds, failure } = await simulate({
    kind,
    seed,
    runs: Number(values.runs),
    path: values.path,
    parts,
    length,
  });
  console.log(
    `${kind}: seed ${seed}, ${runs} histories, ${seconds.toFixed(1)} s, ${failure === undefined ? "all as promised" : `broken (--path ${failure.path})`}`,
  );
  if (failure === undefined) continue;
  console.log(failure.message);
  process.exitCode = 1;
}

function oneOf(given: readonly string[], known: readonly string[]): readonly string[] {
  for (const each of given)
    if (!known.includes(each)) throw new Error(`"${each}" is not one of ${known.join(", ")}. Fix: give one of these.`);
  return given;
}
