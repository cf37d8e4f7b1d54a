import { COMPARED, comparisonsOf, type Comparison } from "./comparison.ts";
import { row, type Figures } from "./report.ts";

/**
 * Each contender of ours beside each peer with the same guarantee on the same framework, as
 * Markdown: added CPU ours : theirs, a verdict, and the reason where ours is behind.
 */
export function peerTableOf(figures: readonly Figures[]): string {
  const comparisons = comparisonsOf(figures);
  const scenarios = COMPARED.filter((name) => comparisons.some(({ scenario }) => scenario === name));
  const rows = Map.groupBy(comparisons, ({ ours, peer }) => `${ours.framework}: ${ours.name} | ${peer.name}`);
  if (rows.size === 0) return "";
  const heads = ["ours", "peer", ...scenarios.map(titleOf), "where behind, why"];
  return [
    row(heads),
    row(heads.map(() => "---")),
    ...[...rows].map(([pair, own]) =>
      row([pair, ...scenarios.map((name) => cellOf(own.find(({ scenario }) => scenario === name))), reasonsOf(own)]),
    ),
  ].join("\n");
}

/** A ratio of figures that may be noise says nothing, so that the difference is shown there. */
export function cellOf(comparison: Comparison | undefined): string {
  if (comparison === undefined) return "–";
  const { ratio, difference, verdict } = comparison;
  const figure =
    ratio?.median.toFixed(2) ?? `${difference.median < 0 ? "−" : "+"}${Math.abs(difference.median).toFixed(1)} µs`;
  return `${figure} ${verdict === "behind" ? "**behind**" : verdict}`;
}

/** The reasons of all that are behind, each once. */
export function reasonsOf(comparisons: readonly Comparison[]): string {
  const behind = comparisons.filter(({ verdict }) => verdict === "behind");
  return [...Map.groupBy(behind, ({ reason }) => reason!)]
    .map(([reason, list]) => `${list.map(({ scenario }) => titleOf(scenario)).join(", ")}: ${reason}`)
    .join("; ");
}

/** A kind of request in the head of a table. */
export function titleOf(scenario: string): string {
  return scenario === "writers" ? "16 writers" : scenario;
}
