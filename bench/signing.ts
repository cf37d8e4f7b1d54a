/*
 * Signing and verifying side by side: latchkey/signing, the floor of bare node:crypto and JSON,
 * itsdangerous in Python, and what Node servers use instead. All of them take turns in one run;
 * what counts is CPU time, and the median of the ratios of each turn.
 *
 *   npm exec -- node bench/signing.ts [--rounds 21] [--save bench/results/signing.json]
 *
 * `floor` is JSON and createHmac, and nothing else: no time, no encoding. `floor + base64 + zlib`
 * does by hand what the format of URLSafeTimedSerializer demands. cookie-signature and keygrip sign
 * the JSON and know no time, as Signer does; jose's tokens are JWTs with an expiry; iron-session
 * encrypts. What is not installed is named and left out.
 */
import { writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import * as signing from "../src/signing/index.ts";
import { type Contender, type Job, measure, ratio, repeat } from "./signing/contender.ts";
import { floors } from "./signing/floors.ts";
import { ours } from "./signing/ours.ts";
import { payloads } from "./signing/payloads.ts";
import { peers } from "./signing/peers.ts";
import { startPython } from "./signing/python.ts";

const { values: options } = parseArgs({
  options: { rounds: { type: "string", default: "21" }, save: { type: "string" } },
});
const rounds = Number(options.rounds);

interface Row {
  readonly payload: string;
  readonly operation: keyof Job;
  readonly contender: string;
  readonly microseconds: number;
  /** How many times as long as the floors. */
  readonly floor: number;
  readonly formatFloor: number;
  /** How many times as fast as the same class in Python; only for what has one there. */
  readonly timesPython?: number | undefined;
}

function shuffled(length: number): number[] {
  return Array.from({ length }, (_, index) => ({ index, place: Math.random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ index }) => index);
}

const python = await startPython();
const { found, missing } = await peers();
const contenders: readonly Contender[] = [...floors, ...ours(signing), ...(python?.contenders ?? []), ...found];
if (python === undefined) missing.push("itsdangerous (Python)");
const load = [loadavg()[0]!];
const rows: Row[] = [];

for (const [payload, value] of payloads) {
  const jobs = await Promise.all(contenders.map(async ({ start }) => start(value)));
  for (const operation of ["verify", "sign"] as const) {
    // Long enough for the optimising compiler.
    for (const job of jobs) if (!("measure" in job)) await repeat(job[operation], 2000);
    const times: number[][] = contenders.map(() => []);
    for (let round = 0; round < rounds; round++) {
      // In another order each time: what one leaves to the garbage collector, another may have to
      // pay for, but never always the same one.
      for (const index of shuffled(jobs.length)) times[index]!.push(await measure(jobs[index]!, operation));
    }
    const of = (name: string): readonly number[] | undefined =>
      times[contenders.findIndex((contender) => contender.name === name)];
    for (const [index, { name, inPython }] of contenders.entries()) {
      const mine = times[index]!;
      const theirs = inPython === undefined ? undefined : of(inPython);
      rows.push({
        payload,
        operation,
        contender: name,
        microseconds: ratio(mine),
        floor: ratio(mine, of("floor")),
        formatFloor: ratio(mine, of("floor + base64 + zlib")),
        timesPython: theirs && ratio(theirs, mine),
      });
    }
  }
}
python?.stop();
load.push(loadavg()[0]!);

const cell = (number: number | undefined): string => (number === undefined ? "" : number.toFixed(2)).padStart(14);
for (const [payload, value] of payloads) {
  for (const operation of ["verify", "sign"] as const) {
    console.log(`\n${operation}, ${payload} (${JSON.stringify(value).length} bytes of JSON)`);
    console.log(
      "".padEnd(38) + ["CPU us", "/ floor", "/ format floor", "x Python"].map((head) => head.padStart(14)).join(""),
    );
    for (const row of rows) {
      if (row.payload !== payload || row.operation !== operation) continue;
      console.log(
        row.contender.padEnd(38) + [row.microseconds, row.floor, row.formatFloor, row.timesPython].map(cell).join(""),
      );
    }
  }
}
console.log(
  `\nNot installed: ${missing.join(", ") || "nothing"}. Load average ${load.map((value) => value.toFixed(2)).join(" to ")}.`,
);

const rounded = rows.map((row) =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, typeof value === "number" ? Number(value.toFixed(2)) : value]),
  ),
);
const result = {
  date: new Date().toISOString().slice(0, 10),
  versions: {
    node: process.version.slice(1),
    ...python?.versions,
    ...Object.fromEntries(found.map(({ name, version }) => [name, version])),
  },
  machine: `${cpus().length} virtual CPUs, ${process.arch}`,
  load: load.map((value) => Number(value.toFixed(2))),
  rounds,
  missing,
  rows: rounded,
};
if (options.save === undefined) console.log(JSON.stringify(result));
else writeFileSync(options.save, `${JSON.stringify(result, null, 1)}\n`);
