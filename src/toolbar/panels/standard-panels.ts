import type { Clock } from "../../clock.ts";
import type { KeyRing } from "../../keys/key-ring.ts";
import type { Panel } from "../panel.ts";
import { exceptionsPanel } from "./exceptions.ts";
import { logsPanel } from "./logs.ts";
import { requestPanel } from "./request.ts";
import { sessionPanel } from "./session.ts";
import { timingPanel } from "./timing.ts";
import { versionsPanel } from "./versions.ts";

/** What the standard panels need. */
export interface StandardPanelOptions {
  readonly keys: KeyRing;
  readonly slowMs: number;
  readonly directory: string;
  readonly clock?: Clock;
}

/** The panels of every toolbar, in the order of their tabs. */
export function standardPanels({ keys, slowMs, directory, clock }: StandardPanelOptions): readonly Panel[] {
  return [
    exceptionsPanel,
    sessionPanel(keys, clock),
    requestPanel(),
    timingPanel(slowMs),
    logsPanel(directory),
    versionsPanel(directory),
  ];
}
