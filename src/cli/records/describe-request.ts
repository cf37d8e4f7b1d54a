import type { ExchangeRecord } from "../../toolbar/exchange-record.ts";
import { counted, formatMilliseconds } from "../../toolbar/format.ts";
import { paint, type Io } from "../io.ts";
import { alignColumns, localTime } from "./describe-list.ts";
import { printable } from "./read-records.ts";
import { errorsOf, findingsOf, sessionOf, slowestSpans, type ErrorFacts } from "./recorded-facts.ts";

const SPANS = 8;
const LONGEST_LABEL = 90;
const STYLES = { ok: "green", warn: "yellow", error: "red" } as const;

/**
 * What a person or an agent needs first of a request: the answer, the error with its place, the
 * findings, the session with the reason and the fix, and what took longest.
 */
export function describeRequest(record: ExchangeRecord, io: Io): string {
  const lines = [
    ...headLines(record, io),
    ...errorsOf(record).flatMap((error) => errorLines(error, io)),
    ...findingLines(record, io),
    ...sessionLines(record, io),
    ...spanLines(record, io),
    "",
    paint(io, "dim", `Panels: ${Object.keys(record.panels).map(printable).join(", ")}`),
    paint(io, "dim", `All data of one panel: latchkey request ${record.summary.id.slice(0, 8)} --panel NAME`),
  ];
  return `${lines.join("\n")}\n`;
}

function headLines({ summary }: ExchangeRecord, io: Io): readonly string[] {
  const { id, method, path, status, duration, startedAt, tone, notShown, redirectedFrom } = summary;
  const head = `${printable(method)} ${printable(path)}`;
  return [
    `${paint(io, "bold", head)}  ${paint(io, STYLES[tone], String(status ?? "no answer"))}  ${formatMilliseconds(duration)} ms`,
    `  ${id}  ${localTime(startedAt)}`,
    ...(redirectedFrom === undefined ? [] : [`  redirected here by ${printable(redirectedFrom)}`]),
    ...(notShown === undefined ? [] : [`  no toolbar in the answer: ${printable(notShown)}`]),
  ];
}

function errorLines({ name, message, where, cause }: ErrorFacts, io: Io, relation = ""): readonly string[] {
  return [
    ...(relation === "" ? [""] : []),
    `${paint(io, "red", `✕ ${relation}${printable(name)}`)}: ${printable(message)}`,
    ...(where === "" ? [] : [`  at ${printable(where)}`]),
    ...(cause === undefined ? [] : errorLines(cause, io, "caused by ")),
  ];
}

function findingLines(record: ExchangeRecord, io: Io): readonly string[] {
  const findings = findingsOf(record);
  if (findings.length === 0) return ["", "No findings."];
  return [
    "",
    `${counted(findings.length, "finding")}:`,
    ...findings.map(({ tone, text, where }) => {
      const sign = tone === "error" ? paint(io, "red", "✕") : paint(io, "yellow", "!");
      return `  ${sign} ${printable(text)}${where === "" ? "" : `  ${printable(where)}`}`;
    }),
  ];
}

function sessionLines(record: ExchangeRecord, io: Io): readonly string[] {
  const session = sessionOf(record);
  if (session === undefined) return [];
  const { title, text, reason, fix } = session;
  return [
    "",
    `Session: ${paint(io, "bold", printable(title))}${reason === "" ? "" : ` (${printable(reason)})`}`,
    `  ${printable(text)}`,
    ...(fix === "" ? [] : [`  → ${printable(fix)}`]),
  ];
}

function spanLines(record: ExchangeRecord, io: Io): readonly string[] {
  const spans = slowestSpans(record, SPANS);
  if (spans.length === 0) return [];
  const rows = spans.map(({ kind, label, where, duration }) => [
    `  ${formatMilliseconds(duration)} ms`,
    printable(kind),
    shortened(printable(label)),
    paint(io, "dim", printable(where)),
  ]);
  return ["", "What took longest:", ...alignColumns(rows, [0])];
}

function shortened(label: string): string {
  return label.length > LONGEST_LABEL ? `${label.slice(0, LONGEST_LABEL - 1)}…` : label;
}
