import type { CookieFacts, HeaderEntry, RecordedBody, Recording, ResponseSize } from "../recording.ts";
import type { OpenSpan, Span, SpanStart } from "../span.ts";
import type { Explainable } from "./explanations.ts";
import type { ExchangeRedactor } from "./redact.ts";
import type { ToolbarRequest, Visitor } from "../guard.ts";
import { headerValue, type HeaderPairs } from "./header-value.ts";
import { recordHandled, type HandledRequest } from "./handled-request.ts";
import type { RecordedError } from "../recorded-error.ts";
import { recordError } from "./record-error.ts";
import { recordRequest, type RecordedRequest } from "./record-request.ts";
import { redactHeaders, sentCookie } from "./recorded-headers.ts";
import { Spans, type SpanTime } from "./spans.ts";

/** The most errors that are recorded for one request. */
const MOST_ERRORS = 5;

/** What all exchanges of a recorder share. */
export interface ExchangeHost {
  /** The folder of the application, for the lines of spans. */
  readonly directory: string;
  /** How many other exchanges are running. */
  readonly others: (exchange: Exchange) => number;
  /** The span of this exchange that is running now. */
  readonly currentSpan: (exchange: Exchange) => number | undefined;
  /** Called for an error that is thrown after the response has ended. */
  readonly onLateError: (exchange: Exchange) => void;
}

/** Arguments of an exchange. */
export interface ExchangeStart {
  /** 122 random bits, so it cannot be guessed. */
  readonly id: string;
  readonly sequence: number;
  /** Unix seconds. */
  readonly startedAt: number;
  readonly request: ToolbarRequest;
  readonly redactor: ExchangeRedactor;
  readonly host: ExchangeHost;
}

/** A response's status and headers, reported when its headers are sent and when it has ended. */
export interface ResponseFacts {
  readonly status: number;
  /**
   * Read by name before the headers are sent, if they have a method `get`, and as a whole only
   * afterwards.
   */
  readonly headers: HeaderPairs;
}

/** A moment of a request, in milliseconds since its start. */
interface Mark {
  readonly label: string;
  readonly at: number;
}

/** The request that redirected to another; number and time are those of the first in that chain. */
export interface RedirectSource {
  readonly id: string;
  readonly sequence: number;
  readonly startedAt: number;
}

/** The headers that a page with the script gets from the toolbar, and not from the application. */
const CHANGED: ReadonlySet<string> = new Set(["cache-control", "content-length", "etag", "expires", "last-modified"]);

/**
 * The record of one request and its response, while it grows.
 *
 * All data of the request is redacted before anybody can read it here, so panels only see redacted
 * data.
 */
export class Exchange implements Recording {
  readonly id: string;
  readonly sequence: number;
  readonly startedAt: number;
  readonly remoteAddress: string | undefined;
  readonly httpVersion: string | undefined;
  readonly origin: number = performance.now();
  handler: string | undefined;
  params: readonly HeaderEntry[] = [];
  body: RecordedBody | undefined;
  responseSize: ResponseSize | undefined;
  /** Bytes that the toolbar has added to the body. */
  addedBytes = 0;
  /**
   * Why the toolbar is not shown in the response. Undefined until that is decided, and if it is
   * shown.
   */
  notShown: string | undefined;
  /**
   * Whether the answer may become a page that shows the toolbar: a person navigated here, and may
   * see it. Adapters then hide from the application the headers that would make it answer with
   * something else, such as 304.
   */
  mayShow = false;
  /** Who asked, once it is judged whether they may see the toolbar. */
  visitor: Visitor | undefined;
  /** Whether it is decided if this answer gets the script. */
  isDecided = false;
  /** Host and port that the request was for. */
  readonly host: string | undefined;
  /** Whether a browser asks for a document. */
  readonly isPage: boolean;
  /** The exchange that redirected here. */
  redirectedFrom: RedirectSource | undefined;
  /** Whether Node's server reports the end of the response. Otherwise the adapter does. */
  endsWithSocket = false;
  route: string | undefined;
  status: number | undefined;
  readonly errors: RecordedError[] = [];
  aborted = false;
  /**
   * Whether the answer is the toolbar's page for an error. It has the toolbar whatever the
   * request's method was.
   */
  isExceptionPage = false;
  readonly #redactor: ExchangeRedactor;
  /** As it was received. What is recorded of it is redacted. */
  readonly #arrived: ToolbarRequest;
  readonly #path: string;
  /** What the framework tells at the end, with its secrets. */
  #tellAtEnd: (() => HandledRequest) | undefined;
  #request: RecordedRequest | undefined;
  readonly #marks: Mark[] = [];
  #responseHeaders: readonly HeaderEntry[] = [];
  #responseCookies: readonly CookieFacts[] = [];
  readonly #slots = new Map<string, unknown>();
  // Not every runtime has these: Bun has no eventLoopUtilization.
  readonly #cpu = process.cpuUsage?.();
  readonly #loop = performance.eventLoopUtilization?.();
  readonly #spans: Spans;
  readonly #host: ExchangeHost;
  /** What was thrown, to know it again. */
  readonly #thrown: unknown[] = [];
  /** The application's own headers, where the toolbar changes them. */
  #ownHeaders: readonly (readonly [string, string])[] | undefined;
  #ended: number | undefined;
  #cost: Recording["cost"] | undefined;

