import type { Block } from "./blocks.ts";
import { compareRecords } from "./compare/compare-records.ts";
import { exchangeCopies } from "./copy/exchange-copies.ts";
import type { ExchangeCopies, ExchangeSummary } from "./exchange-page.ts";
import type { ExchangeRecord } from "./exchange-record.ts";

interface PartOf<Part> {
  /** The requests that it is of. */
  readonly summaries: readonly ExchangeSummary[];
  readonly part: Part;
}

/** What can be had of stored requests beside their record and their view. */
export interface RecordPages {
  copies(id: string): PartOf<ExchangeCopies> | undefined;
  compare(before: string, after: string): PartOf<readonly Block[]> | undefined;
}

/** @param recordOf finds the record of a request. */
export function recordPages(recordOf: (id: string) => ExchangeRecord | undefined): RecordPages {
  return {
    copies: (id) => {
      const record = recordOf(id);
      return record && { summaries: [record.summary], part: exchangeCopies(record) };
    },
    compare: (before, after) => {
      const [one, other] = [recordOf(before), recordOf(after)];
      if (one === undefined || other === undefined) return undefined;
      return { summaries: [one.summary, other.summary], part: compareRecords(one, other) };
    },
  };
}
