import { pathOf, type RecordChange } from "../../toolbar/compare/record-changes.ts";
import type { ExchangeSummary } from "../../toolbar/exchange-page.ts";
import { counted, formatMilliseconds } from "../../toolbar/format.ts";
import { paint, type Io } from "../io.ts";
import { printable } from "./read-records.ts";

const MOST_LINES = 60;
const LONGEST_VALUE = 70;

/** The differences between two requests, for people. */
export function describeDiff(
  before: ExchangeSummary,
  after: ExchangeSummary,
  changes: readonly RecordChange[],
  io: Io,
): string {
  const omitted = changes.length - MOST_LINES;
  return [
    `− ${lineOf(before)}`,
    `+ ${lineOf(after)}`,
    "",
    ...(changes.length === 0 ? ["No difference, but for times."] : []),
    ...changes.slice(0, MOST_LINES).flatMap((change) => changeLines(change, io)),
    ...(omitted > 0 ? [`… and ${counted(omitted, "more difference")}: --json has all of them.`] : []),
    "",
  ].join("\n");
}

function lineOf({ id, method, path, status, duration }: ExchangeSummary): string {
  return `${id.slice(0, 8)}  ${printable(method)} ${printable(path)}  ${status ?? "no answer"}  ${formatMilliseconds(duration)} ms`;
}

function changeLines(change: RecordChange, io: Io): readonly string[] {
  return [
    paint(io, "bold", printable(pathOf(change))),
    ...("before" in change ? [paint(io, "red", `  − ${valueOf(change.before)}`)] : []),
    ...("after" in change ? [paint(io, "green", `  + ${valueOf(change.after)}`)] : []),
  ];
}

function valueOf(value: unknown): string {
  const text = printable(typeof value === "string" ? value : JSON.stringify(value));
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE - 1)}…` : text;
}