  constructor({ id, sequence, startedAt, request, redactor, host }: ExchangeStart) {
    this.id = id;
    this.sequence = sequence;
    this.startedAt = startedAt;
    this.#arrived = request;
    this.#redactor = redactor;
    this.#host = host;
    this.#spans = new Spans({ recording: this, redactor, directory: host.directory });
    const mark = request.url.indexOf("?");
    this.#path = mark === -1 ? request.url : request.url.slice(0, mark);
    // The application may change its headers later.
    const facts = {
      method: request.method,
      path: this.#path,
      search: mark === -1 ? "" : request.url.slice(mark + 1),
      headers: [...request.headers],
    };
    // The first byte of the answer does not wait for it.
    redactor.defer(() => void (this.#request = recordRequest(facts, redactor)));
    this.remoteAddress = request.remoteAddress;
    this.httpVersion = request.httpVersion;
    this.host = request.header("host")?.toLowerCase();
    this.isPage = request.header("sec-fetch-dest") === "document";
  }

  get method(): string {
    return this.#recorded.method;
  }

  get path(): string {
    return this.#recorded.path;
  }

  get query(): readonly HeaderEntry[] {
    return this.#recorded.query;
  }

  get requestHeaders(): readonly HeaderEntry[] {
    return this.#recorded.headers;
  }

  get requestCookies(): readonly CookieFacts[] {
    return this.#recorded.cookies;
  }

  get #recorded(): RecordedRequest {
    this.#redactor.settle();
    return this.#request!;
  }

  /** Whether it is the record of this request, which another part of a server has described. */
  isFor({ method, url }: ToolbarRequest): boolean {
    return method === this.#arrived.method && url.split("?", 1)[0] === this.#path;
  }

  /**
   * The request as it arrived, with its secrets. It is no member of an exchange, because panels are
   * given those.
   */
  static arrivedAs(exchange: Exchange): ToolbarRequest {
    return exchange.#arrived;
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
      others: this.#host.others(this),
    };
  }

