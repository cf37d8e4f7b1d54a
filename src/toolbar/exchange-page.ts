import type { Block, Finding } from "./blocks.ts";

/* What the server sends to the browser. */

/**
 * What asked for an answer: a page, a script of a page or a program, or a page's image and such.
 */
export type RequestKind = "document" | "fetch" | "asset";

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
  /** Name and port that the request was sent to: "localhost:3000". */
  readonly host?: string | undefined;
  readonly kind?: RequestKind | undefined;
  /** The pattern of the route that answered, if the framework reports it. */
  readonly route?: string | undefined;
  /** How many spans there were of each kind: `{ sql: 9 }`. */
  readonly spans?: Readonly<Record<string, number>> | undefined;
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

/** How the browser makes links to the editor. */
export interface EditorLinks {
  /** An address with `{file}` and `{line}`. */
  readonly template: string;
  /** The folder that relative paths are in, with slashes. */
  readonly directory: string;
  /** Beginnings of paths on the server, and what they are where the editor runs. */
  readonly paths: readonly (readonly [from: string, to: string])[];
}

/** The server's answer for the list, newest first. */
export interface ExchangeList {
  readonly exchanges: readonly ExchangeSummary[];
  /** How many are stored at most. */
  readonly capacity: number;
  /** A request of at least this many milliseconds is slow. */
  readonly slowMs: number;
  /** Absent if no editor is wanted. */
  readonly editor?: EditorLinks | undefined;
}

/** A request as text for elsewhere. Values that were redacted are named placeholders. */
export interface ExchangeCopies {
  /** A command for bash. */
  readonly curl: string;
  /** A call of fetch. */
  readonly fetch: string;
  /** A test for vitest that makes the request and expects its status. */
  readonly test: string;
}
