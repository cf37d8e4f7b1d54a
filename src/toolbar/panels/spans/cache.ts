import { counted, formatInteger, formatMilliseconds } from "../../format.ts";
import type { Block, Finding, NumbersBlock } from "../../blocks.ts";
import type { Panel } from "../../panel.ts";
import type { Recording } from "../../recording.ts";
import type { Span } from "../../span.ts";
import { durationCell, headline, labelCell, remarks, shareOf, whereCell } from "./span-cells.ts";
import {
  areInSequence,
  factsOf,
  groupedBy,
  isComplete,
  spansOf,
  sumMs,
  textIn,
  totalsOf,
  type SpanFacts,
  type SpanTotals,
} from "./span-facts.ts";

/** A command to Redis, or a call of a cache in the process. */
export interface CacheCall extends SpanFacts {
  /** "redis", or the name of the cache. */
  readonly cache: string;
  /** "GET cart:7"; values are "?". */
  readonly label: string;
  /** Whether it found something; null for what does not read. */
  readonly isHit: boolean | null;
}

/** What ran again and again. */
export interface CacheRepeat {
  /** `loop`: one line sent the same command again and again. `same`: one key was read again. */
  readonly kind: "loop" | "same";
  readonly label: string;
  readonly count: number;
  readonly totalMs: number;
  readonly where: string;
}

/** The calls of Redis and of caches in one request, as plain JSON. */
export interface CacheStats extends SpanTotals {
  readonly hits: number;
  readonly misses: number;
  readonly commands: readonly {
    readonly cache: string;
    readonly command: string;
    readonly count: number;
    readonly totalMs: number;
    readonly hits: number;
    readonly misses: number;
  }[];
  /** At most 5. */
  readonly repeats: readonly CacheRepeat[];
  /** The first 200, in the order of their beginning. */
  readonly calls: readonly CacheCall[];
}

const KINDS = ["redis", "cache"];
const MOST = { calls: 200, commands: 50, repeats: 5, keys: 20 };
/** From so many commands of one kind on, from one line, one after the other, it is a loop. */
const LOOP = 10;
/** From so many reads of one key on, without a write to it in between. */
const SAME = 3;
/** Commands that read one key. */
const READS = /^(?:get|hget|hmget|hgetall|smembers|lrange|zrange|json\.get)$/i;
/** Commands that may write any key. */
const WRITES_ANY = /^(?:eval|fcall|function|multi|exec|pipeline|flush|restore|migrate|swapdb)/i;

/** Shows Redis and caches: commands, hits and misses, time and lines. */
export function cachePanel(): Panel<CacheStats> {
  return {
    id: "cache",
    title: "Cache & Redis",
    collect,
    subtitle: ({ count }) => (count === 0 ? undefined : formatInteger(count)),
    findings,
    numbers: (stats) => headline(stats, "cache call"),
    view,
  };
}

function collect(recording: Recording): CacheStats {
  const spans = spansOf(recording, KINDS);
  const hits = (list: readonly Span[], isHit: boolean): number =>
    list.filter(({ detail }) => detail["isHit"] === isHit).length;
  return {
    ...totalsOf(recording, KINDS, spans),
    hits: hits(spans, true),
    misses: hits(spans, false),
    commands: groupedBy(spans, (span) => `${cacheOf(span)} ${commandOf(span)}`)
      .map((list) => ({
        cache: cacheOf(list[0]!),
        command: commandOf(list[0]!),
        count: list.length,
        totalMs: sumMs(list),
        hits: hits(list, true),
        misses: hits(list, false),
      }))
      .slice(0, MOST.commands),
    repeats: [...loopsIn(spans), ...rereadsIn(spans)].slice(0, MOST.repeats),
    calls: spans.slice(0, MOST.calls).map((span) => ({
      ...factsOf(span),
      cache: cacheOf(span),
      label: span.label.slice(0, 300),
      isHit: typeof span.detail["isHit"] === "boolean" ? span.detail["isHit"] : null,
    })),
  };
}

function cacheOf(span: Span): string {
  return textIn(span, "cache") || span.kind;
}

function commandOf(span: Span): string {
  return (textIn(span, "command") || /^\S+/.exec(span.label)?.[0] || "").slice(0, 50);
}

/** Only Redis, as a call of a cache in the process takes no time, and only what waits each time. */
function loopsIn(spans: readonly Span[]): readonly CacheRepeat[] {
  const redis = spans.filter(({ kind, where }) => kind === "redis" && where !== "");
  return groupedBy(redis, (span) => `${commandOf(span)} ${span.where}`)
    .filter((list) => list.length >= LOOP && areInSequence(list))
    .map((list) => ({
      kind: "loop",
      label: commandOf(list[0]!),
      count: list.length,
      totalMs: sumMs(list),
      where: list[0]!.where,
    }));
}

