import type { Measured } from "./server.ts";

/** How much larger the heap may be at the end, beside a tenth of what it was: 6 MB. */
const ALLOWED_HEAP = 6_000_000;
/** So many more descriptors may be open at the end: the connections of a pool. */
export const ALLOWED_DESCRIPTORS = 16;

export interface HeapVerdict {
  /** Medians of the first and the last third, in bytes. */
  readonly first: number;
  readonly last: number;
  /** Why it is not flat; undefined if it is. */
  readonly broken: string | undefined;
}

/**
 * Whether the memory stayed flat: the median of the last third of all samples against that of the
 * first third. Each sample is the heap after a collection.
 */
export function judgeHeap(samples: readonly Measured[]): HeapVerdict {
  const third = Math.max(1, Math.floor(samples.length / 3));
  const [first, last] = [samples.slice(0, third), samples.slice(-third)].map((some) => {
    const heaps = some.map(({ heap }) => heap).toSorted((one, other) => one - other);
    return heaps[heaps.length >> 1] ?? 0;
  }) as [number, number];
  const most = first * 1.1 + ALLOWED_HEAP;
  const broken =
    last > most
      ? `Its heap grew from ${megabytes(first)} to ${megabytes(last)}; ${megabytes(most)} are allowed.`
      : undefined;
  return { first, last, broken };
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
