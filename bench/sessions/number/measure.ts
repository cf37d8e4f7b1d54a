import { quantile } from "../load.ts";
import { anyOf, nextExpiry, payload } from "./session.ts";
import type { Subject } from "./subject.ts";

export const OPERATIONS = ["read", "write", "touch"] as const;
export type Operation = (typeof OPERATIONS)[number];

/** Microseconds. */
type Figures = readonly [p50: number, p99: number];

/** One point of a line. */
export interface Row extends Readonly<Record<Operation, Figures>> {
  readonly line: string;
  readonly sessions: number;
  readonly bytesPerSession: number;
  /** The least and the greatest p50 of a round. */
  readonly range?: Readonly<Record<Operation, readonly [least: number, greatest: number]>>;
}

const WARM_UP_ROUNDS = 2;
/** Calls before each block of samples, in which the processor forgets the block before. */
const WARM_UP_CALLS = 50;

/**
 * In each round every subject has a block of so many samples of each operation, in an order that is
 * new each time: whatever else the machine does meets all of them alike. Figures are the medians
 * over all rounds of the p50 and p99 of a block.
 */
export async function measure(subjects: readonly Subject[], rounds: number, samples: number): Promise<Row[]> {
  const blocks = new Map(
    subjects.map((subject) => [subject, { read: [], write: [], touch: [] } as Record<Operation, Figures[]>]),
  );
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    for (const operation of OPERATIONS) {
      for (const subject of shuffled(subjects)) {
        const block = await time(samples, async (id) => await perform[operation](subject, id), subject.sessions);
        if (round >= 0) blocks.get(subject)![operation].push(block);
      }
    }
  }
  return subjects.map((subject) => {
    const { line, sessions, bytesPerSession } = subject;
    const figures = (operation: Operation): Figures => {
      const own = blocks.get(subject)![operation];
      return [
        quantile(
          own.map(([p50]) => p50),
          0.5,
        ),
        quantile(
          own.map(([, p99]) => p99),
          0.5,
        ),
      ];
    };
    const rangeOf = (operation: Operation): [number, number] => {
      const all = blocks.get(subject)![operation].map(([p50]) => p50);
      return [Math.min(...all), Math.max(...all)];
    };
    const range = { read: rangeOf("read"), write: rangeOf("write"), touch: rangeOf("touch") };
    const [read, write, touch] = [figures("read"), figures("write"), figures("touch")];
    return { line, sessions, bytesPerSession, read, write, touch, range };
  });
}

async function time(samples: number, work: (id: string) => Promise<void>, sessions: number): Promise<Figures> {
  const took: number[] = [];
  for (let sample = -WARM_UP_CALLS; sample < samples; sample++) {
    const id = anyOf(sessions);
    const started = performance.now();
    await work(id);
    if (sample >= 0) took.push((performance.now() - started) * 1000);
  }
  return [quantile(took, 0.5), quantile(took, 0.99)];
}

const perform: Readonly<Record<Operation, (subject: Subject, id: string) => Promise<void>>> = {
  read: async ({ line, store }, id) => {
    if ((await store.get(id)) === undefined) throw new Error(`${line} has lost a session.`);
  },
  write: async ({ line, store }, id) => {
    const before = await store.get(id);
    if (before === undefined) throw new Error(`${line} has lost a session.`);
    if (!(await store.set(id, changed(before), nextExpiry(), { replaces: before })))
      throw new Error(`${line} refused a write.`);
  },
  // Only the expiry changes. The payload has to be known for that, so a read is part of it.
  touch: async ({ line, store }, id) => {
    const before = await store.get(id);
    if (before === undefined) throw new Error(`${line} has lost a session.`);
    if (!(await store.set(id, before, nextExpiry(), { replaces: before })))
      throw new Error(`${line} refused to extend a session.`);
  },
};

/** Another text of the same length. */
function changed(text: string): string {
  return text === payload ? payload.replace('"visits":1', '"visits":2') : payload;
}

function shuffled<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => [Math.random(), item] as const)
    .sort(([one], [other]) => one - other)
    .map(([, item]) => item);
}
