import type { Exchange } from "./exchange.ts";
import type { HistoryEntry } from "../history.ts";
import type { Finding } from "../blocks.ts";
import type { ExchangePage, ExchangeSummary, PanelView } from "../exchange-page.ts";
import type { Panel } from "../panel.ts";
import { requestFacts } from "./request-facts.ts";

/** Calls functions of panels, and catches their exceptions. */
export interface Caller {
  guarded<Result>(who: string, run: () => Result): Result | undefined;
  readonly failures: readonly string[];
}

/** Turns an exchange into plain data: its line in the list, and the data of each panel. */
export function collectRecord(exchange: Exchange, panels: readonly Panel[], caller: Caller): HistoryEntry {
  const stats = new Map<string, unknown>();
  for (const panel of panels) {
    const collected = caller.guarded(`panel ${panel.id}`, () => JSON.stringify(panel.collect(exchange)));
    // Redact again: since a part of this was recorded, more secrets are known, such as cookies of
    // the response or a new key.
    if (collected !== undefined) stats.set(panel.id, JSON.parse(exchange.scrubJson(collected)));
  }
  const findings = panels.flatMap((panel) => findingsOf(panel, stats.get(panel.id), caller));
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
    json: JSON.stringify(Object.fromEntries(stats)),
  };
}

/** Makes the browser's view of a record, from the record and the panels alone. */
export function viewRecord({ summary, json }: HistoryEntry, panels: readonly Panel[], caller: Caller): ExchangePage {
  const stats = JSON.parse(json) as Record<string, unknown>;
  return { summary, panels: panels.map((panel) => viewPanel(panel, stats[panel.id], caller)) };
}

function viewPanel(panel: Panel, stats: unknown, caller: Caller): PanelView {
  const { id, title } = panel;
  const blocks = stats === undefined ? undefined : caller.guarded(`panel ${id}`, () => panel.view(stats));
  if (blocks === undefined) {
    const why =
      caller.failures.find((failure) => failure.includes(`panel ${id} `)) ?? "It collected nothing for this request.";
    return {
      id,
      title,
      findings: [],
      blocks: [{ kind: "note", tone: "error", text: `This panel has nothing to show. ${why}` }],
    };
  }
  return { id, title, subtitle: subtitleOf(panel, stats, caller), findings: findingsOf(panel, stats, caller), blocks };
}

function subtitleOf(panel: Panel, stats: unknown, caller: Caller): string | undefined {
  return stats === undefined ? undefined : caller.guarded(`panel ${panel.id}`, () => panel.subtitle?.(stats));
}

function findingsOf(panel: Panel, stats: unknown, caller: Caller): readonly Finding[] {
  return (stats === undefined ? undefined : caller.guarded(`panel ${panel.id}`, () => panel.findings?.(stats))) ?? [];
}

function toneOf({ status = 0, error }: Exchange, findings: readonly Finding[]): ExchangeSummary["tone"] {
  if (status >= 500 || error !== undefined || findings.some(({ tone }) => tone === "error")) return "error";
  return status >= 400 || findings.length > 0 ? "warn" : "ok";
}
