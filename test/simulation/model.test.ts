import { describe, expect, test } from "vitest";
import { postgresPrograms, redisPrograms } from "../support/services.ts";
import { KIND_NAMES, type KindName } from "./kinds.ts";
import { simulate } from "./simulate.ts";

/** Printed by each run. Set LATCHKEY_SEED to play the same histories again. */
const SEED = Number(process.env["LATCHKEY_SEED"] ?? Math.trunc(Math.random() * 2 ** 31));
const RUNS = 2000;
const MISSING: Partial<Record<KindName, boolean>> = {
  redis: redisPrograms === undefined,
  postgres: postgresPrograms === undefined,
};

describe(`browsers, servers and an attacker in random histories, seed ${SEED}`, () => {
  for (const kind of KIND_NAMES) {
    const title = `C1, C2, C3, C4, S1: with ${kind} all histories go as promised`;
    test.skipIf(MISSING[kind] === true)(title, { timeout: 1_800_000 }, async () => {
      const { runs, seconds, failure } = await simulate({ kind, seed: SEED, runs: RUNS });
      console.log(`${kind}: seed ${SEED}, ${runs} histories in ${seconds.toFixed(1)} s`);
      const again = `npm run simulate -- --kind ${kind} --seed ${SEED} --path ${failure?.path}`;
      expect(failure === undefined ? "as promised" : `${again}\n${failure.message}`).toBe("as promised");
    });
  }
});
