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

/** A file that was uploaded, without its content. */
export interface UploadedFile {
  /** The name of the form's field. */
  readonly field: string;
  /** The name that the visitor's file had. */
  readonly name: string;
  /** Undefined if the framework does not tell. */
  readonly bytes: number | undefined;
}

/** The body of a request as the framework has parsed it, redacted and cut. */
export interface RecordedBody {
  readonly kind: "form" | "json" | "text" | "bytes";
  /**
   * The fields of a form, or the members of a JSON object: at most 100, with 1,000 characters each.
   */
  readonly fields: readonly HeaderEntry[];
  /**
   * The places in `fields` of members that were texts in the JSON: `"5"`, and not `5`. Empty for a
   * form, where all of them are.
   */
  readonly texts: readonly number[];
  /** How many more fields there were. */
  readonly omitted: number;
  readonly files: readonly UploadedFile[];
  /** Characters of a text, bytes of anything else without fields, entries of a JSON list. */
  readonly length: number | undefined;
}

/** The size of an answer, as it was sent. */
export interface ResponseSize {
  /** Bytes of the body, without what the toolbar has added. */
  readonly body: number;
  /** False if it holds the marks between the chunks of a stream, which Node does not tell apart. */
  readonly isExact: boolean;
  /** Bytes that the toolbar has added. */
  readonly added: number;
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
  readonly httpVersion: string | undefined;
  /** The pattern of the route that answered, if the framework reports it. */
  readonly route: string | undefined;
  /** The name of the function that answered, if the framework reports it. */
  readonly handler: string | undefined;
  /** What the framework has read from the path, by name. */
  readonly params: readonly HeaderEntry[];
  /** Undefined if the framework has parsed none. */
  readonly body: RecordedBody | undefined;
  readonly status: number | undefined;
  readonly responseHeaders: readonly HeaderEntry[];
  readonly responseCookies: readonly CookieFacts[];
  /** Undefined while the answer is not complete, and on servers that do not tell. */
  readonly responseSize: ResponseSize | undefined;
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
  /** When the exchange began, on the clock of `performance.now()`. */
  readonly origin: number;
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
   * The file and line of the application that is running now: "routes/cart.ts:31". Empty where no
   * code of the application runs, and for every span after the first 300 of a request.
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