function rereadsIn(spans: readonly Span[]): readonly CacheRepeat[] {
  const writes = new Map<string, number>();
  let writesToAny = 0;
  const reads = spans.flatMap((span) => {
    if (span.kind !== "redis") return [];
    const [, ...words] = span.label.split(" ");
    if (READS.test(commandOf(span))) {
      const version = `${writesToAny} ${writes.get(words[0] ?? "") ?? 0}`;
      return isComplete(span.label) && !words.includes("?") ? [{ span, key: `${version} ${span.label}` }] : [];
    }
    if (words.length === 0 || WRITES_ANY.test(commandOf(span))) writesToAny++;
    // Which of the words are keys depends on the command.
    for (const word of words.slice(0, MOST.keys)) writes.set(word, (writes.get(word) ?? 0) + 1);
    return [];
  });
  return groupedBy(reads, ({ key }) => key)
    .map((list) => list.map(({ span }) => span))
    .filter((list) => list.length >= SAME)
    .map((list) => ({
      kind: "same",
      label: list[0]!.label.slice(0, 200),
      count: list.length,
      totalMs: sumMs(list),
      where: list.at(-1)!.where,
    }));
}

function findings({ repeats, calls, failed }: CacheStats): readonly Finding[] {
  const error = calls.find((call) => call.error !== null);
  const whereOf = (where: string): Pick<Finding, "where"> => (where === "" ? {} : { where });
  return [
    ...(error === undefined
      ? []
      : [
          {
            tone: "warn" as const,
            text: `${counted(failed, "cache call")} failed. The first is ${error.label}: ${error.error}`,
            ...whereOf(error.where),
          },
        ]),
    ...repeats.map(({ kind, label, count, totalMs, where }): Finding => {
      const cost = `${formatMilliseconds(totalMs)} ms in all`;
      return {
        tone: "warn",
        text:
          kind === "loop"
            ? `${label} ran ${counted(count, "time")} one after the other from ${where}, ${cost}. Send one command for all keys, or a pipeline.`
            : `${label} ran ${counted(count, "time")}, ${cost}, and nothing was written to this key in between. Read it once.`,
        ...whereOf(where),
      };
    }),
  ];
}

function view(stats: CacheStats): readonly Block[] {
  const { count, commands, calls, requestMs } = stats;
  if (count === 0) return [{ kind: "text", text: "No call of Redis or of a cache was recorded for this request." }];
  return [
    { kind: "numbers", items: numbersOf(stats) },
    ...remarks(stats, "cache call"),
    {
      kind: "table",
      title: "Commands",
      columns: [
        { title: "Cache" },
        { title: "Command", grow: true },
        { title: "Calls", align: "right" },
        { title: "Hits", align: "right" },
        { title: "Misses", align: "right" },
        { title: "ms", align: "right" },
      ],
      rows: commands.map(({ cache, command, count: calls, hits, misses, totalMs: cost }) => [
        cache,
        { text: command, mono: true },
        calls,
        hits + misses === 0 ? "" : hits,
        hits + misses === 0 ? "" : misses,
        durationCell(cost, requestMs),
      ]),
    },
    {
      kind: "table",
      title:
        calls.length === count ? "Calls" : `The first ${formatInteger(calls.length)} of ${formatInteger(count)} calls`,
      columns: [
        { title: "At", align: "right" },
        { title: "Call", grow: true },
        { title: "Result" },
        { title: "ms", align: "right" },
        { title: "Where" },
      ],
      rows: calls.map((call) => [
        `${formatMilliseconds(call.startMs)} ms`,
        labelCell(call.label, call),
        call.isHit === null ? "" : call.isHit ? "hit" : "miss",
        durationCell(call.durationMs),
        whereCell(call.where),
      ]),
    },
  ];
}

function numbersOf(stats: CacheStats): NumbersBlock["items"] {
  const { count, totalMs, hits, misses, failed, wallMs, requestMs } = stats;
  return [
    { value: formatInteger(count), label: count === 1 ? "Call" : "Calls" },
    { value: formatMilliseconds(totalMs), unit: "ms", label: "In all" },
    { value: shareOf(stats), unit: "%", label: "Of the request", meter: { value: wallMs, of: requestMs } },
    ...(hits + misses === 0
      ? []
      : [
          { value: formatInteger(hits), label: "Hits" },
          { value: formatInteger(misses), label: "Misses" },
        ]),
    ...(failed === 0 ? [] : [{ value: formatInteger(failed), label: "Failed", tone: "error" as const }]),
  ];
}
