import { formatInteger } from "../../format.ts";
import type { Panel } from "../../panel.ts";
import { queryFindings } from "./query-findings.ts";
import { queryStats, type QueryStats } from "./query-stats.ts";
import { viewQueries } from "./query-view.ts";
import { headline } from "./span-cells.ts";

/** A query is slow from this share of the time on from which a request is slow. */
const SLOW_SHARE = 5;

/**
 * Shows the SQL queries: each statement once, with its runs, rows, time and lines. It names
 * statements that run in a loop (N+1), that ran again with the same values, that failed or that are
 * slow.
 *
 * @param slowMs a request is slow from so many milliseconds on, a query from a fifth of it.
 */
export function queriesPanel(slowMs: number): Panel<QueryStats> {
  return {
    id: "queries",
    title: "Queries",
    collect: (recording) => queryStats(recording, slowMs / SLOW_SHARE),
    subtitle: ({ count }) => (count === 0 ? undefined : formatInteger(count)),
    findings: queryFindings,
    numbers: (stats) => headline(stats, "query", "queries"),
    view: viewQueries,
  };
}
