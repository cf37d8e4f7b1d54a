import { counted, formatInteger } from "../../format.ts";
import type { Block, Finding, NumbersBlock } from "../../blocks.ts";
import type { Panel } from "../../panel.ts";
import type { Recording } from "../../recording.ts";
import type { Span } from "../../span.ts";
import { durationCell, headline, remarks, spanTable, totalItems } from "./span-cells.ts";
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
import { costOf, repeatOf, warning, type SpanRepeat } from "./span-findings.ts";

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
export interface CacheRepeat extends SpanRepeat<"loop" | "same"> {
  /** `loop`: one line sent the same command again and again. `same`: one key was read again. */
  readonly kind: "loop" | "same";
  readonly label: string;
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
    .map((list) => ({ ...repeatOf("loop", list, list[0]), label: commandOf(list[0]!) }));
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
    .map((list) => ({ ...repeatOf("same", list), label: list[0]!.label.slice(0, 200) }));
}

function findings({ repeats, calls, failed }: CacheStats): readonly Finding[] {
  const error = calls.find((call) => call.error !== null);
  const failures =
    error === undefined
      ? []
      : [warning(`${counted(failed, "cache call")} failed. The first is ${error.label}: ${error.error}`, error.where)];
  return [...failures, ...repeats.map((repeat) => warning(sentenceOf(repeat), repeat.where))];
}

function sentenceOf(repeat: CacheRepeat): string {
  const { kind, label, count } = repeat;
  const times = `${label} ran ${counted(count, "time")}`;
  return kind === "loop"
    ? `${times} one after the other, ${costOf(repeat)}. Send one command for all keys, or a pipeline.`
    : `${times}, ${costOf(repeat)}, and nothing was written to this key in between. Read it once.`;
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
        // A call of a cache in the process takes no time that could be measured.
        cost === 0 ? "" : durationCell(cost, requestMs),
      ]),
    },
    spanTable({
      one: "Call",
      count,
      spans: calls,
      labelOf: ({ label }) => label,
      columns: [{ title: "Result" }],
      cellsOf: ({ isHit }) => [isHit === null ? "" : isHit ? "hit" : "miss"],
    }),
  ];
}

function numbersOf(stats: CacheStats): NumbersBlock["items"] {
  const { hits, misses } = stats;
  const results = [
    { value: formatInteger(hits), label: "Hits" },
    { value: formatInteger(misses), label: "Misses" },
  ];
  return totalItems(stats, "Call", hits + misses === 0 ? [] : results);
}
