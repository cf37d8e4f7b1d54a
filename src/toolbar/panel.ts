/*
 * What a panel is, and the plain data that it and the browser's half exchange. Nothing here is HTML
 * and nothing runs in the browser: a panel describes blocks, and the toolbar draws them with text
 * nodes. This file imports nothing, so both halves share it.
 */

/**
 * How a thing is to be read. The toolbar always adds a sign or a word: no state is told by colour
 * alone.
 */
export type Tone = "plain" | "ok" | "warn" | "error" | "info" | "key";

/** One cell of a table, or one value of a pair. */
export type Cell =
  | string
  | number
  | {
      readonly text: string;
      readonly tone?: Tone | undefined;
      /** Set in a typewriter face: code, values, addresses. */
      readonly mono?: boolean | undefined;
      /** A second, quieter line. */
      readonly detail?: string | undefined;
      /** Draws how much of `of` the value is. */
      readonly meter?: { readonly value: number; readonly of: number } | undefined;
    };

/** One sentence that says what is the matter; the toolbar counts and lists them. */
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

/** The sentence that matters most, with what it means and what to do. */
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
  readonly columns: readonly { readonly title: string; readonly align?: "right" | undefined; readonly grow?: boolean | undefined }[];
  readonly rows: readonly (readonly Cell[])[];
  /** What to say in the place of no rows. */
  readonly empty?: string | undefined;
}

/** What happened when. All times are milliseconds since the start of the exchange. */
export interface TimelineBlock {
  readonly kind: "timeline";
  readonly title?: string | undefined;
  readonly total: number;
  readonly rows: readonly {
    readonly label: string;
    readonly start: number;
    /** 0 is a moment, drawn as a mark. */
    readonly duration: number;
    readonly tone?: Tone | undefined;
    readonly detail?: string | undefined;
  }[];
}

/** Text in a typewriter face, line by line as it is. */
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
export type Block = NumbersBlock | VerdictBlock | PairsBlock | TableBlock | TimelineBlock | CodeBlock | TextBlock | NoteBlock;

/** A name and a value of a header, after redaction. */
export type HeaderEntry = readonly [name: string, value: string];

/** A cookie as it is recorded: never its value. */
export interface CookieFacts {
  readonly name: string;
  /** Bytes of name and value, as browsers count them towards their limit of 4,096. */
  readonly bytes: number;
  /** The attributes of one that was sent; absent for one that came in. */
  readonly attributes?: string | undefined;
}

/** What a panel sees of one request and its response. All texts in it are redacted. */
export interface Recording {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly query: readonly HeaderEntry[];
  readonly requestHeaders: readonly HeaderEntry[];
  readonly requestCookies: readonly CookieFacts[];
  readonly remoteAddress: string | undefined;
  /** The pattern of the route that answered, where the framework tells. */
  readonly route: string | undefined;
  readonly status: number | undefined;
  readonly responseHeaders: readonly HeaderEntry[];
  readonly responseCookies: readonly CookieFacts[];
  /** What the handler threw, where the framework tells. */
  readonly error: { readonly name: string; readonly message: string; readonly stack: string } | undefined;
  /** Whether the visitor left before the response was whole. */
  readonly aborted: boolean;
  /**
   * Why the toolbar is not in this response; undefined where it is, or where no adapter was asked.
   */
  readonly notShown: string | undefined;
  /** Milliseconds since the start of the exchange. */
  elapsed(): number;
  /** Moments that were noted, in milliseconds since the start. */
  readonly marks: readonly { readonly label: string; readonly at: number }[];
  /** Notes a moment. */
  mark(label: string): void;
  /**
   * What CPU and event loop did meanwhile, in milliseconds. Both are of the whole process;
   * undefined where the runtime does not tell.
   */
  readonly cost: { readonly cpu: number | undefined; readonly loopBusy: number | undefined; readonly others: number };
  /** A place of the panel's own in this recording: made by `make` when first asked for. */
  slot<Value>(owner: string, make: () => Value): Value;
  /**
   * The text without secrets: keys, cookie values and credentials are replaced, and it is cut at
   * 4,000 characters.
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
 * A panel listens (`channels`), boils down what it heard to plain JSON when the response has ended
 * (`collect`), and describes it as blocks when somebody looks (`view`). `Stats` survives
 * `JSON.parse(JSON.stringify(stats))` unchanged, and `subtitle`, `findings` and `view` are given
 * nothing else.
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
   * Channels of node:diagnostics_channel by name. A channel that nobody has costs nothing. An
   * exception here is caught.
   */
  readonly channels?: Readonly<Record<string, (message: unknown, recording: Recording) => void>> | undefined;
  /** Called once, when the response has ended. Must be quick and synchronous. */
  collect(recording: Recording): Stats;
  /** A few words beside the title. */
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
  /** A few words on the session, for the list: "valid", "rejected: expired". */
  readonly session?: string | undefined;
  /** The exchange whose redirect led to this one. */
  readonly redirectedFrom?: string | undefined;
  /** Why no toolbar was put into this response; absent where one was. */
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

/** What the server answers for one exchange. */
export interface ExchangePage {
  readonly summary: ExchangeSummary;
  readonly panels: readonly PanelView[];
}

/** What the server answers for the list, newest first. */
export interface ExchangeList {
  readonly exchanges: readonly ExchangeSummary[];
  /** How many are kept at most. */
  readonly capacity: number;
}
