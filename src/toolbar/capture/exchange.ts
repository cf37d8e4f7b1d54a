import type { CookieFacts, HeaderEntry, RecordedBody, Recording, ResponseSize } from "../recording.ts";
import type { OpenSpan, Span, SpanStart } from "../span.ts";
import type { ExchangeRedactor } from "./redact.ts";
import type { ToolbarRequest } from "../guard.ts";
import { recordHandled, type HandledRequest } from "./handled-request.ts";
import { hideCredentials, receivedCookies, redactHeaders, sentCookie } from "./recorded-headers.ts";
import { Spans } from "./spans.ts";

/** Arguments of an exchange. */
export interface ExchangeStart {
  readonly sequence: number;
  /** Unix seconds. */
  readonly startedAt: number;
  readonly request: ToolbarRequest;
  readonly redactor: ExchangeRedactor;
  readonly others: () => number;
  /** The folder of the application, for the lines of spans. */
  readonly directory: string;
  /** The span that is running now. */
  readonly currentSpan: () => number | undefined;
}

/** A response's status and headers, reported when its headers are sent and when it has ended. */
export interface ResponseFacts {
  readonly status: number;
  readonly headers: Iterable<readonly [string, string]>;
}

/** The request that redirected to another, and the number of the first in that chain. */
export interface RedirectSource {
  readonly id: string;
  readonly sequence: number;
}

/**
 * The record of one request and its response, while it grows.
 *
 * All data of the request is redacted before it is stored here, so panels only see redacted data.
 */
export class Exchange implements Recording {
  /** 122 random bits, so it cannot be guessed. */
  readonly id: string = crypto.randomUUID();
  readonly sequence: number;
  readonly startedAt: number;
  readonly method: string;
  readonly path: string;
  readonly query: readonly HeaderEntry[];
  readonly requestHeaders: readonly HeaderEntry[];
  readonly requestCookies: readonly CookieFacts[];
  readonly remoteAddress: string | undefined;
  readonly httpVersion: string | undefined;
  readonly origin: number = performance.now();
  handler: string | undefined;
  params: readonly HeaderEntry[] = [];
  body: RecordedBody | undefined;
  responseSize: ResponseSize | undefined;
  /** Bytes that the toolbar has added to the body. */
  addedBytes = 0;
  readonly marks: { readonly label: string; readonly at: number }[] = [];
  /**
   * Why the toolbar is not shown in the response. Undefined until that is decided, and if it is
   * shown.
   */
  notShown: string | undefined;
  /** The exchange that redirected here. */
  redirectedFrom: RedirectSource | undefined;
  /** Whether Node's server reports the end of the response. Otherwise the adapter does. */
  endsWithSocket = false;
  route: string | undefined;
  status: number | undefined;
  responseHeaders: readonly HeaderEntry[] = [];
  responseCookies: readonly CookieFacts[] = [];
  error: Recording["error"];
  aborted = false;
  readonly #redactor: ExchangeRedactor;
  readonly #slots = new Map<string, unknown>();
  // Not every runtime has these: Bun has no eventLoopUtilization.
  readonly #cpu = process.cpuUsage?.();
  readonly #loop = performance.eventLoopUtilization?.();
  readonly #others: () => number;
  readonly #currentSpan: () => number | undefined;
  readonly #spans: Spans;
  #ended: number | undefined;
  #cost: Recording["cost"] | undefined;

