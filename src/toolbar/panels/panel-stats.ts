import type { Finding } from "../blocks.ts";
import type { ConfigStats } from "./config.ts";
import type { ExceptionStats } from "./exceptions.ts";
import type { LogStats } from "./logs.ts";
import type { MemoryStats } from "./memory.ts";
import type { ProfilerStats } from "./profiler.ts";
import type { RequestStats } from "./request.ts";
import type { ResponseStats } from "./response.ts";
import type { RoutesStats } from "./routes.ts";
import type { RecordedSession } from "./session.ts";
import type { CacheStats } from "./spans/cache.ts";
import type { OutgoingStats } from "./spans/outgoing.ts";
import type { QueryStats } from "./spans/query-stats.ts";
import type { TemplateStats } from "./spans/templates.ts";
import type { TimelineStats } from "./spans/timeline.ts";
import type { TimingStats } from "./spans/timing.ts";
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
  readonly request?: RequestStats;
  readonly response?: ResponseStats;
  readonly session?: RecordedSession;
  readonly queries?: QueryStats;
  readonly cache?: CacheStats;
  readonly outgoing?: OutgoingStats;
  readonly timing?: TimingStats;
  readonly timeline?: TimelineStats;
  readonly logs?: LogStats;
  readonly templates?: TemplateStats;
  readonly routes?: RoutesStats;
  readonly config?: ConfigStats;
  readonly memory?: MemoryStats;
  readonly profiler?: ProfilerStats;
  readonly versions?: VersionStats;
}
