import { setImmediate } from "node:timers/promises";

/** One way to sign and verify a payload. */
export interface Job {
  readonly sign: () => unknown;
  readonly verify: () => unknown;
}
/** The same in another process, which measures by itself: microseconds for each operation. */
export interface RemoteJob {
  readonly measure: (operation: "sign" | "verify", milliseconds: number) => Promise<number>;
}

export interface Contender {
  readonly name: string;
  readonly version?: string | undefined;
  /** The name of the same class in Python. */
  readonly inPython?: string | undefined;
  readonly start: (payload: unknown) => Job | RemoteJob | Promise<Job>;
}

/** The secret key of all contenders. */
export const KEY = "0f4c1d7e9b2a483f8d5e6c7b1a2938475f6e7d8c9bab0c1d";

// Long enough for most garbage to be collected in the time of who made it. The objects of
// node:crypto and node:zlib are finalized between two turns of the event loop, so there has to be
// one now and then, as in a server.
const BATCH_MS = 20;
const STEP = 100;

/** Runs an operation so many times. */
export async function repeat(operation: () => unknown, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    const result = operation();
    if (result instanceof Promise) await result;
  }
}

/**
 * Microseconds of CPU time for each operation, over a batch of a fixed time. Not of the clock on
 * the wall: others may use the machine. Threads that collect garbage or compute signatures count as
 * well.
 */
export async function measure(job: Job | RemoteJob, operation: keyof Job): Promise<number> {
  if ("measure" in job) return job.measure(operation, BATCH_MS);
  const before = process.cpuUsage();
  let count = 0;
  for (;;) {
    await repeat(job[operation], STEP);
    await setImmediate();
    count += STEP;
    const { user, system } = process.cpuUsage(before);
    if (user + system >= BATCH_MS * 1000) return (user + system) / count;
  }
}
