/*
 * The interface of a panel, and the plain data that the server sends to the browser. A panel
 * returns blocks without HTML, and the toolbar in the browser draws them with text nodes. This file
 * imports nothing, so that server and browser can share it.
 */

/**
 * The meaning of a value. The toolbar always shows a sign or a word as well, never colour alone.
 */
export type Tone = "plain" | "ok" | "warn" | "error" | "info" | "key";

/** One cell of a table, or one value of a pair. */
export type Cell =
  | string
  | number
  | {
      readonly text: string;
      readonly tone?: Tone | undefined;
      /** Uses a monospaced font, for code, values and addresses. */
      readonly mono?: boolean | undefined;
      /** A second, quieter line. */
      readonly detail?: string | undefined;
      /** Draws a bar with the share of `value` in `of`. */
      readonly meter?: { readonly value: number; readonly of: number } | undefined;
    };

/** A problem, in one sentence. The toolbar counts and lists the findings. */
export interface Finding {
  readonly tone: "warn" | "error";
  readonly text: string;
}

/** A row of big numbers, each with a caption. */
export interface NumbersBlock {
  readonly kind: "numbers";
  readonly items: readonly {
    readonly value: string;
    readonly unit?: string | undefined;
    readonly label: string;
    readonly tone?: Tone | undefined;
    readonly meter?: { readonly value: number; readonly of: number } | undefined;
  }[];
}

/** The most important sentence, with an explanation and a hint. */
export interface VerdictBlock {
  readonly kind: "verdict";
  readonly tone: Tone;
  readonly title: string;
  readonly text?: string | undefined;
  readonly hint?: string | undefined;
}

/** Names and values. */
export interface PairsBlock {
  readonly kind: "pairs";
  readonly title?: string | undefined;
  readonly rows: readonly { readonly name: string; readonly value: Cell }[];
}

/** A table. A row has as many cells as there are columns. */
export interface TableBlock {
  readonly kind: "table";
  readonly title?: string | undefined;
  readonly columns: readonly {
    readonly title: string;
    readonly align?: "right" | undefined;
    readonly grow?: boolean | undefined;
  }[];
  readonly rows: readonly (readonly Cell[])[];
  /** The text for a table without rows. */
  readonly empty?: string | undefined;
}

/** Events over time. All times are milliseconds since the start of the exchange. */
export interface TimelineBlock {
  readonly kind: "timeline";
  readonly title?: string | undefined;
  readonly total: number;
  readonly rows: readonly {
    readonly label: string;
    readonly start: number;
    /** 0 draws a mark, not a bar. */
    readonly duration: number;
    readonly tone?: Tone | undefined;
    readonly detail?: string | undefined;
  }[];
}

/** Text in a monospaced font. Line breaks stay. */
export interface CodeBlock {
  readonly kind: "code";
  readonly title?: string | undefined;
  readonly text: string;
}

/** A paragraph. */
export interface TextBlock {
  readonly kind: "text";
  readonly text: string;
}

/** A remark with a tone. */
export interface NoteBlock {
  readonly kind: "note";
  readonly tone: Tone;
  readonly text: string;
}

/** A piece of a panel, as plain data. */
export type Block =
  | NumbersBlock
  | VerdictBlock
  | PairsBlock
  | TableBlock
  | TimelineBlock
  | CodeBlock
  | TextBlock
  | NoteBlock;

/** A name and a value of a header, after redaction. */
export type HeaderEntry = readonly [name: string, value: string];

/** A cookie without its value, which is never recorded. */
export interface CookieFacts {
  readonly name: string;
  /** Bytes of name and value, as browsers count them towards their limit of 4,096. */
  readonly bytes: number;
  /** The attributes of a cookie that was sent. Absent for a cookie of the request. */
  readonly attributes?: string | undefined;
}

/** The data of one request and its response, for panels. All texts in it are redacted. */
export interface Recording {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly query: readonly HeaderEntry[];
  readonly requestHeaders: readonly HeaderEntry[];
  readonly requestCookies: readonly CookieFacts[];
  readonly remoteAddress: string | undefined;
  /** The pattern of the route that answered, if the framework reports it. */
  readonly route: string | undefined;
  readonly status: number | undefined;
  readonly responseHeaders: readonly HeaderEntry[];
  readonly responseCookies: readonly CookieFacts[];
  /** The error that the handler threw, if the framework reports it. */
  readonly error: { readonly name: string; readonly message: string; readonly stack: string } | undefined;
  /** Whether the connection was closed before the response was complete. */
  readonly aborted: boolean;
  /**
   * Why the toolbar is not in this response. Undefined if it is, or if no adapter handled it.
   */
  readonly notShown: string | undefined;
  /** Milliseconds since the start of the exchange. */
  elapsed(): number;
  /** The marks so far, in milliseconds since the start. */
  readonly marks: readonly { readonly label: string; readonly at: number }[];
  /** Records the current time under a label. */
  mark(label: string): void;
  /**
   * CPU time and busy time of the event loop during the exchange, in milliseconds. Both are of the
   * whole process; undefined if the runtime does not report them. `others` is the number of other
   * requests that were running at the end.
   */
  readonly cost: { readonly cpu: number | undefined; readonly loopBusy: number | undefined; readonly others: number };
  /** The panel's own data in this recording. `make` creates it at the first call. */
  slot<Value>(owner: string, make: () => Value): Value;
  /**
   * The text without secrets, cut at 4,000 characters. Keys, cookie values and credentials are
   * replaced.
   */
  redactText(text: string): string;
  /**
   * A copy as plain JSON without secrets, by name and by value, cut in depth, breadth and length.
   */
  redactData(data: unknown): unknown;
}

/**
 * One tab of the toolbar.
 *
 * A panel listens to messages (`channels`). When the response has ended, it returns plain JSON
 * about them (`collect`). When a person opens the panel, it turns that JSON into blocks (`view`).
 * `Stats` must survive `JSON.parse(JSON.stringify(stats))` unchanged: `subtitle`, `findings` and
 * `view` get nothing else.
 *
 * @example
 * ```ts
 * const queries: Panel<{ sql: string[] }> = {
 *   id: "queries",
 *   title: "Queries",
 *   channels: { "app:query": (message, recording) => recording.slot("queries", () => [] as string[]).push(recording.redactText(String(message))) },
 *   collect: (recording) => ({ sql: recording.slot("queries", () => [] as string[]) }),
 *   subtitle: ({ sql }) => String(sql.length),
 *   view: ({ sql }) => [{ kind: "table", columns: [{ title: "SQL" }], rows: sql.map((text) => [text]), empty: "No query was made." }],
 * };
 * ```
 */
export interface Panel<Stats = unknown> {
  /** Lower-case letters, digits and hyphens; one panel per id. */
  readonly id: string;
  readonly title: string;
  /**
   * Listeners for channels of node:diagnostics_channel, by name. Exceptions are caught; after five
   * the listener is removed.
   */
  readonly channels?: Readonly<Record<string, (message: unknown, recording: Recording) => void>> | undefined;
  /** Called when the response has ended. Must be fast and synchronous: it delays other requests. */
  collect(recording: Recording): Stats;
  /** A few words next to the title. */
  subtitle?(stats: Stats): string | undefined;
  findings?(stats: Stats): readonly Finding[];
  view(stats: Stats): readonly Block[];
}

/** One line of the list of requests. */
export interface ExchangeSummary {
  readonly id: string;
  /** Counts up from 1 within a process. */
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
