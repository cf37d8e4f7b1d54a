import { counted, formatInteger } from "../../format.ts";
import type { Block, Cell, Finding } from "../../blocks.ts";
import type { Panel } from "../../panel.ts";
import type { Recording } from "../../recording.ts";
import type { Span } from "../../span.ts";
import { unreported } from "../unreported.ts";
import { durationCell, headline, remarks, spanTable, totalItems } from "./span-cells.ts";
import {
  areInSequence,
  factsOf,
  groupedBy,
  isComplete,
  numberIn,
  spansOf,
  sumMs,
  textIn,
  totalsOf,
  type SpanFacts,
  type SpanTotals,
} from "./span-facts.ts";
import { costOf, repeatOf, warning, type SpanRepeat } from "./span-findings.ts";

/** A request to another server. */
export interface OutgoingRequest extends SpanFacts {
  readonly method: string;
  readonly url: string;
  readonly host: string;
  /** The other server's status; null without an answer. */
  readonly status: number | null;
  /** Bytes of the body that was received; null if unknown. */
  readonly bytes: number | null;
}

/** Requests that could be fewer, or faster. */
export interface OutgoingRepeat extends SpanRepeat<"loop" | "same"> {
  /** `loop`: one line sent one after the other to one host. `same`: one address was read again. */
  readonly kind: "loop" | "same";
  readonly target: string;
}

/** The requests to other servers in one request, as plain JSON. */
export interface OutgoingStats extends SpanTotals {
  readonly hosts: readonly {
    readonly host: string;
    readonly count: number;
    readonly totalMs: number;
    readonly failed: number;
  }[];
  /** At most 5. */
  readonly repeats: readonly OutgoingRepeat[];
  /** The first 200, in the order of their beginning. */
  readonly requests: readonly OutgoingRequest[];
}

const KINDS = ["http"];
const MOST = { requests: 200, hosts: 50, repeats: 5, findings: 5 };
/** From so many requests on, from one line to one host, one after the other, it is a loop. */
const LOOP = 3;
/** From so many GET requests to one address on. */
const SAME = 2;

/** Shows the requests to other servers: address, status, size, time and line. */
export function outgoingPanel(): Panel<OutgoingStats> {
  return {
    id: "outgoing",
    title: "Outgoing HTTP",
    collect,
    subtitle: ({ count }) => (count === 0 ? undefined : formatInteger(count)),
    findings,
    numbers: (stats) => headline(stats, "outgoing request"),
    view,
  };
}

function collect(recording: Recording): OutgoingStats {
  const spans = spansOf(recording, KINDS);
  return {
    ...totalsOf(recording, KINDS, spans),
    hosts: groupedBy(spans, hostOf)
      .map((list) => ({
        host: hostOf(list[0]!),
        count: list.length,
        totalMs: sumMs(list),
        failed: list.filter(({ error }) => error !== null).length,
      }))
      .slice(0, MOST.hosts),
    repeats: repeatsIn(spans).slice(0, MOST.repeats),
    requests: spans.slice(0, MOST.requests).map((span) => ({
      ...factsOf(span),
      method: methodOf(span),
      url: urlOf(span).slice(0, 1_000),
      host: hostOf(span),
      status: numberIn(span, "status"),
      bytes: numberIn(span, "bytes"),
    })),
  };
}

function methodOf(span: Span): string {
  return textIn(span, "method") || span.label.split(" ", 1)[0]!;
}

function urlOf(span: Span): string {
  return textIn(span, "url") || span.label.slice(span.label.indexOf(" ") + 1);
}

function hostOf(span: Span): string {
  return URL.parse(urlOf(span))?.host ?? "";
}

function repeatsIn(spans: readonly Span[]): readonly OutgoingRepeat[] {
  const reads = spans.filter((span) => methodOf(span) === "GET" && isComplete(span.label));
  const same = groupedBy(reads, ({ label }) => label).filter((list) => list.length >= SAME);
  const known = new Set(same.flat());
  const loops = groupedBy(
    spans.filter((span) => span.where !== "" && !known.has(span)),
    (span) => `${methodOf(span)} ${hostOf(span)} ${span.where}`,
  ).filter((list) => list.length >= LOOP && areInSequence(list));
  return [
    ...loops.map((list) => ({ ...repeatOf("loop", list), target: hostOf(list[0]!) })),
    ...same.map((list) => ({ ...repeatOf("same", list), target: list[0]!.label.slice(0, 200) })),
  ];
}

function findings({ requests, repeats }: OutgoingStats): readonly Finding[] {
  const bad = requests.filter(({ error, status }) => error !== null || (status ?? 0) >= 500);
  const more = bad.length - MOST.findings;
  return [
    ...bad
      .slice(0, MOST.findings)
      .map(({ method, url, status, error, where }) =>
        warning(
          error === null ? `${method} ${url} was answered with ${status}.` : `${method} ${url} failed: ${error}`,
          where,
        ),
      ),
    ...(more > 0 ? [warning(`${counted(more, "more outgoing request")} failed; see the list.`, "")] : []),
    ...repeats.map((repeat) => warning(sentenceOf(repeat), repeat.where)),
  ];
}

function sentenceOf(repeat: OutgoingRepeat): string {
  const { kind, target, count } = repeat;
  return kind === "loop"
    ? `${counted(count, "request")} to ${target} ran one after the other, ${costOf(repeat)}. If none needs the answer of another, send them at the same time.`
    : `${target} was requested ${counted(count, "time")}, ${costOf(repeat)}. Ask once, and use the answer again.`;
}

function view(stats: OutgoingStats): readonly Block[] {
  const { count, requestMs, hosts, requests } = stats;
  if (count === 0) {
    const silence = unreported("requests of fetch, only those of node:http");
    const text = "No request to another server was recorded for this request.";
    return [{ kind: "text", text: silence === undefined ? text : `${text} ${silence}` }];
  }
  const servers: Block = {
    kind: "table",
    title: "Servers",
    columns: [
      { title: "Server", grow: true },
      { title: "Requests", align: "right" },
      { title: "ms", align: "right" },
    ],
    rows: hosts.map(({ host, count: sent, totalMs: cost }) => [
      { text: host, mono: true },
      sent,
      durationCell(cost, requestMs),
    ]),
  };
  return [
    { kind: "numbers", items: totalItems(stats, "Request") },
    ...remarks(stats, "outgoing request"),
    ...(hosts.length < 2 ? [] : [servers]),
    spanTable({
      one: "Request",
      count,
      spans: requests,
      labelOf: ({ method, url }) => `${method} ${url}`,
      columns: [{ title: "Status" }, { title: "Bytes", align: "right" }],
      cellsOf: (request) => [statusCell(request), request.bytes ?? ""],
    }),
  ];
}

function statusCell({ status, error }: OutgoingRequest): Cell {
  if (status === null) return error === null ? "–" : { text: "✕ none", tone: "error" };
  return { text: String(status), tone: status >= 500 ? "error" : status >= 400 ? "warn" : "plain" };
}
