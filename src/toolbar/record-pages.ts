import type { Block } from "./blocks.ts";
import { compareRecords, type ComparedRecord } from "./compare/compare-records.ts";
import { exchangeCopies } from "./copy/exchange-copies.ts";
import type { ExchangeCopies, ExchangePage, ExchangeSummary, ExportedRecord } from "./exchange-page.ts";
import type { HistoryEntry } from "./history.ts";

interface PartOf<Part> {
  /** The requests that it is of. */
  readonly summaries: readonly ExchangeSummary[];
  readonly part: Part;
}

/** What can be had of stored requests beside their view. */
export interface RecordPages {
  record(id: string): ExportedRecord | undefined;
  copies(id: string): PartOf<ExchangeCopies> | undefined;
  compare(before: string, after: string): PartOf<readonly Block[]> | undefined;
}

/**
 * @param entryOf finds a stored request.
 * @param view makes its page, for the findings.
 */
export function recordPages(
  entryOf: (id: string) => HistoryEntry | undefined,
  view: (entry: HistoryEntry) => ExchangePage,
): RecordPages {
  const record = (id: string): ExportedRecord | undefined => {
    const entry = entryOf(id);
    return entry === undefined
      ? undefined
      : { version: 1, summary: entry.summary, panels: JSON.parse(entry.json) as Record<string, unknown> };
  };
  const compared = (id: string): ComparedRecord | undefined => {
    const [entry, raw] = [entryOf(id), record(id)];
    return entry && raw && { ...raw, findings: view(entry).panels.flatMap(({ findings }) => findings) };
  };
  return {
    record,
    copies: (id) => {
      const raw = record(id);
      return raw && { summaries: [raw.summary], part: exchangeCopies(raw) };
    },
    compare: (before, after) => {
      const [one, other] = [compared(before), compared(after)];
      if (one === undefined || other === undefined) return undefined;
      return { summaries: [one.summary, other.summary], part: compareRecords(one, other) };
    },
  };
}
