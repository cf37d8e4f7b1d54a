import type { Build } from "../build.ts";
import { measure, repeat } from "../signing/contender.ts";
import { ours } from "../signing/ours.ts";
import { payloads } from "../signing/payloads.ts";
import { inTurns, type Row } from "./row.ts";

/** The rows of signing.ts. */
export async function signingRows(
  builds: readonly [Build, Build],
  rounds: number,
  note: (row: Row) => void,
): Promise<void> {
  const [before, now] = await Promise.all(builds.map(async (build) => ours(await build.entry("latchkey/signing"))));
  for (const [size, value] of payloads) {
    for (const [index, contender] of before!.entries()) {
      const jobs = [await contender.start(value), await now![index]!.start(value)] as const;
      for (const operation of ["verify", "sign"] as const) {
        // Long enough for the optimising compiler.
        for (const job of jobs) if (!("measure" in job)) await repeat(job[operation], 2000);
        const times: [number[], number[]] = [[], []];
        await inTurns(rounds, async (build) => void times[build].push(await measure(jobs[build], operation)));
        note({ name: `${contender.name}: ${operation}, ${size}`, before: times[0], now: times[1] });
      }
    }
  }
}
