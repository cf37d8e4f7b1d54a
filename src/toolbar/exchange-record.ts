import type { ExchangeSummary } from "./exchange-page.ts";
import type { PanelStats } from "./panels/panel-stats.ts";

/**
 * Everything that was recorded of one request, as plain JSON: what programs read. It is the same in
 * `toolbar.record(id)`, at the toolbar's address, in the history file and on the command line.
 * docs/toolbar-records.md lists its members and their units.
 */
export interface ExchangeRecord {
  /** Rises when a member is removed or changes its meaning. New members do not change it. */
  readonly version: 1;
  readonly summary: ExchangeSummary;
  /** The data of each panel, by its id. */
  readonly panels: PanelStats & Readonly<Record<string, unknown>>;
}
