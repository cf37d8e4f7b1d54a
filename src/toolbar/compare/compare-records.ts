import type { Block, Cell, Finding, TableBlock, Tone } from "../blocks.ts";
import type { ExchangeSummary } from "../exchange-page.ts";
import { formatMilliseconds, formatValue } from "../format.ts";
import { queryCounts } from "./query-counts.ts";

/** A stored record, with the findings of its panels. */
export interface ComparedRecord {
  readonly summary: ExchangeSummary;
  readonly panels: Readonly<Record<string, unknown>>;
  readonly findings: readonly Finding[];
}

type Members = Readonly<Record<string, unknown>>;
type Texts = ReadonlyMap<string, string>;

/** Headers that differ in any two answers. */
const VOLATILE = /^(?:date|age|etag|keep-alive|server-timing|x-latchkey-request|x-request-id|if-none-match)$/i;

/** What is different between two requests, as blocks. `before` is shown on the left. */
export function compareRecords(before: ComparedRecord, after: ComparedRecord): readonly Block[] {
  const sections = [
    section("Request and answer", mainRows(before, after)),
    section("Findings", findingRows(before.findings, after.findings), true),
    section("Queries", countRows(queryCounts(before.panels), queryCounts(after.panels)), true),
    section("Session", differences(sessionTexts(before.panels), sessionTexts(after.panels))),
    section(
      "Query and form",
      differences(entryTexts(before.panels, "query", "form"), entryTexts(after.panels, "query", "form")),
    ),
    section(
      "Request headers",
      differences(entryTexts(before.panels, "requestHeaders"), entryTexts(after.panels, "requestHeaders")),
    ),
    section(
      "Response headers",
      differences(entryTexts(before.panels, "responseHeaders"), entryTexts(after.panels, "responseHeaders")),
    ),
  ].filter((table) => table.rows.length > 0);
  return [verdict(before, after), ...sections];
}

function verdict({ summary: one }: ComparedRecord, { summary: other }: ComparedRecord): Block {
  const ratio = other.duration / Math.max(one.duration, 0.01);
  const time =
    ratio >= 1.2
      ? `It took ${formatMilliseconds(other.duration - one.duration)} ms longer.`
      : ratio <= 0.8
        ? `It was ${formatMilliseconds(one.duration - other.duration)} ms faster.`
        : "It took about as long.";
  const isSame = one.status === other.status;
  return {
    kind: "verdict",
    tone: isSame ? "plain" : other.tone === "error" ? "error" : one.tone === "error" ? "ok" : "warn",
    title: isSame
      ? `Both answered ${other.status ?? "nothing yet"}`
      : `${other.status ?? "–"} instead of ${one.status ?? "–"}`,
    text: time,
  };
}

function mainRows({ summary: one }: ComparedRecord, { summary: other }: ComparedRecord): Cell[][] {
  const kinds = [...new Set([...Object.keys(one.spans ?? {}), ...Object.keys(other.spans ?? {})])];
  const rows: (Cell[] | undefined)[] = [
    row("Status", String(one.status ?? "–"), String(other.status ?? "–"), other.tone === "error" ? "error" : "warn"),
    row("Address", `${one.method} ${one.path}`, `${other.method} ${other.path}`),
    row("Host", one.host ?? "", other.host ?? ""),
    row("Route", one.route ?? "", other.route ?? ""),
    [
      "Time",
      `${formatMilliseconds(one.duration)} ms`,
      `${formatMilliseconds(other.duration)} ms`,
      share(one.duration, other.duration),
    ],
    ...kinds.map((kind) => numberRow(`Spans: ${kind}`, one.spans?.[kind] ?? 0, other.spans?.[kind] ?? 0)),
    numberRow("Findings", one.findings, other.findings),
  ];
  return rows.filter((each) => each !== undefined);
}

/** "+40 %", "−3 %". */
function share(one: number, other: number): Cell {
  const percent = Math.round((other / Math.max(one, 0.01) - 1) * 100);
  const text = `${percent > 0 ? "+" : percent < 0 ? "−" : "±"}${Math.abs(percent).toLocaleString("en-US")} %`;
  return { text, tone: percent >= 20 ? "warn" : percent <= -20 ? "ok" : "plain" };
}

