/*
 * The plain data that a panel shows. A panel returns blocks without HTML, and the toolbar in the
 * browser draws them with text nodes. This file imports nothing, so that server and browser can
 * share it.
 */

/**
 * The meaning of a value. The toolbar always shows a sign or a word as well, never colour alone.
 */
export type Tone = "plain" | "ok" | "warn" | "error" | "info" | "key";

/**
 * One of six colours that tell things apart and have no meaning. The name beside it says what it
 * is.
 */
export type Hue = 0 | 1 | 2 | 3 | 4 | 5;

/** A bar with the share of `value` in `of`. */
interface Meter {
  readonly value: number;
  readonly of: number;
  readonly hue?: Hue | undefined;
}

/** One cell of a table, or one value of a pair. */
export type Cell =
  | string
  | number
  | {
      readonly text: string;
      readonly tone?: Tone | undefined;
      /** Uses a monospaced font, for code, values and addresses. */
      readonly mono?: boolean | undefined;
      /** Shows keywords and values of the language apart. Not together with `tone`. */
      readonly language?: "sql" | undefined;
      /** A second, quieter line. */
      readonly detail?: string | undefined;
      /** A place in the application's code, "routes/cart.ts:31", as a link to the editor. */
      readonly where?: string | undefined;
      /** The id of a panel of the same page, as a link to it. */
      readonly panel?: string | undefined;
      /** Draws a bar with the share of `value` in `of`. */
      readonly meter?: Meter | undefined;
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
    readonly meter?: Meter | undefined;
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
    /** The colour of its bar. A tone goes before it. */
    readonly hue?: Hue | undefined;
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
  /** Shows keywords and values of the language apart. */
  readonly language?: "sql" | undefined;
  /** Lines that matter most, counted from 0. They get a coloured background. */
  readonly marked?: readonly number[] | undefined;
}

/** What a whole is made of: one bar with a piece for each part, and their names below it. */
export interface SharesBlock {
  readonly kind: "shares";
  readonly title?: string | undefined;
  /** The whole. What the parts leave of it is drawn empty. */
  readonly total: number;
  readonly parts: readonly {
    readonly label: string;
    readonly value: number;
    /** The value in words: "21.3 ms". */
    readonly text: string;
    /** Without one it is drawn empty. */
    readonly hue?: Hue | undefined;
  }[];
}

/** Calls inside of calls, as a flame graph. All times are milliseconds since its start. */
export interface FlameBlock {
  readonly kind: "flame";
  readonly title?: string | undefined;
  /** The time of the whole graph. */
  readonly total: number;
  /**
   * In any order. Those that are too narrow to be seen are left out until one opens their caller.
   */
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
  | SharesBlock
  | CodeBlock
  | FlameBlock
  | DownloadBlock
  | AskBlock
  | TextBlock
  | NoteBlock;
