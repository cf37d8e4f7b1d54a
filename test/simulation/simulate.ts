import fc from "fast-check";
import { histories, PARTS, type History, type Part } from "./commands.ts";
import { openKind, Time, type KindName } from "./kinds.ts";
import { World } from "./world.ts";

export interface Simulation {
  readonly kind: KindName;
  readonly seed: number;
  readonly runs: number;
  /** Where fast-check goes on, as it prints it: to replay one history. */
  readonly path?: string | undefined;
  /** What happens in addition to visits. Default: everything. */
  readonly parts?: readonly Part[] | undefined;
  /** The most steps of a history. */
  readonly length?: number | undefined;
}

export interface Result {
  readonly runs: number;
  readonly seconds: number;
  /** Undefined if every history went as promised. */
  readonly failure: { readonly message: string; readonly path: string; readonly history: History } | undefined;
}

/**
 * Plays random histories on one way of keeping sessions, until one breaks a promise; that one is
 * made as short as it can be.
 */
export async function simulate({
  kind: name,
  seed,
  runs,
  path,
  parts = PARTS,
  length = 24,
}: Simulation): Promise<Result> {
  const began = performance.now();
  // Thousands of managers would each warn once of cookies that came twice.
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = () => {};
  const time = new Time();
  const kind = await openKind(name, time);
  // The second application keeps its sessions apart, in the same way where that needs no server.
  const neighbour = await openKind(kind.store === undefined ? name : "memory", time);
  try {
    const property = fc.asyncProperty(histories(new Set(parts), length), async (history) => {
      time.now = Time.START;
      await new World(history, kind, neighbour, time).play(history);
    });
    const { failed, numRuns, counterexample, counterexamplePath, errorInstance } = await fc.check(property, {
      seed,
      numRuns: runs,
      ...(path === undefined ? {} : { path }),
    });
    const seconds = (performance.now() - began) / 1000;
    if (!failed) return { runs: numRuns, seconds, failure: undefined };
    const message =
      errorInstance instanceof Error
        ? errorInstance.name === "Error"
          ? errorInstance.message
          : String(errorInstance.stack)
        : String(errorInstance);
    return { runs: numRuns, seconds, failure: { message, path: counterexamplePath!, history: counterexample![0] } };
  } finally {
    process.emitWarning = emitWarning;
    await Promise.all([kind.close(), neighbour.close()]);
  }
}
