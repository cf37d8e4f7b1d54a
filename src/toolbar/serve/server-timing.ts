import { counted } from "../format.ts";
import type { Recording } from "../recording.ts";
import type { Span } from "../span.ts";

/** What the header tells of a recording. */
export interface TimedRecording extends Pick<Recording, "elapsed" | "omittedSpans"> {
  readonly spanTimes: readonly Time[];
}

type Time = Pick<Span, "kind" | "start" | "duration">;

/** What kinds of spans are called in the header, in its order. Others go by their own name. */
const NAMES: Readonly<Record<string, string>> = { sql: "db", redis: "redis", http: "http" };
const MOST_ENTRIES = 10;

/**
 * The value of the header Server-Timing: `total;dur=91.4, db;dur=17;desc="9 calls"`. All durations
 * are milliseconds until now. That of a kind is the time in which at least one of its spans was
 * running: two queries in parallel do not count twice.
 */
export function serverTiming(recording: TimedRecording): string {
  const now = recording.elapsed();
  const total = `total;dur=${round(now)}`;
  // A layer of the framework lasts as long as all that is inside of it.
  const times = recording.spanTimes.filter(({ kind }) => kind !== "layer");
  // The first byte waits for this header, and most pages that stream have asked nothing before it.
  if (times.length === 0) return total;
  const byKind = Map.groupBy(times, ({ kind }) => kind);
  const kinds = [...new Set([...Object.keys(NAMES), ...byKind.keys()])].filter(
    (kind) => byKind.has(kind) && /^[a-z][a-z0-9-]*$/.test(kind),
  );
  const entries = kinds.map((kind) => {
    const spans = byKind.get(kind)!;
    const calls = counted(spans.length + (recording.omittedSpans[kind] ?? 0), "call");
    return `${NAMES[kind] ?? kind};dur=${busy(spans, now)};desc="${calls}"`;
  });
  return [total, ...entries].slice(0, MOST_ENTRIES).join(", ");
}

/** The time in which at least one of the spans was running. */
function busy(spans: readonly Time[], now: number): number {
  let total = 0;
  let until = 0;
  for (const { start, duration } of spans.toSorted((one, other) => one.start - other.start)) {
    const end = duration === null ? now : start + duration;
    total += Math.max(0, end - Math.max(start, until));
    until = Math.max(until, end);
  }
  return round(total);
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100;
}
