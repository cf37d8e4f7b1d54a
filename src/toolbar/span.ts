/**
 * What a span is of. Names of your own are allowed too: lower-case letters, digits and hyphens.
 *
 * `sql`, `redis`, `http` (outgoing), `cache`, `template`, `mail`, `layer` (middleware or handler of
 * the framework), `app` (the application's own, by `toolbar.span`).
 */
export type SpanKind = "sql" | "redis" | "http" | "cache" | "template" | "mail" | "layer" | "app" | (string & {});

/** Something that took time while a request was answered. All texts in it are redacted. */
export interface Span {
  /** Counts up from 1 within a recording. */
  readonly id: number;
  /** The span inside of which it began; null for none. */
  readonly parent: number | null;
  readonly kind: SpanKind;
  /** One line: the statement, the command, the method and address. */
  readonly label: string;
  /** Milliseconds since the start of the exchange. */
  readonly start: number;
  /** Milliseconds; null while it runs, and for one that did not end before the response. */
  readonly duration: number | null;
  /** The file and line of the application that began it: "routes/cart.ts:31"; "" if unknown. */
  readonly where: string;
  /** Name and message of the error that ended it; null for none. */
  readonly error: string | null;
  /** What its kind adds, as plain JSON: the parameters, the number of rows, a status. */
  readonly detail: Readonly<Record<string, unknown>>;
  /** Whether the database can be asked for its plan; see `SpanStart.explain`. */
  readonly isExplainable?: boolean | undefined;
}

/** What is known when a span begins. It is redacted when it is recorded. */
export interface SpanStart {
  readonly kind: SpanKind;
  readonly label: string;
  readonly detail?: Readonly<Record<string, unknown>> | undefined;
  /** When it began, in milliseconds since the start of the exchange. Default: now. */
  readonly start?: number | undefined;
  /**
   * Asks the database how it carries out the statement, without executing it. Called only when a
   * person asks for it, also long after the request. Ignored unless the kind is `sql` and the label
   * is one statement that only reads. At most 100 for each request are kept.
   *
   * @returns the rows of the plan, or a text.
   */
  readonly explain?: (() => Promise<unknown>) | undefined;
  /** Whether to look for the line that began it, which takes 2 to 10 µs. Default: true. */
  readonly isLocated?: boolean | undefined;
  /**
   * The line that began it, from `recording.callSite()`, where the stack does not show it any more.
   */
  readonly where?: string | undefined;
  /** The id of the span that it is inside of; null for none. Default: the one that runs now. */
  readonly parent?: number | null | undefined;
}

/** What is known when a span ends. */
export interface SpanEnd {
  /** Whatever was thrown. */
  readonly error?: unknown;
  /** Milliseconds that it took. Default: from its start until now. */
  readonly duration?: number | undefined;
  /** Added to the detail that it began with. */
  readonly detail?: Readonly<Record<string, unknown>> | undefined;
}

/** A span that has begun. */
export interface OpenSpan {
  /** Undefined if the recording has too many spans already. */
  readonly id: number | undefined;
  /** Adds to its detail what is known before it ends. */
  note(detail: Readonly<Record<string, unknown>>): void;
  /** Ends it. A second call does nothing, and neither does one after the response has ended. */
  end(end?: SpanEnd): void;
}
