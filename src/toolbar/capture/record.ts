import { formatInteger } from "../format.ts";
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
  /** Whether a panel is the application's own, and not one of the standard ones. */
  isForeign(panel: Panel): boolean;
  /** Redacts JSON that such a panel has made. */
  foreignJson(json: string): string;
}

/**
 * The most characters of one panel's data. The standard panels stay below it by their own limits.
 */
const MOST_CHARACTERS = 5_000_000;

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
  const collected = new Map<Panel, Collected>();
  for (const panel of panels) {
    const who = collectorOf(panel.id);
    const one = caller.isOff(who) ? undefined : caller.guarded(who, () => collect(panel, exchange, caller));
    if (one !== undefined) collected.set(panel, one);
  }
  // Redact again: since a part of this was recorded, more secrets are known, such as cookies of the
  // response or a new key. Nearly always there is nothing to hide, which one search shows.
  const all = `{${membersOf(collected)}}`;
  const isClean = exchange.scrubJson(all) === all;
  if (!isClean)
    for (const [panel, { json }] of collected)
      collected.set(panel, { json: exchange.scrubJson(json), stats: undefined });
  const statsOf = (panel: Panel): unknown => {
    const one = collected.get(panel);
    return one === undefined ? undefined : (one.stats ?? JSON.parse(one.json));
  };
  const overview = collectOverview(panels, (panel) =>
    panel.findings === undefined ? [] : findingsOf(panel, statsOf(panel), caller),
  );
  const session = panels.find(({ id }) => id === "session");
  const summary = {
    id: exchange.id,
    sequence: exchange.sequence,
    method: exchange.method,
    path: exchange.path,
    status: exchange.status,
    duration: exchange.elapsed(),
    startedAt: exchange.startedAt,
    tone: toneOf(exchange, overview.findings),
    findings: overview.findings.length,
    finished: exchange.finished,
    session: session === undefined ? undefined : subtitleOf(session, statsOf(session), caller),
    redirectedFrom: exchange.redirectedFrom?.id,
    notShown: exchange.notShown,
    ...requestFacts(exchange),
  };
  const [found, line] = [JSON.stringify(overview), JSON.stringify(summary)].map((json) => exchange.scrubJson(json));
  return {
    summary: JSON.parse(line!) as ExchangeSummary,
    json: `{${[`"overview":${found!}`, ...(collected.size === 0 ? [] : [membersOf(collected)])].join(",")}}`,
  };
}

/** What a panel has collected. */
interface Collected {
  /** Undefined if it has to be read from the JSON, because that was redacted. */
  readonly stats: unknown;
  readonly json: string;
}

/** @throws Error if it is no JSON, or too long. */
function collect(panel: Panel, exchange: Exchange, caller: Caller): Collected | undefined {
  const stats = panel.collect(exchange);
  const json = toJson(stats);
  if (json === undefined) return undefined;
  if (json.length > MOST_CHARACTERS)
    throw new Error(
      `Its data has ${formatInteger(json.length)} characters, and at most ${formatInteger(MOST_CHARACTERS)} are recorded.`,
    );
  return caller.isForeign(panel) ? { stats: undefined, json: caller.foreignJson(json) } : { stats, json };
}

/** The JSON of data that does not change, such as the versions of packages. */
const constants = new WeakMap<object, string>();

function toJson(stats: unknown): string | undefined {
  if (typeof stats !== "object" || stats === null || !Object.isFrozen(stats)) return JSON.stringify(stats);
  const json = constants.get(stats) ?? JSON.stringify(stats);
  constants.set(stats, json);
  return json;
}

/** The data of the panels, as members of an object in JSON. */
function membersOf(collected: ReadonlyMap<Panel, Collected>): string {
  return Array.from(collected, ([{ id }, { json }]) => `${JSON.stringify(id)}:${json}`).join(",");
}

/**
 * What a panel shows, as plain data and without secrets. In a panel of the application, what is no
 * JSON is an exception of this panel; otherwise the page of the whole record would fail.
 */
function plain<Value>(panel: Panel, value: Value, caller: Caller): Value {
  if (!caller.isForeign(panel)) return value;
  const json = JSON.stringify(value) as string | undefined;
  return json === undefined ? value : (JSON.parse(caller.foreignJson(json)) as Value);
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
  const further = panels.flatMap((panel) => overviewOf(panel, stats[panel.id], caller) ?? []);
  const known = stats["overview"] as OverviewStats;
  const { findings } = collectOverview(panels, ({ id }) => late[id] ?? []);
  const overview = viewOverview({ findings: [...known.findings, ...findings] }, summary, numbers, further);
  const views = panels.map((panel) => {
    const view = viewPanel(panel, stats[panel.id], caller);
    return { ...view, findings: [...(late[panel.id] ?? []), ...view.findings] };
  });
  return { summary, panels: [overview, ...views] };
}

function viewPanel(panel: Panel, stats: unknown, caller: Caller): PanelView {
  const { id, title } = panel;
  const blocks =
    stats === undefined ? undefined : caller.guarded(viewOf(id), () => plain(panel, panel.view(stats), caller));
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
  return stats === undefined
    ? undefined
    : caller.guarded(viewOf(panel.id), () => plain(panel, panel.subtitle?.(stats), caller));
}

function findingsOf(panel: Panel, stats: unknown, caller: Caller): readonly Finding[] {
  return (
    (stats === undefined
      ? undefined
      : caller.guarded(viewOf(panel.id), () => plain(panel, panel.findings?.(stats), caller))) ?? []
  );
}

function numbersOf(panel: Panel, stats: unknown, caller: Caller): NumbersBlock["items"] | undefined {
  return stats === undefined
    ? undefined
    : caller.guarded(viewOf(panel.id), () => plain(panel, panel.numbers?.(stats), caller));
}

function overviewOf(panel: Panel, stats: unknown, caller: Caller): readonly Block[] | undefined {
  return stats === undefined ? undefined : caller.guarded(viewOf(panel.id), () => panel.overview?.(stats));
}

function toneOf({ status = 0, error }: Exchange, findings: readonly Finding[]): ExchangeSummary["tone"] {
  // An error with a status below 500 is a deliberate answer: "not found", "not allowed".
  const hasFailed = error !== undefined && (status < 400 || status >= 500);
  if (status >= 500 || hasFailed || findings.some(({ tone }) => tone === "error")) return "error";
  return status >= 400 || findings.length > 0 ? "warn" : "ok";
}
