/** One line of a source file. */
export interface SourceLine {
  /** Counts from 1. */
  readonly line: number;
  readonly text: string;
  /** Whether the frame is at this line. */
  readonly isHit: boolean;
}

/** One call of a stack. */
export interface ErrorFrame {
  /**
   * File and line: "routes/pay.ts:31". Relative to the application's folder for a file inside of
   * it. "" if unknown.
   */
  readonly where: string;
  /** The function: "payCart", "new Cart", "async Promise.all (index 0)"; "" for none. */
  readonly name: string;
  /** Whether the file is the application's own: in its folder, and not in node_modules. */
  readonly isOwn: boolean;
  /**
   * The line with three lines before and after it, for the first five own frames. Empty for the
   * others, and if the file cannot be read.
   */
  readonly source: readonly SourceLine[];
}

/** An error that was thrown while a request was answered. All texts in it are redacted. */
export interface RecordedError {
  /** "TypeError"; "Thrown value" for a value that is not an Error. */
  readonly name: string;
  readonly message: string;
  /** The member `code`, such as "ENOENT"; null for none. */
  readonly code: string | null;
  /** The stack as text; "" for none. */
  readonly stack: string;
  readonly frames: readonly ErrorFrame[];
  /** The error in the member `cause`, at most eight deep; null for none. */
  readonly cause: RecordedError | null;
  /** The first ten errors of an AggregateError. */
  readonly errors: readonly RecordedError[];
}
