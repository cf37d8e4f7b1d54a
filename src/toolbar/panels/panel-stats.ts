import type { Finding } from "../blocks.ts";
import type { ExceptionStats } from "./exceptions.ts";
import type { LogStats } from "./logs.ts";
import type { RequestStats } from "./request.ts";
import type { RecordedSession } from "./session.ts";
import type { TimingStats } from "./timing.ts";
import type { VersionStats } from "./versions.ts";

/** The data of the first tab: the findings of all panels. */
export interface OverviewStats {
  readonly findings: readonly RecordedFinding[];
}

/** A finding, and the panel that reports it. */
export interface RecordedFinding extends Finding {
  /** The id of the panel. */
  readonly panel: string;
  readonly panelTitle: string;
}

/**
 * The data of the standard panels, by their ids. A panel that failed has none.
 * docs/toolbar-records.md explains the members.
 */
export interface PanelStats {
  readonly overview?: OverviewStats;
  readonly exceptions?: ExceptionStats;
  readonly session?: RecordedSession;
  readonly request?: RequestStats;
  readonly timing?: TimingStats;
  readonly logs?: LogStats;
  readonly versions?: VersionStats;
}
