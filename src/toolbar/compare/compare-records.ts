import type { Block, Cell, TableBlock, Tone } from "../blocks.ts";
import type { ExchangeSummary } from "../exchange-page.ts";
import { formatMilliseconds, formatValue } from "../format.ts";
import { recordChanges, type ComparedRecord, type RecordChange } from "./record-changes.ts";

/** The most rows of a table. The command line shows all of them. */
const MOST_ROWS = 100;

/** A table of the comparison: the changes below some members of a record. */
interface Section {
  readonly title: string;
  /** What the keys of its changes begin with. */
  readonly of: readonly (readonly string[])[];
  readonly rowOf: (change: RecordChange) => Cell[] | undefined;
  /** Whether the first column has the long texts, and not those between. */
  readonly isSentence?: boolean;
}

/** What the members of a record are called, where their own names say little. */
const SESSION_NAMES: Readonly<Record<string, string>> = {
  "loaded verdict": "verdict",
  "loaded reason": "reason",
  "loaded subject": "user",
  "loaded key fingerprint": "key",
  "committed action": "cookie sent",
};

const SECTIONS: readonly Section[] = [
  { title: "Findings", of: [["panels", "overview", "findings"]], rowOf: findingRow, isSentence: true },
  { title: "Queries", of: [["panels", "queries", "groups"]], rowOf: countRow, isSentence: true },
  { title: "Log messages", of: [["panels", "logs", "messages"]], rowOf: countRow, isSentence: true },
  { title: "Session", of: [["panels", "session"]], rowOf: sessionRow },
  {
    title: "Query and form",
    of: ["query", "form", "json"].map((member) => ["panels", "request", member]),
    rowOf: valueRow,
  },
  { title: "Request headers", of: [["panels", "request", "requestHeaders"]], rowOf: valueRow },
  { title: "Response headers", of: [["panels", "response", "responseHeaders"]], rowOf: valueRow },
];

/** What is different between two requests, as blocks. `before` is shown on the left. */
export function compareRecords(before: ComparedRecord, after: ComparedRecord): readonly Block[] {
  const changes = recordChanges(before, after);
  const sections = SECTIONS.map(({ of, rowOf, title, isSentence = false }) => {
    const rows = of.flatMap((start) => changesBelow(changes, start).flatMap((change) => [rowOf(change) ?? []]));
    return section(
      title,
      rows.filter((row) => row.length > 0),
      isSentence,
    );
  });
  const first = section("Request and answer", mainRows(before.summary, after.summary, changes));
  return [verdict(before.summary, after.summary), ...[first, ...sections].filter(({ rows }) => rows.length > 0)];
}

/** The changes that have keys below these, without them. */
function changesBelow(changes: readonly RecordChange[], start: readonly string[]): readonly RecordChange[] {
  return changes
    .filter(({ keys }) => keys.length > start.length && start.every((key, index) => keys[index] === key))
    .map((change) => ({ ...change, keys: change.keys.slice(start.length) }));
}

