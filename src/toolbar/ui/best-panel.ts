import type { ExchangePage, PanelView } from "../exchange-page.ts";

/** Panels that show times, the most telling first. */
const OF_TIMES = ["timeline", "timing", "time"];

/** What a person has chosen before. */
export interface PanelChoice {
  /** On this page. */
  readonly now: string | undefined;
  /** On an earlier page. */
  readonly last: string;
  /** From how many milliseconds on a request is slow. */
  readonly slowMs: number;
}

/**
 * The panel to show of a request: the one that was chosen on this page; else the one with an error;
 * else one with a finding; else the times of a slow request; else the one that was chosen last.
 */
export function bestPanel(
  { panels, summary }: ExchangePage,
  { now, last, slowMs }: PanelChoice,
): PanelView | undefined {
  const named = (id: string | undefined): PanelView | undefined => panels.find((panel) => panel.id === id);
  const isOfTimes = ({ id }: PanelView): boolean => OF_TIMES.includes(id);
  // The overview repeats what other panels have found.
  const others = panels.filter(({ id }) => id !== "overview");
  return (
    named(now) ??
    others.find(({ findings }) => findings.some(({ tone }) => tone === "error")) ??
    others.find((panel) => panel.findings.length > 0 && !isOfTimes(panel)) ??
    (summary.duration >= slowMs ? OF_TIMES.map(named).find((panel) => panel !== undefined) : undefined) ??
    named(last) ??
    panels[0]
  );
}
