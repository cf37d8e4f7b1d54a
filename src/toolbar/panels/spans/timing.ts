import { counted, formatMilliseconds } from "../../format.ts";
import type { Block, Cell, NumbersBlock } from "../../blocks.ts";
import type { Panel } from "../../panel.ts";
import type { Recording } from "../../recording.ts";
import type { Span } from "../../span.ts";
import { kindHue, kindWords } from "./kind-words.ts";
import { durationCell, labelCell, whereCell } from "./span-cells.ts";
import { coveredMs, factsOf, groupedBy, roundMs, sumMs, type SpanFacts } from "./span-facts.ts";
import { CONTAINERS, timeShares } from "./time-shares.ts";

/** Where the time of a request went, as plain JSON. */
export interface TimingStats {
  readonly requestMs: number;
  /** From how many milliseconds on a request counts as slow. */
  readonly slowFromMs: number;
  /** When the headers were sent; null if that is not known. */
  readonly headersMs: number | null;
  /** Of the whole process; null if the runtime does not report it. */
  readonly cpuMs: number | null;
  /** Of the whole process; null if the runtime does not report it. */
  readonly loopBusyMs: number | null;
  /** How many other requests were running at the end. */
  readonly otherRequests: number;
  readonly kinds: readonly {
    readonly kind: string;
    readonly count: number;
    /** How long at least one of them ran. */
    readonly wallMs: number;
    /** The sum of their durations. */
    readonly totalMs: number;
  }[];
  /** How long nothing ran that is recorded: the application's own code, or what is not observed. */
  readonly restMs: number;
  /** The spans with the most time of their own, that is without what ran inside. At most 10. */
  readonly slowest: readonly (SpanFacts & { readonly kind: string; readonly label: string; readonly selfMs: number })[];
}

const MOST_SLOWEST = 10;

/** Shows how long a request took, and what of it: queries, other servers, CPU and event loop. */
export function timingPanel(slowMs: number): Panel<TimingStats> {
  return {
    id: "timing",
    title: "Timing",
    collect: (recording) => collect(recording, slowMs),
    subtitle: ({ requestMs }) => `${formatMilliseconds(requestMs)} ms`,
    findings: (stats) => (isSlow(stats) ? [{ tone: "warn", text: slowSentence(stats) }] : []),
    overview: (stats) => timeShares(stats, "Where the time went"),
    view,
  };
}

function collect(recording: Recording, slowFromMs: number): TimingStats {
  const { spans, marks, cost } = recording;
  const requestMs = recording.elapsed();
  const children = new Map<number, Span[]>();
  for (const span of spans) {
    if (span.parent === null) continue;
    const siblings = children.get(span.parent);
    if (siblings === undefined) children.set(span.parent, [span]);
    else siblings.push(span);
  }
  const slowest = spans
    .map((span) => ({
      ...factsOf(span),
      kind: span.kind,
      label: span.label.slice(0, 200),
      selfMs: selfMs(span, children, requestMs),
    }))
    .toSorted((one, other) => other.selfMs - one.selfMs);
  return {
    requestMs,
    slowFromMs,
    headersMs: marks.find(({ label }) => label === "Headers sent")?.at ?? null,
    cpuMs: cost.cpu ?? null,
    loopBusyMs: cost.loopBusy ?? null,
    otherRequests: cost.others,
    kinds: groupedBy(spans, ({ kind }) => kind)
      .map((list) => ({
        kind: list[0]!.kind,
        count: list.length + (recording.omittedSpans[list[0]!.kind] ?? 0),
        wallMs: coveredMs(list, requestMs),
        totalMs: sumMs(list),
      }))
      .toSorted((one, other) => other.wallMs - one.wallMs),
    restMs: roundMs(
      Math.max(
        0,
        requestMs -
          coveredMs(
            spans.filter(({ kind }) => !CONTAINERS.has(kind)),
            requestMs,
          ),
      ),
    ),
    slowest: slowest.slice(0, MOST_SLOWEST),
  };
}

function selfMs(
  { id, start, duration }: Span,
  children: ReadonlyMap<number, readonly Span[]>,
  requestMs: number,
): number {
  const end = duration === null ? requestMs : start + duration;
  return roundMs(Math.max(0, end - start - coveredMs(children.get(id) ?? [], end)));
}

function isSlow({ requestMs, slowFromMs }: TimingStats): boolean {
  return requestMs >= slowFromMs;
}

function slowSentence({ requestMs, slowFromMs, kinds }: TimingStats): string {
  const most = kinds.find(({ kind }) => !CONTAINERS.has(kind));
  const part =
    most === undefined || most.wallMs < requestMs / 2
      ? ""
      : ` Most of it was ${kindWords(most.kind)}: ${formatMilliseconds(most.wallMs)} ms.`;
  return `The request took ${formatMilliseconds(requestMs)} ms. It counts as slow from ${formatMilliseconds(slowFromMs)} ms on.${part}`;
}

function view(stats: TimingStats): readonly Block[] {
  const { requestMs, kinds, restMs, slowest } = stats;
  const explanation = explain(stats);
  return [
    { kind: "numbers", items: numbersOf(stats) },
    ...timeShares(stats),
    ...(explanation === "" ? [] : [{ kind: "text" as const, text: explanation }]),
    ...(kinds.length === 0
      ? []
      : [
          {
            kind: "table" as const,
            title: "Where the time went",
            columns: [
              { title: "What", grow: true },
              { title: "Number", align: "right" as const },
              { title: "ms", align: "right" as const },
            ],
            rows: [
              ...kinds.map(({ kind, count, wallMs }): Cell[] => [
                kindWords(kind),
                count,
                durationCell(wallMs, requestMs, kindHue(kind)),
              ]),
              [
                { text: "Nothing that is recorded", detail: "the application's own code, or waiting" },
                "",
                durationCell(restMs, requestMs, 5),
              ],
            ],
          },
          {
            kind: "table" as const,
            title: "The longest, without what ran inside of them",
            columns: [
              { title: "What", grow: true },
              { title: "Kind" },
              { title: "ms", align: "right" as const },
              { title: "Where" },
            ],
            rows: slowest.map((span) => [
              labelCell(span.label, span),
              kindWords(span.kind),
              durationCell(span.selfMs, requestMs, kindHue(span.kind)),
              whereCell(span.where),
            ]),
          },
        ]),
  ];
}

function numbersOf(stats: TimingStats): NumbersBlock["items"] {
  const { requestMs, headersMs, cpuMs, loopBusyMs } = stats;
  const number = (value: number | null, label: string): NumbersBlock["items"] =>
    value === null ? [] : [{ value: formatMilliseconds(value), unit: "ms", label }];
  return [
    { value: formatMilliseconds(requestMs), unit: "ms", label: "Total", tone: isSlow(stats) ? "warn" : "plain" },
    ...number(headersMs, "Until headers"),
    ...number(cpuMs, "CPU"),
    ...number(loopBusyMs, "Event loop busy"),
  ];
}

/** CPU and event loop are of the whole process, which matters only if it did something else. */
function explain({ requestMs, cpuMs, loopBusyMs, otherRequests }: TimingStats): string {
  if (cpuMs === null && loopBusyMs === null) return "This runtime does not report CPU and event loop.";
  return [
    ...(otherRequests === 0
      ? []
      : [
          `CPU and event loop are measured for the whole process, and ${counted(otherRequests, "other request was", "other requests were")} running at the end.`,
        ]),
    ...(requestMs > 20 && loopBusyMs !== null && loopBusyMs > requestMs * 0.8
      ? ["The event loop was busy nearly all the time: other requests had to wait."]
      : []),
  ].join(" ");
}
