/*
 * The plain data that a panel shows. A panel returns blocks without HTML, and the toolbar in the
 * browser draws them with text nodes. This file imports nothing, so that server and browser can
 * share it.
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
      /** A place in the application's code, "routes/cart.ts:31", as a link to the editor. */
      readonly where?: string | undefined;
      /** The id of a panel of the same page, as a link to it. */
      readonly panel?: string | undefined;
      /** Draws a bar with the share of `value` in `of`. */
      readonly meter?: { readonly value: number; readonly of: number } | undefined;
    };

/** A problem, in one sentence. The toolbar counts and lists the findings. */
export interface Finding {
  readonly tone: "warn" | "error";
  readonly text: string;
  /** Where in the application's code: "routes/cart.ts:31". */
  readonly where?: string | undefined;
}

/** A row of big numbers, each with a caption. */
export interface NumbersBlock {
  readonly kind: "numbers";
  readonly items: readonly {
    readonly value: string;
    readonly unit?: string | undefined;
    readonly label: string;
    readonly tone?: Tone | undefined;
    /** The id of a panel of the same page, as a link to it. */
    readonly panel?: string | undefined;
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

/** A row of a table that opens, with what is in it. */
export interface OpenableRow {
  readonly cells: readonly Cell[];
  /** Shown below the row, once it is opened. */
  readonly more: readonly Block[];
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
  readonly rows: readonly (readonly Cell[] | OpenableRow)[];
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
    /** How deep it is inside of other rows. Default: 0. */
    readonly depth?: number | undefined;
    readonly where?: string | undefined;
  }[];
}

/** Text in a monospaced font. Line breaks stay. */
export interface CodeBlock {
  readonly kind: "code";
  readonly title?: string | undefined;
  readonly text: string;
}

/** Calls inside of calls, as a flame graph. All times are milliseconds since its start. */
export interface FlameBlock {
  readonly kind: "flame";
  readonly title?: string | undefined;
  /** The time of the whole graph. */
  readonly total: number;
  /** In any order. Those that are too narrow to be seen are left out until one opens their caller. */
  readonly rows: readonly {
    readonly label: string;
    readonly start: number;
    readonly duration: number;
    /** 0 for the outermost call. */
    readonly depth: number;
    readonly where?: string | undefined;
  }[];
}

/** A link that saves a file. */
export interface DownloadBlock {
  readonly kind: "download";
  /** The name of the file: "request.cpuprofile". */
  readonly name: string;
  /** Below the toolbar's prefix: "/exchanges/<id>/profile". The token is added. */
  readonly path: string;
}

/**
 * A button that asks the server for more blocks, and shows them in its place. For what costs too
 * much to do for each request.
 */
export interface AskBlock {
  readonly kind: "ask";
  /** The text of the button: "EXPLAIN". */
  readonly label: string;
  /**
   * Below the toolbar's prefix: "/exchanges/<id>/explain?span=3". The token is added. The answer is
   * a list of blocks, as JSON or, with `as=module`, as a module.
   */
  readonly path: string;
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
  | FlameBlock
  | DownloadBlock
  | AskBlock
  | TextBlock
  | NoteBlock;
