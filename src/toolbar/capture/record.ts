import type { Exchange } from "./exchange.ts";
import type { HistoryEntry } from "../history.ts";
import type { Block, Finding, NumbersBlock } from "../blocks.ts";
import type { ExchangePage, ExchangeSummary, PanelView } from "../exchange-page.ts";
import type { ExchangeRecord } from "../exchange-record.ts";
import type { Panel } from "../panel.ts";
import { collectOverview, viewOverview, type OverviewStats } from "./overview.ts";
import { requestFacts } from "./request-facts.ts";

/** Calls functions of panels, and catches their exceptions. */
export interface Caller {
  guarded<Result>(who: string, run: () => Result): Result | undefined;
  /** Whether it has thrown so often that it is not called any more. */
  isOff(who: string): boolean;
  readonly failures: readonly string[];
}

/* Each function of a panel has a counter of its own, so that one may fail without the others. */

/** The name of a panel's listeners in the list of failures. */
export function listenerOf(id: string): string {
  return `listener of panel ${id}`;
}

function collectorOf(id: string): string {
  return `panel ${id}`;
}

function viewOf(id: string): string {
  return `view of panel ${id}`;
}

/** Turns an exchange into plain data: its line in the list, and the data of each panel. */
export function collectRecord(exchange: Exchange, panels: readonly Panel[], caller: Caller): HistoryEntry {
  const stats = new Map<string, unknown>();
  for (const panel of panels) {
    const who = collectorOf(panel.id);
    if (caller.isOff(who)) continue;
    const collected = caller.guarded(who, () => JSON.stringify(panel.collect(exchange)));
    // Redact again: since a part of this was recorded, more secrets are known, such as cookies of
    // the response or a new key.
    if (collected !== undefined) stats.set(panel.id, JSON.parse(exchange.scrubJson(collected)));
  }
  const collected = collectOverview(panels, (panel) => findingsOf(panel, stats.get(panel.id), caller));
  const overview = JSON.parse(exchange.scrubJson(JSON.stringify(collected))) as typeof collected;
  const { findings } = overview;
  const session = panels.find(({ id }) => id === "session");
  const summary = {
    id: exchange.id,
    sequence: exchange.sequence,
    method: exchange.method,
    path: exchange.path,
    status: exchange.status,
    duration: exchange.elapsed(),
    startedAt: exchange.startedAt,
    tone: toneOf(exchange, findings),
    findings: findings.length,
    finished: exchange.finished,
    session: session === undefined ? undefined : subtitleOf(session, stats.get("session"), caller),
    redirectedFrom: exchange.redirectedFrom?.id,
    notShown: exchange.notShown,
    ...requestFacts(exchange),
  };
  return {
    summary: JSON.parse(exchange.scrubJson(JSON.stringify(summary))) as ExchangeSummary,
    json: JSON.stringify({ overview, ...Object.fromEntries(stats) }),
  };
}

/** The whole record, as plain data. */
export function rawRecord({ summary, json }: HistoryEntry): ExchangeRecord {
  return { version: 1, summary, panels: JSON.parse(json) as ExchangeRecord["panels"] };
}

/**
 * Makes the browser's view of a record, from the record and the panels alone.
 *
 * @param late findings that became known after the record was made, by the ids of their panels.
 */
export function viewRecord(
  { summary, json }: HistoryEntry,
  panels: readonly Panel[],
  caller: Caller,
  late: Readonly<Record<string, readonly Finding[]>> = {},
): ExchangePage {
  const stats = JSON.parse(json) as Record<string, unknown>;
  const numbers = panels.flatMap((panel) =>
    (numbersOf(panel, stats[panel.id], caller) ?? []).map((number) => ({ panel: panel.id, ...number })),
  );
  const known = stats["overview"] as OverviewStats;
  const { findings } = collectOverview(panels, ({ id }) => late[id] ?? []);
  const overview = viewOverview({ findings: [...known.findings, ...findings] }, summary, numbers);
  const views = panels.map((panel) => {
    const view = viewPanel(panel, stats[panel.id], caller);
    return { ...view, findings: [...(late[panel.id] ?? []), ...view.findings] };
  });
  return { summary, panels: [overview, ...views] };
}

function viewPanel(panel: Panel, stats: unknown, caller: Caller): PanelView {
  const { id, title } = panel;
  const blocks = stats === undefined ? undefined : caller.guarded(viewOf(id), () => panel.view(stats));
  if (blocks === undefined) {
    const why =
      failureOf(stats === undefined ? collectorOf(id) : viewOf(id), caller) ?? "It collected nothing for this request.";
    return { id, title, findings: [], blocks: [note(`This panel has nothing to show. ${why}`)] };
  }
  const deaf = caller.isOff(listenerOf(id)) ? failureOf(listenerOf(id), caller) : undefined;
  return {
    id,
    title,
    subtitle: subtitleOf(panel, stats, caller),
    findings: findingsOf(panel, stats, caller),
    blocks: deaf === undefined ? blocks : [...blocks, note(`This panel hears nothing any more. ${deaf}`)],
  };
}

function failureOf(who: string, { failures }: Caller): string | undefined {
  return failures.find((failure) => failure.startsWith(`The toolbar's ${who} `));
}

function note(text: string): Block {
  return { kind: "note", tone: "error", text };
}

function subtitleOf(panel: Panel, stats: unknown, caller: Caller): string | undefined {
  return stats === undefined ? undefined : caller.guarded(viewOf(panel.id), () => panel.subtitle?.(stats));
}

function findingsOf(panel: Panel, stats: unknown, caller: Caller): readonly Finding[] {
  return (stats === undefined ? undefined : caller.guarded(viewOf(panel.id), () => panel.findings?.(stats))) ?? [];
}

function numbersOf(panel: Panel, stats: unknown, caller: Caller): NumbersBlock["items"] | undefined {
  return stats === undefined ? undefined : caller.guarded(viewOf(panel.id), () => panel.numbers?.(stats));
}

function toneOf({ status = 0, error }: Exchange, findings: readonly Finding[]): ExchangeSummary["tone"] {
  // An error with a status below 500 is a deliberate answer: "not found", "not allowed".
  const hasFailed = error !== undefined && (status < 400 || status >= 500);
  if (status >= 500 || hasFailed || findings.some(({ tone }) => tone === "error")) return "error";
  return status >= 400 || findings.length > 0 ? "warn" : "ok";
}
