import { counted, formatInteger, formatMilliseconds } from "../format.ts";
import type { Block, NumbersBlock } from "../blocks.ts";
import type { Panel } from "../panel.ts";
import type { Recording } from "../recording.ts";
import { ProcessMonitor, type Heap } from "./application/process-monitor.ts";

/** The data of the panel Memory. All of it is of the whole process. Sizes in bytes. */
export interface MemoryStats {
  readonly heapBefore: number | null;
  readonly heapAfter: number | null;
  readonly heapLimit: number | null;
  /** Outside of the heap: buffers. */
  readonly external: number | null;
  /** Null where the runtime does not report them. Times in milliseconds since the start. */
  readonly collections: readonly { readonly kind: string; readonly start: number; readonly duration: number }[] | null;
  /** Times of at least 5 ms in which the event loop was blocked. */
  readonly delays: readonly { readonly start: number; readonly duration: number }[];
  readonly others: number;
}

/** The heap of one request; `after` is at this time since its start, in milliseconds. */
interface Heaps {
  readonly before: Heap | undefined;
  readonly after: Heap | undefined;
  readonly elapsed: number;
}

/**
 * Shows the heap before and after the request, garbage collections and delays of the event loop.
 */
export function memoryPanel(): Panel<MemoryStats> {
  const monitor = new ProcessMonitor();
  const heaps = (recording: Recording): Heaps =>
    recording.slot("memory", () => ({ before: monitor.lastHeap, after: undefined, elapsed: -1 }));
  return {
    id: "memory",
    title: "Memory",
    begin: (recording) => {
      monitor.start();
      heaps(recording);
    },
    close: () => monitor.close(),
    collect: (recording) => {
      const { origin } = recording;
      const measured = heaps(recording);
      const total = recording.elapsed();
      // A record is collected again if more is known of it later. The request has ended by then.
      if (measured.elapsed !== total) Object.assign(measured, { after: monitor.heap(), elapsed: total });
      const { before, after } = measured;
      const isDuring = ({ start }: { readonly start: number }): boolean => start <= origin + total;
      const relative = <Item extends { readonly start: number; readonly duration: number }>(item: Item): Item => ({
        ...item,
        start: round(Math.max(0, item.start - origin)),
        // What began before the request counts from its beginning.
        duration: round(item.duration - Math.max(0, origin - item.start)),
      });
      return {
        heapBefore: before?.used ?? null,
        heapAfter: after?.used ?? null,
        heapLimit: after?.limit ?? null,
        external: after?.external ?? null,
        collections: monitor.seesCollections ? monitor.collectionsSince(origin).filter(isDuring).map(relative) : null,
        delays: monitor.delaysSince(origin).filter(isDuring).map(relative),
        others: recording.cost.others,
      };
    },
    view: viewMemory,
  };
}

function viewMemory(stats: MemoryStats): Block[] {
  const { collections, delays, others } = stats;
  const blocks: Block[] = [{ kind: "numbers", items: numbers(stats) }];
  if (collections !== null && collections.length > 0)
    blocks.push({
      kind: "table",
      title: "Garbage collections",
      columns: [
        { title: "Kind", grow: true },
        { title: "At", align: "right" },
        { title: "Took", align: "right" },
      ],
      rows: collections.map(({ kind, start, duration }) => [kind, milliseconds(start), milliseconds(duration)]),
    });
  if (delays.length > 0)
    blocks.push({
      kind: "table",
      title: "The event loop was blocked",
      columns: [
        { title: "At", grow: true },
        { title: "For", align: "right" },
      ],
      rows: delays.map(({ start, duration }) => [milliseconds(start), milliseconds(duration)]),
    });
  blocks.push({
    kind: "text",
    text:
      "All of this is of the whole process: JavaScript has one heap and one event loop for all requests. " +
      (others === 0
        ? "No other request was running at the end."
        : `${counted(others, "other request was", "other requests were")} running at the end.`),
  });
  return blocks;
}

function numbers({ heapBefore, heapAfter, external, collections, delays }: MemoryStats): NumbersBlock["items"] {
  const size = (label: string, bytes: number | null): NumbersBlock["items"] =>
    bytes === null ? [] : [{ value: megabytes(bytes), unit: "MB", label }];
  const longest = delays.reduce((most, { duration }) => Math.max(most, duration), 0);
  return [
    ...size("Heap before", heapBefore),
    ...size("Heap after", heapAfter),
    ...size("Outside of the heap", external),
    ...(collections === null
      ? []
      : collections.length === 0
        ? [{ value: "0", label: "Garbage collections" }]
        : [
            {
              value: formatMilliseconds(collections.reduce((sum, { duration }) => sum + duration, 0)),
              unit: "ms",
              label: counted(collections.length, "garbage collection"),
            },
          ]),
    { value: formatMilliseconds(longest), unit: "ms", label: "Longest delay of the event loop" },
  ];
}

function milliseconds(value: number): string {
  return `${formatMilliseconds(value)} ms`;
}

function megabytes(bytes: number): string {
  const value = bytes / 1_048_576;
  return value < 100 ? value.toFixed(1) : formatInteger(Math.round(value));
}

function round(value: number): number {
  return Math.max(0, Math.round(value * 100) / 100);
}
