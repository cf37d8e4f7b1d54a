import type { RecordedError } from "./recorded-error.ts";
import type { OpenSpan, Span, SpanStart } from "./span.ts";

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
  /** The error that was thrown last, if the framework reports it. */
  readonly error: RecordedError | undefined;
  /**
   * All errors that were thrown, each once: at most five. There is a second one if an error handler
   * fails.
   */
  readonly errors: readonly RecordedError[];
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
  /** What took time, in the order of its beginning: at most 1,000 spans. */
  readonly spans: readonly Span[];
  /** How many more spans there were than are recorded, by kind. */
  readonly omittedSpans: Readonly<Record<string, number>>;
  /** The span inside of which the code runs that calls this. Undefined for none. */
  readonly currentSpan: Span | undefined;
  /**
   * The file and line of the application that is running now: "routes/cart.ts:31". Empty if there is
   * none, and after 300 spans.
   */
  callSite(): string;
  /** Begins a span inside of the one that is running now. */
  startSpan(start: SpanStart): OpenSpan;
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