function numberRow(name: string, one: number, other: number): Cell[] | undefined {
  if (one === other) return undefined;
  return [name, one, other, { text: signed(other - one), tone: other > one ? "warn" : "ok" }];
}

function row(name: string, one: string, other: string, tone: Tone = "warn"): Cell[] | undefined {
  return one === other
    ? undefined
    : [name, { text: one, mono: true }, { text: other, mono: true }, { text: "changed", tone }];
}

function findingRows(one: readonly Finding[], other: readonly Finding[]): Cell[][] {
  const texts = (findings: readonly Finding[]): Set<string> => new Set(findings.map(({ text }) => text));
  const [before, after] = [texts(one), texts(other)];
  return [
    ...[...after].filter((text) => !before.has(text)).map((text): Cell[] => [text, "no", "yes", ADDED_PROBLEM]),
    ...[...before].filter((text) => !after.has(text)).map((text): Cell[] => [text, "yes", "no", SOLVED]),
  ];
}

const ADDED_PROBLEM: Cell = { text: "! new", tone: "warn" };
const SOLVED: Cell = { text: "✓ gone", tone: "ok" };

function countRows(one: ReadonlyMap<string, number>, other: ReadonlyMap<string, number>): Cell[][] {
  return [...new Set([...one.keys(), ...other.keys()])].flatMap((fingerprint) => {
    const [before, after] = [one.get(fingerprint) ?? 0, other.get(fingerprint) ?? 0];
    if (before === after) return [];
    const change = before === 0 ? "+ added" : after === 0 ? "− removed" : signed(after - before);
    return [
      [{ text: fingerprint, mono: true }, before, after, { text: change, tone: after > before ? "warn" : "ok" }],
    ] satisfies Cell[][];
  });
}

function differences(one: Texts, other: Texts): Cell[][] {
  return [...new Set([...one.keys(), ...other.keys()])].flatMap((name) => {
    const [before, after] = [one.get(name), other.get(name)];
    if (before === after) return [];
    const change = before === undefined ? "+ added" : after === undefined ? "− removed" : "changed";
    return [
      [{ text: name, mono: true }, { text: before ?? "–", mono: true }, { text: after ?? "–", mono: true }, change],
    ] satisfies Cell[][];
  });
}

function sessionTexts(panels: ComparedRecord["panels"]): Texts {
  const { loaded, committed } = membersOf(panels["session"]);
  const { verdict: read, reason, subject, key, data } = membersOf(loaded);
  const texts = new Map<string, string>();
  const put = (name: string, value: unknown): void => {
    if (value !== undefined && value !== null) texts.set(name, formatValue(value));
  };
  put("verdict", read);
  put("reason", reason);
  put("user", subject);
  put("key", membersOf(key)["fingerprint"]);
  put("cookie sent", membersOf(committed)["action"]);
  for (const [name, value] of Object.entries(membersOf(data))) put(`data: ${name}`, value);
  return texts;
}

/** Names and values that one of the panels about request and response has recorded. */
function entryTexts({ request, response }: ComparedRecord["panels"], ...members: readonly string[]): Texts {
  const texts = new Map<string, string>();
  for (const member of members) {
    for (const panel of [request, response]) {
      const entries = membersOf(panel)[member];
      for (const entry of Array.isArray(entries) ? (entries as unknown[]) : []) {
        const [name, value] = Array.isArray(entry) ? (entry as unknown[]) : [];
        if (typeof name === "string" && typeof value === "string" && !VOLATILE.test(name)) texts.set(name, value);
      }
    }
  }
  return texts;
}

/** @param isSentence whether the first column has the long texts, and not those between. */
function section(title: string, rows: readonly (readonly Cell[])[], isSentence = false): TableBlock {
  return {
    kind: "table",
    title,
    columns: [
      { title: "What", grow: isSentence },
      { title: "Before", grow: !isSentence },
      { title: "After", grow: !isSentence },
      { title: "Difference" },
    ],
    rows,
  };
}

function signed(difference: number): string {
  return `${difference > 0 ? "+" : "−"}${Math.abs(difference).toLocaleString("en-US")}`;
}

function membersOf(value: unknown): Members {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Members) : {};
}
