import type { Block, TableBlock } from "../blocks.ts";
import { counted } from "../format.ts";
import type { HeaderEntry } from "../recording.ts";

/** Headers that browsers send with everything, and that say little about this request. */
const FOLDED = /^(?:sec-|accept-|upgrade-insecure-requests$|dnt$|priority$)/i;

/** A table of names and values. */
export function entryTable(title: string, entries: readonly HeaderEntry[], empty = "None."): TableBlock {
  return {
    kind: "table",
    title,
    columns: [{ title: "Name" }, { title: "Value", grow: true }],
    rows: entries.map(([name, value]) => cellsOf(name, value)),
    empty,
  };
}

/** The headers of a request: those that every browser sends are one row, which opens. */
export function requestHeaderBlocks(headers: readonly HeaderEntry[]): Block[] {
  const folded = headers.filter(([name]) => FOLDED.test(name));
  const table = entryTable(
    "Request headers",
    headers.filter(([name]) => !FOLDED.test(name)),
    folded.length > 0 ? "Only those that every browser sends." : "None.",
  );
  if (folded.length === 0) return [table];
  const row = {
    cells: ["sec-*, accept-*", `${counted(folded.length, "header")} that every browser sends`],
    more: [{ ...entryTable("", folded), title: undefined }],
  };
  return [{ ...table, rows: [...table.rows, row] }];
}

function cellsOf(name: string, value: string): TableBlock["rows"][number] {
  return [
    { text: name, mono: true },
    { text: value, mono: true },
  ];
}
