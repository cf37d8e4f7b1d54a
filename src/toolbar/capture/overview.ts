import { counted, formatMilliseconds } from "../format.ts";
import type { Block, Finding, NumbersBlock } from "../blocks.ts";
import type { ExchangeSummary, PanelView } from "../exchange-page.ts";
import type { Panel } from "../panel.ts";

/** A finding, and the panel that has found it. */
export interface OverviewFinding extends Finding {
  /** The id of the panel. */
  readonly panel: string;
  readonly panelTitle: string;
}

/** What the first tab shows, as plain JSON: the findings of all panels, errors first. */
export interface OverviewStats {
  readonly findings: readonly OverviewFinding[];
}

const WORDS = { error: "✕ error", warn: "! warning" } as const;

/** Collects the findings of all panels. */
export function collectOverview(
  panels: readonly Panel[],
  findingsOf: (panel: Panel) => readonly Finding[],
): OverviewStats {
  const findings = panels.flatMap((panel) =>
    findingsOf(panel).map((finding) => ({ ...finding, panel: panel.id, panelTitle: panel.title })),
  );
  return {
    findings: [...findings.filter(({ tone }) => tone === "error"), ...findings.filter(({ tone }) => tone !== "error")],
  };
}

/**
 * The first tab. It is not a panel, because it is made of what the panels say: their findings, then
 * their big numbers, and what else they add.
 */
export function viewOverview(
  { findings }: OverviewStats,
  summary: ExchangeSummary,
  numbers: NumbersBlock["items"],
  further: readonly Block[] = [],
): PanelView {
  return {
    id: "overview",
    title: "Overview",
    // Each finding is counted with its panel.
    findings: [],
    blocks: [
      findings.length === 0 ? quiet(summary) : findingsTable(findings),
      { kind: "numbers", items: [...ownNumbers(summary), ...numbers] },
      ...further,
    ],
  };
}

function quiet({ method, path, status, duration, finished }: ExchangeSummary): Block {
  return {
    kind: "verdict",
    tone: finished ? "ok" : "info",
    title: finished ? "No findings" : "Still running",
    text: finished
      ? `${method} ${path} was answered with ${status ?? "no status"} in ${formatMilliseconds(duration)} ms.`
      : `${method} ${path} is not answered yet, after ${formatMilliseconds(duration)} ms.`,
  };
}

function findingsTable(findings: readonly OverviewFinding[]): Block {
  return {
    kind: "table",
    title: counted(findings.length, "finding"),
    columns: [{ title: "Level" }, { title: "Finding", grow: true }, { title: "Where" }, { title: "Panel" }],
    rows: findings.map(({ tone, text, where, panel, panelTitle }) => [
      { text: WORDS[tone], tone },
      text,
      where === undefined ? "" : { text: where, mono: true, where },
      { text: panelTitle, panel },
    ]),
  };
}

function ownNumbers({ status, duration }: ExchangeSummary): NumbersBlock["items"] {
  const tone = status === undefined || status < 400 ? "plain" : status < 500 ? "warn" : "error";
  return [
    { value: status === undefined ? "–" : String(status), label: "Status", tone, panel: "response" },
    { value: formatMilliseconds(duration), unit: "ms", label: "Total", panel: "timing" },
  ];
}