  elapsed(): number {
    return round((this.#ended ?? performance.now()) - this.origin);
  }

  mark(label: string): void {
    if (this.finished) return;
    const at = this.elapsed();
    this.#redactor.defer(() => {
      if (this.#marks.length < 100) this.#marks.push({ label: this.#redactor.text(label), at });
    });
  }

  get marks(): readonly Mark[] {
    this.#redactor.settle();
    return this.#marks;
  }

  get spans(): readonly Span[] {
    return this.#spans.list;
  }

  /** When the spans ran. To know that, nothing has to be redacted. */
  get spanTimes(): readonly SpanTime[] {
    return this.#spans.times;
  }

  get omittedSpans(): Readonly<Record<string, number>> {
    return this.#spans.omitted;
  }

  get currentSpan(): Span | undefined {
    const id = this.#host.currentSpan(this);
    return id === undefined || this.#spans.times[id - 1]?.duration !== null ? undefined : this.#spans.list[id - 1];
  }

  /** Whether the line of the next span is recorded. */
  get locatesSpans(): boolean {
    return this.#spans.locates;
  }

  callSite(): string {
    return this.#spans.callSite("other");
  }

  startSpan(start: SpanStart): OpenSpan {
    return this.#spans.start(start, this.#host.currentSpan(this));
  }

  /** What is needed to explain its spans. It does not hold the exchange itself. */
  get explainable(): Explainable {
    const redactor = this.#redactor;
    return { explainers: this.#spans.explainers, redactText: (text) => redactor.text(text) };
  }

  slot<Value>(owner: string, make: () => Value): Value {
    const known = this.#slots.get(owner);
    if (known !== undefined || this.#slots.has(owner)) return known as Value;
    const made = make();
    this.#slots.set(owner, made);
    return made;
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

  /** Asks the framework when the answer has ended. The last call counts. */
  handledAtEnd(tell: () => HandledRequest): void {
    this.#tellAtEnd = tell;
  }

  /** Records what was left to the end. */
  askAtEnd(): void {
    const tell = this.#tellAtEnd;
    this.#tellAtEnd = undefined;
    if (tell !== undefined) this.handled(tell());
  }

  /** Records the response's headers. The last call counts: later middleware may change them. */
  responded({ status, headers }: ResponseFacts): void {
    this.status = status;
    // The first byte of the answer does not wait for it.
    this.#redactor.defer(() => {
      const list = this.#ownHeaders === undefined ? [...headers] : [...unchanged(headers), ...this.#ownHeaders];
      if (list.length === 0) return;
      this.#responseCookies = list
        .filter(([name]) => name.toLowerCase() === "set-cookie")
        .map(([, value]) => sentCookie(value, this.#redactor));
      this.#responseHeaders = redactHeaders(list, this.#redactor);
    });
  }

  get responseHeaders(): readonly HeaderEntry[] {
    this.#redactor.settle();
    return this.#responseHeaders;
  }

  get responseCookies(): readonly CookieFacts[] {
    this.#redactor.settle();
    return this.#responseCookies;
  }

  /**
   * From now on the toolbar changes some headers. The record has them as the application set them.
   */
  keepOwnHeaders(headers: ResponseFacts["headers"]): void {
    const own: [string, string][] = [];
    for (const name of CHANGED) {
      const value = headerValue(headers, name);
      if (value !== undefined) own.push([name, value]);
    }
    this.#ownHeaders = own;
  }

  /** The error that was thrown last. */
  get error(): RecordedError | undefined {
    return this.errors.at(-1);
  }

  /** What was thrown last, as it was thrown. Undefined if nothing was. */
  get thrown(): unknown {
    return this.#thrown.at(-1);
  }

  /**
   * Records what was thrown. The same error is recorded once: a framework may report it in more
   * than one way.
   */
  fail(thrown: unknown): void {
    if (this.#thrown.length >= MOST_ERRORS || this.#thrown.includes(thrown)) return;
    this.#thrown.push(thrown);
    this.errors.push(
      recordError(thrown, {
        directory: this.#host.directory,
        redactText: (text) => this.redactText(text),
        redactData: (data) => this.redactData(data),
      }),
    );
    if (this.finished) this.#host.onLateError(this);
  }

  /** Ends the exchange. Its times do not change any more. */
  finish(aborted: boolean): void {
    if (this.#ended !== undefined) return;
    this.#cost = this.cost;
    this.aborted = aborted;
    this.#ended = performance.now();
  }
}

function unchanged(headers: ResponseFacts["headers"]): (readonly [string, string])[] {
  return [...headers].filter(([name]) => !CHANGED.has(name.toLowerCase()));
}

/** Milliseconds rounded to two decimals. */
function round(milliseconds: number): number {
  return Math.max(0, Math.round(milliseconds * 100) / 100);
}
