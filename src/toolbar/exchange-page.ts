import type { Block, Finding } from "./blocks.ts";

/* What the server sends to the browser. */

/** One line of the list of requests. */
export interface ExchangeSummary {
  readonly id: string;
  /**
   * Rises from request to request: from 1 in one process. Where several processes share a history,
   * it is made of the time.
   */
  readonly sequence: number;
  readonly method: string;
  readonly path: string;
  readonly status: number | undefined;
  /** Milliseconds, from the request's arrival to the response's end. */
  readonly duration: number;
  /** Unix seconds. */
  readonly startedAt: number;
  readonly tone: "ok" | "warn" | "error";
  readonly findings: number;
  /** Whether the response has ended. */
  readonly finished: boolean;
  /** A few words about the session, for the list: "valid", "rejected: expired". */
  readonly session?: string | undefined;
  /** The exchange that redirected to this one. */
  readonly redirectedFrom?: string | undefined;
  /** Why the toolbar is not in this response. Absent if it is. */
  readonly notShown?: string | undefined;
}

/** A panel, ready to be drawn. */
export interface PanelView {
  readonly id: string;
  readonly title: string;
  readonly subtitle?: string | undefined;
  readonly findings: readonly Finding[];
  readonly blocks: readonly Block[];
}

/** The server's answer for one exchange. */
export interface ExchangePage {
  readonly summary: ExchangeSummary;
  readonly panels: readonly PanelView[];
}

/** The server's answer for the list, newest first. */
export interface ExchangeList {
  readonly exchanges: readonly ExchangeSummary[];
  /** How many are stored at most. */
  readonly capacity: number;
}