  constructor({ sequence, startedAt, request, redactor, others, directory, currentSpan }: ExchangeStart) {
    this.sequence = sequence;
    this.startedAt = startedAt;
    this.#redactor = redactor;
    this.#others = others;
    this.#currentSpan = currentSpan;
    this.#spans = new Spans({
      elapsed: () => this.elapsed(),
      isFinished: () => this.finished,
      redactText: (text) => redactor.text(text),
      redactData: (data) => redactor.data(data),
      directory,
    });
    const headers = [...request.headers];
    this.requestCookies = headers
      .filter(([name]) => name.toLowerCase() === "cookie")
      .flatMap(([, value]) => receivedCookies(value, redactor));
    for (const [name, value] of headers) {
      if (/^(?:proxy-)?authorization$/i.test(name)) hideCredentials(value, redactor);
    }
    const mark = request.url.indexOf("?");
    this.method = redactor.text(request.method);
    this.path = redactor.path(mark === -1 ? request.url : request.url.slice(0, mark));
    this.query =
      mark === -1
        ? []
        : [...new URLSearchParams(request.url.slice(mark + 1))]
            .slice(0, 100)
            .map(([name, value]) => [redactor.text(name), redactor.parameter(name, value)]);
    this.requestHeaders = redactHeaders(headers, redactor);
    this.remoteAddress = request.remoteAddress;
    this.httpVersion = request.httpVersion;
  }

  /** Whether the response has ended. */
  get finished(): boolean {
    return this.#ended !== undefined;
  }

  get cost(): Recording["cost"] {
    if (this.#cost !== undefined) return this.#cost;
    const cpu = this.#cpu === undefined ? undefined : process.cpuUsage(this.#cpu);
    const loop = this.#loop === undefined ? undefined : performance.eventLoopUtilization(this.#loop);
    return {
      cpu: cpu === undefined ? undefined : round((cpu.user + cpu.system) / 1000),
      loopBusy: loop === undefined ? undefined : round(loop.active),
      others: this.#others(),
    };
  }

  elapsed(): number {
    return round((this.#ended ?? performance.now()) - this.origin);
  }

  mark(label: string): void {
    if (this.marks.length < 100 && !this.finished)
      this.marks.push({ label: this.#redactor.text(label), at: this.elapsed() });
  }

  get spans(): readonly Span[] {
    return this.#spans.list;
  }

  get omittedSpans(): Readonly<Record<string, number>> {
    return this.#spans.omitted;
  }

  get currentSpan(): Span | undefined {
    const id = this.#currentSpan();
    const span = id === undefined ? undefined : this.#spans.list[id - 1];
    return span?.duration === null ? span : undefined;
  }

  callSite(): string {
    return this.#spans.callSite("other");
  }

  startSpan(start: SpanStart): OpenSpan {
    return this.#spans.start(start, this.#currentSpan());
  }

  slot<Value>(owner: string, make: () => Value): Value {
    if (!this.#slots.has(owner)) this.#slots.set(owner, make());
    return this.#slots.get(owner) as Value;
  }

  redactText(text: string): string {
    return this.#redactor.text(text);
  }

  redactData(data: unknown): unknown {
    return this.#redactor.data(data);
  }

  /** Redacts JSON again, with all keys and hidden values that are known now. */
  scrubJson(json: string): string {
    return this.#redactor.scrubJson(json);
  }

  /** Records what the framework tells about the request. The last call counts. */
  handled(facts: HandledRequest): void {
    const type = this.requestHeaders.find(([name]) => name.toLowerCase() === "content-type")?.[1];
    Object.assign(this, recordHandled(facts, this.#redactor, type));
  }

  /** Records the response's headers. The last call counts: later middleware may change them. */
  responded({ status, headers }: ResponseFacts): void {
    const list = [...headers];
    this.status = status;
    if (list.length === 0) return;
    this.responseCookies = list
      .filter(([name]) => name.toLowerCase() === "set-cookie")
      .map(([, value]) => sentCookie(value, this.#redactor));
    this.responseHeaders = redactHeaders(list, this.#redactor);
  }

  /** Records the error that the handler threw. */
  fail(error: unknown): void {
    const known =
      error instanceof Error
        ? error
        : new Error(typeof error === "string" ? error : "The handler threw a value that is not an Error.");
    this.error = {
      name: this.#member(known, "name"),
      message: this.#member(known, "message"),
      stack: this.#member(known, "stack"),
    };
  }

  /**
   * An error of the application may have members that are not strings, or that throw when read.
   */
  #member(error: Error, name: "name" | "message" | "stack"): string {
    try {
      const value: unknown = error[name];
      return typeof value === "string" ? this.redactText(value) : "";
    } catch {
      return "";
    }
  }

  /** Ends the exchange. Its times do not change any more. */
  finish(aborted: boolean): void {
    if (this.#ended !== undefined) return;
    this.#cost = this.cost;
    this.aborted = aborted;
    this.#ended = performance.now();
  }
}

/** Milliseconds rounded to two decimals. */
function round(milliseconds: number): number {
  return Math.max(0, Math.round(milliseconds * 100) / 100);
}
