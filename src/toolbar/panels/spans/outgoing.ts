import { counted, formatInteger, formatMilliseconds } from "../../format.ts";
import type { Block, Cell, Finding } from "../../blocks.ts";
import type { Panel } from "../../panel.ts";
import type { Recording } from "../../recording.ts";
import type { Span } from "../../span.ts";
import { unreported } from "../unreported.ts";
import { durationCell, headline, labelCell, remarks, shareOf, whereCell } from "./span-cells.ts";
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
export interface OutgoingRepeat {
  /** `loop`: one line sent one after the other to one host. `same`: one address was read again. */
  readonly kind: "loop" | "same";
  readonly target: string;
  readonly count: number;
  readonly totalMs: number;
  readonly where: string;
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
  const toRepeat = (kind: OutgoingRepeat["kind"], target: string, list: readonly Span[]): OutgoingRepeat => ({
    kind,
    target,
    count: list.length,
    totalMs: sumMs(list),
    where: list.at(-1)!.where,
  });
  return [
    ...loops.map((list) => toRepeat("loop", hostOf(list[0]!), list)),
    ...same.map((list) => toRepeat("same", list[0]!.label.slice(0, 200), list)),
  ];
}

function findings({ requests, repeats }: OutgoingStats): readonly Finding[] {
  const whereOf = (where: string): Pick<Finding, "where"> => (where === "" ? {} : { where });
  const bad = requests.filter(({ error, status }) => error !== null || (status ?? 0) >= 500);
  return [
    ...bad.slice(0, MOST.findings).map(({ method, url, status, error, where }): Finding => ({
      tone: "warn",
      text: error === null ? `${method} ${url} was answered with ${status}.` : `${method} ${url} failed: ${error}`,
      ...whereOf(where),
    })),
    ...(bad.length > MOST.findings
      ? [
          {
            tone: "warn" as const,
            text: `${counted(bad.length - MOST.findings, "more outgoing request")} failed; see the list.`,
          },
        ]
      : []),
    ...repeats.map(({ kind, target, count, totalMs, where }): Finding => {
      const cost = `${formatMilliseconds(totalMs)} ms in all`;
      return {
        tone: "warn",
        text:
          kind === "loop"
            ? `${counted(count, "request")} to ${target} ran one after the other from ${where}, ${cost}. If none needs the answer of another, send them at the same time.`
            : `${target} was requested ${counted(count, "time")}, ${cost}. Ask once, and use the answer again.`,
        ...whereOf(where),
      };
    }),
  ];
}

function view(stats: OutgoingStats): readonly Block[] {
  const { count, totalMs, failed, wallMs, requestMs, hosts, requests } = stats;
  if (count === 0) {
    const silence = unreported("requests of fetch, only those of node:http");
    const text = "No request to another server was recorded for this request.";
    return [{ kind: "text", text: silence === undefined ? text : `${text} ${silence}` }];
  }
  return [
    {
      kind: "numbers",
      items: [
        { value: formatInteger(count), label: count === 1 ? "Request" : "Requests" },
        { value: formatMilliseconds(totalMs), unit: "ms", label: "In all" },
        { value: shareOf(stats), unit: "%", label: "Of the request", meter: { value: wallMs, of: requestMs } },
        ...(failed === 0 ? [] : [{ value: formatInteger(failed), label: "Failed", tone: "error" as const }]),
      ],
    },
    ...remarks(stats, "outgoing request"),
    ...(hosts.length < 2
      ? []
      : [
          {
            kind: "table" as const,
            title: "Servers",
            columns: [
              { title: "Server", grow: true },
              { title: "Requests", align: "right" as const },
              { title: "ms", align: "right" as const },
            ],
            rows: hosts.map(({ host, count: requests, totalMs: cost }) => [
              { text: host, mono: true },
              requests,
              durationCell(cost, requestMs),
            ]),
          },
        ]),
    {
      kind: "table",
      title:
        requests.length === count
          ? "Requests"
          : `The first ${formatInteger(requests.length)} of ${formatInteger(count)} requests`,
      columns: [
        { title: "At", align: "right" },
        { title: "Request", grow: true },
        { title: "Status" },
        { title: "Bytes", align: "right" },
        { title: "ms", align: "right" },
        { title: "Where" },
      ],
      rows: requests.map((request) => [
        `${formatMilliseconds(request.startMs)} ms`,
        labelCell(`${request.method} ${request.url}`, request),
        statusCell(request),
        request.bytes ?? "",
        durationCell(request.durationMs),
        whereCell(request.where),
      ]),
    },
  ];
}

function statusCell({ status, error }: OutgoingRequest): Cell {
  if (status === null) return error === null ? "–" : { text: "✕ none", tone: "error" };
  return { text: String(status), tone: status >= 500 ? "error" : status >= 400 ? "warn" : "plain" };
}
