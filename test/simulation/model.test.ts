import { describe, expect, test } from "vitest";
import { postgresPrograms, redisPrograms } from "../support/services.ts";
import { KIND_NAMES, type KindName } from "./kinds.ts";
import { simulate } from "./simulate.ts";

/** Of all kinds. A run that fails prints it: set LATCHKEY_SEED to see the same histories again. */
const SEED = Number(process.env["LATCHKEY_SEED"] ?? Math.trunc(Math.random() * 2 ** 31));
/** Every step of these is a trip over a network, so they play fewer histories. */
const RUNS: Partial<Record<KindName, number>> = { redis: 500, postgres: 500 };
const isThere = (kind: KindName): boolean =>
  kind === "redis" ? redisPrograms !== undefined : kind !== "postgres" || postgresPrograms !== undefined;

describe(`browsers, servers and an attacker in random histories, seed ${SEED}`, () => {
  test.each(KIND_NAMES.map((kind) => ({ kind })))(
    "C1, C2, C3, C4, S1: with $kind all histories go as promised",
    { timeout: 600_000 },
    async ({ kind }) => {
      if (!isThere(kind)) return;
      const { runs, seconds, failure } = await simulate({ kind, seed: SEED, runs: RUNS[kind] ?? 2000 });
      console.log(`${kind}: seed ${SEED}, ${runs} histories in ${seconds.toFixed(1)} s`);
      const again = `npm run simulate -- --kind ${kind} --seed ${SEED} --path ${failure?.path}`;
      expect(failure === undefined ? "as promised" : `${again}\n${failure.message}`).toBe("as promised");
    },
  );
});
