import type { Clock } from "../../clock.ts";
import type { RingSource } from "../../keys/lazy-ring.ts";
import type { Panel } from "../panel.ts";
import type { Profiler } from "../profiler/profiler.ts";
import { configPanel, type ConfigPanelOptions } from "./config.ts";
import { exceptionsPanel } from "./exceptions.ts";
import { logsPanel } from "./logs.ts";
import { memoryPanel } from "./memory.ts";
import { profilerPanel } from "./profiler.ts";
import { requestPanel } from "./request.ts";
import { responsePanel } from "./response.ts";
import { routesPanel } from "./routes.ts";
import { sessionPanel } from "./session.ts";
import { cachePanel } from "./spans/cache.ts";
import { outgoingPanel } from "./spans/outgoing.ts";
import { queriesPanel } from "./spans/queries.ts";
import { templatesPanel } from "./spans/templates.ts";
import { timelinePanel } from "./spans/timeline.ts";
import { timingPanel } from "./spans/timing.ts";
import { versionsPanel } from "./versions.ts";

/** What the standard panels need. */
export interface StandardPanelOptions extends ConfigPanelOptions {
  readonly keys: RingSource;
  readonly slowMs: number;
  readonly directory: string;
  readonly profiler: Profiler;
  readonly clock?: Clock;
}

/** The panels of every toolbar, in the order of their tabs. Before them is the Overview. */
export function standardPanels(options: StandardPanelOptions): readonly Panel[] {
  const { keys, slowMs, directory, clock, applications, profiler } = options;
  return [
    exceptionsPanel,
    requestPanel,
    responsePanel,
    sessionPanel(keys, clock),
    queriesPanel(slowMs),
    cachePanel(),
    outgoingPanel(),
    timingPanel(slowMs),
    timelinePanel(),
    logsPanel(directory),
    templatesPanel(),
    routesPanel(applications),
    configPanel(options),
    memoryPanel(),
    profilerPanel(profiler),
    versionsPanel(directory),
  ];
}