function verdict(one: ExchangeSummary, other: ExchangeSummary): Block {
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

/** The lines of both requests in the list. Their times are no change, but are shown. */
function mainRows(one: ExchangeSummary, other: ExchangeSummary, changes: readonly RecordChange[]): Cell[][] {
  const below = changesBelow(changes, ["summary"]);
  const changed = new Set(below.map(({ keys }) => keys[0]));
  const row = (isChanged: boolean, name: string, before: string, after: string, tone: Tone = "warn"): Cell[][] =>
    isChanged ? [[name, mono(before), mono(after), { text: "changed", tone }]] : [];
  return [
    ...row(
      changed.has("status"),
      "Status",
      String(one.status ?? "–"),
      String(other.status ?? "–"),
      other.tone === "error" ? "error" : "warn",
    ),
    ...row(
      changed.has("method") || changed.has("path"),
      "Address",
      `${one.method} ${one.path}`,
      `${other.method} ${other.path}`,
    ),
    ...row(changed.has("host"), "Host", one.host ?? "", other.host ?? ""),
    ...row(changed.has("route"), "Route", one.route ?? "", other.route ?? ""),
    [
      "Time",
      `${formatMilliseconds(one.duration)} ms`,
      `${formatMilliseconds(other.duration)} ms`,
      share(one.duration, other.duration),
    ],
    ...kindsOf(one, other).flatMap((kind) =>
      numberRow(`Spans: ${kind}`, one.spans?.[kind] ?? 0, other.spans?.[kind] ?? 0),
    ),
    ...numberRow("Findings", one.findings, other.findings),
  ];
}

function kindsOf(one: ExchangeSummary, other: ExchangeSummary): readonly string[] {
  return [...new Set([...Object.keys(one.spans ?? {}), ...Object.keys(other.spans ?? {})])];
}

/** "+40 %", "−3 %". */
function share(one: number, other: number): Cell {
  const percent = Math.round((other / Math.max(one, 0.01) - 1) * 100);
  const text = `${percent > 0 ? "+" : percent < 0 ? "−" : "±"}${Math.abs(percent).toLocaleString("en-US")} %`;
  return { text, tone: percent >= 20 ? "warn" : percent <= -20 ? "ok" : "plain" };
}

function numberRow(name: string, one: number, other: number): Cell[][] {
  return one === other ? [] : [[name, one, other, { text: signed(other - one), tone: other > one ? "warn" : "ok" }]];
}

function findingRow({ keys, before, after }: RecordChange): Cell[] {
  const [one, other] = [countOf(before), countOf(after)];
  const shown = (count: number): Cell => (count === 0 ? "no" : count === 1 ? "yes" : count);
  const difference: Cell =
    one === 0
      ? { text: "! new", tone: "warn" }
      : other === 0
        ? { text: "✓ gone", tone: "ok" }
        : { text: signed(other - one), tone: other > one ? "warn" : "ok" };
  return [keys.join("."), shown(one), shown(other), difference];
}

function countRow({ keys, before, after }: RecordChange): Cell[] {
  const [one, other] = [countOf(before), countOf(after)];
  const text = one === 0 ? "+ added" : other === 0 ? "− removed" : signed(other - one);
  return [mono(keys.join(".")), one, other, { text, tone: other > one ? "warn" : "ok" }];
}

function sessionRow(change: RecordChange): Cell[] | undefined {
  const [part, member, ...below] = change.keys;
  if (member === "data" && below.length > 0) {
    const name = `${part === "loaded" ? "data" : "saved"}: ${below.join(".")}`;
    return valueRow({ ...change, keys: [name] });
  }
  const name = SESSION_NAMES[change.keys.join(" ")];
  return name === undefined ? undefined : valueRow({ ...change, keys: [name] });
}

function valueRow({ keys, before, after }: RecordChange): Cell[] {
  const isAbsent = (value: unknown): boolean => value === undefined || value === null;
  const shown = (value: unknown): Cell => mono(isAbsent(value) ? "–" : formatValue(value));
  const change = isAbsent(before) ? "+ added" : isAbsent(after) ? "− removed" : "changed";
  return [mono(keys.join(".")), shown(before), shown(after), change];
}

function mono(text: string): Cell {
  return { text, mono: true };
}

function countOf(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

function section(title: string, rows: readonly (readonly Cell[])[], isSentence = false): TableBlock {
  return {
    kind: "table",
    title: rows.length > MOST_ROWS ? `${title}: the first ${MOST_ROWS} of ${rows.length}` : title,
    columns: [
      { title: "What", grow: isSentence },
      { title: "Before", grow: !isSentence },
      { title: "After", grow: !isSentence },
      { title: "Difference" },
    ],
    rows: rows.slice(0, MOST_ROWS),
  };
}

function signed(difference: number): string {
  return `${difference > 0 ? "+" : "−"}${Math.abs(difference).toLocaleString("en-US")}`;
}
