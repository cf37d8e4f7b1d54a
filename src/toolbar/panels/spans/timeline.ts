import { counted, formatInteger, formatMilliseconds } from "../../format.ts";
import type { Block, TimelineBlock } from "../../blocks.ts";
import type { Panel } from "../../panel.ts";
import type { Recording } from "../../recording.ts";
import { kindHue, kindWords } from "./kind-words.ts";
import { timelineRows, type HiddenSpans, type TimelineRow } from "./timeline-rows.ts";

/** All spans of a request over time, as plain JSON. */
export interface TimelineStats {
  readonly requestMs: number;
  /** When the headers were sent; null if that is not known. */
  readonly headersMs: number | null;
  /** How many spans were recorded. */
  readonly recorded: number;
  /** How many more were counted only, by kind. */
  readonly omitted: Readonly<Record<string, number>>;
  /** The bars, in the order in which they are drawn: at most 200 with the marks. */
  readonly rows: readonly TimelineRow[];
  /** Spans without a bar, because there are too many. */
  readonly hidden: readonly HiddenSpans[];
  readonly marks: readonly { readonly label: string; readonly atMs: number }[];
}

type DrawnRow = TimelineBlock["rows"][number];

const MOST_ROWS = 200;
const MOST_MARKS = 50;
const HEADERS = "Headers sent";

/** Shows all spans of a request in one waterfall, with what they are inside of and their lines. */
export function timelinePanel(): Panel<TimelineStats> {
  return { id: "timeline", title: "Timeline", collect, subtitle, view };
}

function collect(recording: Recording): TimelineStats {
  const marks = recording.marks.filter(({ label }) => label !== HEADERS).slice(0, MOST_MARKS);
  return {
    requestMs: recording.elapsed(),
    headersMs: recording.marks.find(({ label }) => label === HEADERS)?.at ?? null,
    recorded: recording.spans.length,
    omitted: recording.omittedSpans,
    ...timelineRows(recording.spans, MOST_ROWS - marks.length - 2),
    marks: marks.map(({ label, at }) => ({ label, atMs: at })),
  };
}

function subtitle({ recorded, omitted }: TimelineStats): string | undefined {
  const count = Object.values(omitted).reduce((sum, number) => sum + number, recorded);
  return count === 0 ? undefined : formatInteger(count);
}

function view(stats: TimelineStats): readonly Block[] {
  const { requestMs, recorded, omitted, hidden } = stats;
  return [
    { kind: "timeline", title: "What happened when", total: requestMs, rows: rowsOf(stats) },
    ...(hidden.length === 0
      ? []
      : [
          {
            kind: "note" as const,
            tone: "info" as const,
            text: `Not drawn, because they are shorter: ${hidden.map(({ kind, count, totalMs }) => `${kindWords(kind)} ${formatInteger(count)} (${formatMilliseconds(totalMs)} ms)`).join(", ")}.`,
          },
        ]),
    ...Object.entries(omitted).map(([kind, count]): Block => ({
      kind: "note",
      tone: "warn",
      text: `${kindWords(kind)}: ${counted(count, "more span was", "more spans were")} counted and not recorded.`,
    })),
    ...(recorded === 0
      ? [
          {
            kind: "text" as const,
            text: "No query, cache call, outgoing request or other span was recorded. toolbar.span(name, fn) adds spans of your own.",
          },
        ]
      : []),
  ];
}

/** The phases, and in each of them what began in it: spans with their parts, and marks. */
function rowsOf({ requestMs, headersMs, rows, marks }: TimelineStats): readonly DrawnRow[] {
  const trees: { readonly start: number; readonly rows: DrawnRow[] }[] = [];
  for (const row of rows) {
    if (row.depth === 0) trees.push({ start: row.startMs, rows: [] });
    trees.at(-1)!.rows.push(drawn(row, requestMs));
  }
  for (const { label, atMs } of marks)
    trees.push({ start: atMs, rows: [{ label, start: atMs, duration: 0, depth: 1 }] });
  const inside = (from: number, to: number): readonly DrawnRow[] =>
    trees
      .filter(({ start }) => start >= from && start < to)
      .toSorted((one, other) => one.start - other.start)
      .flatMap((tree) => tree.rows);
  if (headersMs === null) return [{ label: "Request", start: 0, duration: requestMs }, ...inside(-Infinity, Infinity)];
  return [
    { label: "Until headers", start: 0, duration: headersMs, detail: "handler and middleware" },
    ...inside(-Infinity, headersMs),
    {
      label: "Body",
      start: headersMs,
      duration: Math.max(0, requestMs - headersMs),
      detail: "until the last byte was written",
    },
    ...inside(headersMs, Infinity),
  ];
}

function drawn({ kind, label, startMs, durationMs, depth, where, error, count }: TimelineRow, total: number): DrawnRow {
  const remarks = [
    // The row above says that these are middleware and handlers.
    ...(kind === "layer" ? [] : [kindWords(kind)]),
    ...(durationMs === null ? ["not ended"] : []),
    ...(error === null ? [] : [`✕ ${error}`]),
  ];
  return {
    label: count > 1 ? `${label} ×${formatInteger(count)}` : label,
    start: startMs,
    // A duration of 0 would be drawn as a mark.
    duration: Math.max(0.01, durationMs ?? total - startMs),
    ...(error === null ? { hue: kindHue(kind) } : { tone: "error" as const }),
    ...(remarks.length === 0 ? {} : { detail: remarks.join(" · ") }),
    depth: depth + 1,
    ...(where === "" ? {} : { where }),
  };
}
