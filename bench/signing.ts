/*
 * Signing and verifying side by side: latchkey/signing, the floor of bare node:crypto and JSON,
 * itsdangerous in Python, and what Node servers use instead. All of them take turns in one run;
 * what counts is CPU time, and the median of the ratios of each turn.
 *
 *   npm exec -- node bench/signing.ts [--rounds 21]
 *
 * `floor` is JSON and createHmac, and nothing else: no time, no encoding. `floor + base64 + zlib`
 * does by hand what the format of URLSafeTimedSerializer demands. cookie-signature and keygrip sign
 * the JSON and know no time, as Signer does; jose's tokens are JWTs with an expiry; iron-session
 * encrypts. What is not installed is named and left out. The figures of all rounds go to
 * bench/results/signing.json.
 */
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import * as signing from "../src/signing/index.ts";
import { type Contender, measure, repeat } from "./signing/contender.ts";
import { floors } from "./signing/floors.ts";
import { ours } from "./signing/ours.ts";
import { payloads } from "./signing/payloads.ts";
import { peers } from "./signing/peers.ts";
import { startPython } from "./signing/python.ts";
import { ratioOf, spreadOf } from "./spread.ts";
import { writeResults } from "./write-results.ts";

const { values: options } = parseArgs({
  options: { rounds: { type: "string", default: "21" } },
});
const rounds = Number(options.rounds);

/** What was measured of one contender. */
interface Row {
  readonly payload: string;
  readonly operation: "verify" | "sign";
  readonly contender: string;
  /** The name of the same class in Python. */
  readonly inPython?: string | undefined;
  /** CPU time of one operation, of each round. */
  readonly microseconds: readonly number[];
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
    for (const job of jobs) if (!("measure" in job)) await repeat(job[operation], rounds < 5 ? 300 : 2000);
    const times: number[][] = contenders.map(() => []);
    for (let round = 0; round < rounds; round++) {
      // In another order each time: what one leaves to the garbage collector, another may have to
      // pay for, but never always the same one.
      for (const index of shuffled(jobs.length)) times[index]!.push(await measure(jobs[index]!, operation));
    }
    for (const [index, { name, inPython }] of contenders.entries())
      rows.push({ payload, operation, contender: name, inPython, microseconds: times[index]! });
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
    const own = rows.filter((row) => row.payload === payload && row.operation === operation);
    const of = (name: string | undefined): readonly number[] | undefined =>
      own.find(({ contender }) => contender === name)?.microseconds;
    for (const { contender, inPython, microseconds } of own) {
      const python = of(inPython);
      const cells = [
        spreadOf(microseconds).median,
        ratioOf(microseconds, of("floor")!).median,
        ratioOf(microseconds, of("floor + base64 + zlib")!).median,
        python && ratioOf(python, microseconds).median,
      ];
      console.log(contender.padEnd(38) + cells.map(cell).join(""));
    }
  }
}
console.log(
  `\nNot installed: ${missing.join(", ") || "nothing"}. Load average ${load.map((value) => value.toFixed(2)).join(" to ")}.`,
);
writeResults("signing", { about: { rounds, load, missing }, rows }, 2);
