import { unixNow } from "../../index.ts";
import type { ExchangeSummary } from "../../toolbar/exchange-page.ts";
import { counted, formatMilliseconds } from "../../toolbar/format.ts";
import { paint, type Io } from "../io.ts";
import { printable } from "./read-records.ts";

const LONGEST_PATH = 60;
const SIGNS = { ok: "✓", warn: "!", error: "✕" } as const;
const STYLES = { ok: "green", warn: "yellow", error: "red" } as const;
const HEADINGS = ["", "ID", "TIME", "METHOD", "STATUS", "DURATION", "PATH", "SESSION", "FINDINGS"];
/** The columns with numbers. */
const RIGHT = [4, 5];

/** A table of requests, newest first, for people. */
export function describeList(list: readonly ExchangeSummary[], io: Io): string {
  const rows = list.map((line) => [
    SIGNS[line.tone],
    line.id.slice(0, 8),
    localTime(line.startedAt),
    printable(line.method),
    line.status === undefined ? "–" : String(line.status),
    `${formatMilliseconds(line.duration)} ms`,
    shortened(printable(line.path)),
    line.session === undefined ? "–" : printable(line.session),
    line.findings === 0 ? "–" : counted(line.findings, "finding"),
  ]);
  const [head = "", ...lines] = alignColumns([HEADINGS, ...rows], RIGHT);
  return [
    paint(io, "dim", head),
    ...lines.map((text, index) => {
      const { tone } = list[index]!;
      return paint(io, STYLES[tone], text.slice(0, 1)) + text.slice(1);
    }),
    "",
  ].join("\n");
}

/** Rows as lines, in which each column is as wide as its longest cell. */
export function alignColumns(rows: readonly (readonly string[])[], right: readonly number[] = []): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        right.includes(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
}

/** Unix seconds as local time, with the date if it is not today. */
export function localTime(seconds: number): string {
  const [date, time] = partsOf(seconds);
  return date === partsOf(unixNow())[0] ? time : `${date} ${time}`;
}

function partsOf(seconds: number): readonly [date: string, time: string] {
  const moment = new Date(seconds * 1000);
  if (Number.isNaN(moment.getTime())) return ["", "no valid time"];
  const two = (number: number): string => String(number).padStart(2, "0");
  return [
    `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`,
    `${two(moment.getHours())}:${two(moment.getMinutes())}:${two(moment.getSeconds())}`,
  ];
}

function shortened(path: string): string {
  return path.length > LONGEST_PATH ? `${path.slice(0, LONGEST_PATH - 1)}…` : path;
}
