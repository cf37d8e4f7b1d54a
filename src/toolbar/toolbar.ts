import type { IncomingMessage } from "node:http";
import type { Writable } from "node:stream";
import { AccessTokens } from "./serve/access-tokens.ts";
import { Applications, type ApplicationFacts } from "./applications.ts";
import { Display } from "./display.ts";
import type { Exchange, ResponseFacts } from "./capture/exchange.ts";
import type { HandledRequest } from "./capture/handled-request.ts";
import { AccessFile } from "./disk/access-file.ts";
import { SharedHistory } from "./disk/shared-history.ts";
import { Guard, type ToolbarRequest } from "./guard.ts";
import { editorAddress } from "./serve/editor-address.ts";
import { FailureReports } from "./serve/failure-reports.ts";
import type { ToolbarAnswer } from "./serve/answer.ts";
import { Pages, type PageSource } from "./serve/pages.ts";
import { answerProfile } from "./serve/profile-pages.ts";
import { formatThrownName } from "./format.ts";
import { LogStream } from "./log-stream.ts";
import { Profiler } from "./profiler/profiler.ts";
import type { ExchangePage, ExchangeSummary } from "./exchange-page.ts";
import type { ExchangeRecord } from "./exchange-record.ts";
import type { Explanation } from "./explanation.ts";
import type { HistoryEntry } from "./history.ts";
import type { Panel } from "./panel.ts";
import { Explanations } from "./capture/explanations.ts";
import { recordPages } from "./record-pages.ts";
import { collectRecord, rawRecord, viewRecord } from "./capture/record.ts";
import { toToolbarRequest } from "./capture/node-request.ts";
import { Recorder } from "./capture/recorder.ts";
import { Redactor } from "./capture/redact.ts";
import { viewExplanation } from "./panels/spans/explanation-view.ts";
import { standardPanels } from "./panels/standard-panels.ts";
import { checkPanels, settingsOf } from "./settings.ts";
import { spanProcessor, type OpenTelemetrySpanProcessor } from "./sources/open-telemetry.ts";
import { standardSources } from "./sources/standard-sources.ts";
import type { ToolbarOptions } from "./toolbar-options.ts";
import { VisitorAnswers } from "./serve/visitor-answers.ts";
import { Warnings } from "./warnings.ts";

/** The answer when one of the toolbar's own pages fails. */
const FAILED: ToolbarAnswer = {
  status: 500,
  headers: { "Content-Type": "text/plain; charset=utf-8" },
  body: "Internal Server Error",
};

/**
 * A debug toolbar. It records what a server does for each request, and shows it on the page that
 * this request answered.
 *
 * It observes every HTTP server of the process through node:diagnostics_channel. To show itself it
 * needs an adapter (`debugToolbar(toolbar)`), which answers its pages and adds one script to each
 * HTML document.
 *
 * It is for development. It is on only if NODE_ENV=development, the option `mode` or the key ring
 * says so. When it is off, it observes nothing, answers nothing and changes no page; one line on
 * standard error says how to turn it on. So the example is safe in production unchanged.
 *
 * Only this machine sees it, unless `allow` and `hosts` permit others. It needs a secret key: a key
 * derived from it signs the tokens with which a page reads its record, so only pages that this
 * server sent can read one.
 *
 * @example
 * ```ts
 * const toolbar = new Toolbar({ keys });
 * app.use(debugToolbar(toolbar));
 * ```
 */
export class Toolbar {
  /** The path of the toolbar's own pages. For adapters. */
  readonly prefix: string;
  readonly #isOn: boolean;
  #isClosed = false;
  readonly #answers: VisitorAnswers;
  readonly #history: SharedHistory;
  /** Lets the command line read the records. Undefined where nothing is written by default. */
  readonly #access: AccessFile | undefined;
  readonly #pages: Pages;
  readonly #panels: readonly Panel[];
  /** Undefined when the toolbar is off; then it subscribes to no channel. */
  readonly #recorder: Recorder | undefined;
  readonly #display: Display;
  readonly #explanations = new Explanations();
  readonly #applications = new Applications();
  readonly #profiler: Profiler;
  readonly #warnings = new Warnings();
  /** Opens the keys, where the first request does. */
  readonly #openKeys: (() => void) | undefined;
  readonly #reports = new FailureReports();

  /**
   * @throws SecretKeyError `key_missing` without a key, and in production `key_refused` for one
   *   that is weak, guessable or published, even when the toolbar is off.
   * @throws InvalidOptionError for invalid options, and in production for one of `production` and
   *   `authorize` without the other.
   */
  constructor(options: ToolbarOptions) {
    const settings = settingsOf(options, () => {
      this.#isClosed = true;
      // What is to be closed may be running at this moment.
      queueMicrotask(() => this.close());
    });
    const { keys, mode, isOn, prefix, base, slowMs, hosts, allow, authorize, clock, directory, panels, disk } =
      settings;
    this.#profiler = new Profiler(directory);
    const { config, environment } = settings;
    const application = { applications: this.#applications, profiler: this.#profiler, config, environment };
    const standard = standardPanels({
      keys,
      slowMs,
      directory,
      ...application,
      ...(clock === undefined ? {} : { clock }),
    });
    this.#panels = [...standard, ...panels];
    checkPanels(this.#panels);
    const redactor = new Redactor(keys, settings.redaction);
    const again = redactor.forExchange();
    this.#history = new SharedHistory({
      capacity: settings.history,
      bytes: settings.historyBytes,
      place: disk,
      app: disk.app,
      scrub: (json) => again.scrubJson(json),
      warn: (message) => this.#warnings.give(message),
    });
    const guard = new Guard({ hosts, allow, authorize });
    const accessTokens = new AccessTokens(keys, clock);
    const source: PageSource = {
      list: (mayRead) => ({
        exchanges: this.#history.list().filter(mayRead),
        capacity: this.#history.capacity,
        slowMs,
        editor: settings.editor,
      }),
      page: (id) => this.page(id),
      profile: (request, url) => answerProfile(this.#profiler, request, url),
      explain: async (id, span) => await this.explain(id, span),
      record: (id) => this.record(id),
      ...recordPages((id) => this.record(id)),
      onWatch: () =>
        this.#history.watch(
          () => this.#pages.isWatched,
          (summary) => this.#pages.announce(summary),
        ),
    };
    this.#display = new Display({
      verdict: (exchange, request) => this.#answers.verdict(exchange, request),
      accessTokens,
      scriptAddress: (request, parameters) => this.#pages.scriptAddress(request, parameters),
      // A record that was dropped meanwhile stays so: the newer ones are wanted.
      store: (exchange) => void (this.#history.has(exchange.id) && this.#store(exchange)),
      warn: (message) => this.#warnings.give(message),
    });
    this.#pages = new Pages({
      prefix,
      base,
      guard,
      accessTokens,
      source,
      refused: (verdict) => this.#display.warnOf(verdict),
      shown: this.#display.pages,
      shortcut: settings.shortcut,
    });
    this.prefix = prefix;
    const { editor } = settings;
    this.#answers = new VisitorAnswers({
      guard,
      pages: this.#pages,
      showsExceptions: mode === "development",
      editor: (where) => (editor === undefined ? undefined : editorAddress(editor, where)),
    });
    this.#isOn = isOn;
    if (settings.isLazy) this.#openKeys = keys;
    if (isOn) {
      this.#recorder = new Recorder({
        panels: this.#panels,
        foreign: new Set(panels),
        sources: standardSources(),
        directory,
        redactor,
        isOwn: (request) => !this.#isReadyNow() || this.#pages.owns(request),
        onFinish: (exchange) => this.#store(exchange),
        beforeStart: (request) => this.#profiler.beforeStart(request),
        redirects: this.#history.redirect,
        nextSequence: () => this.#history.nextSequence(),
        clock,
      });
      if (disk.access !== undefined) {
        this.#access = new AccessFile({
          folder: disk.access,
          prefix,
          historyFile: () => this.#history.file,
          grant: () => accessTokens.grantAll(),
        });
      }
    }
  }

  /**
   * Whether the toolbar is on, and not closed. If not, adapters pass requests on and do nothing
   * else.
   */
  get enabled(): boolean {
    return this.#isOn && !this.#isClosed;
  }

  /** The recorded requests, newest first. */
  get exchanges(): readonly ExchangeSummary[] {
    return this.#history.list();
  }

  /** The record of one request, as its panels show it. A running request has one too. */
  page(id: string): ExchangePage | undefined {
    const entry = this.#entry(id);
    if (entry === undefined) return undefined;
    const finding = this.#display.cacheFinding(id);
    return viewRecord(entry, this.#panels, this.#recorder!, finding === undefined ? {} : { request: [finding] });
  }

  /**
   * The record of one request as plain JSON, for programs: its summary, findings, error, and the
   * data of each panel. docs/toolbar-records.md explains all members.
   */
  record(id: string): ExchangeRecord | undefined {
    const entry = this.#entry(id);
    return entry === undefined ? undefined : rawRecord(entry);
  }

  /**
   * Asks the database for the plan of a statement that was recorded, without executing it. It asks
   * two questions at once and waits for five seconds at most.
   *
   * Only a statement that reads can be explained, the first 100 of a request, while this process
   * has the record, and if what records it can ask for plans.
   *
   * @param id the request.
   * @param span the id of the span, as in the record of the panel Queries.
   * @returns the plan, or a sentence that says why it cannot be had. It never rejects.
   */
  async explain(id: string, span: number): Promise<Explanation> {
    const stored = this.#history.get(id) === undefined ? undefined : this.#explanations.get(id);
    const running = this.#recorder?.runningWith(id);
    const explainable = stored ?? running?.explainable;
    const ask = async () => await this.#explanations.explain(explainable, span);
    const explanation = await (this.#recorder === undefined ? ask() : this.#recorder.runOutside(ask));
    return { ...explanation, blocks: viewExplanation(explanation) };
  }

  /**
   * Converts a request of Node's server for the other methods. For adapters.
   *
   * @param originalUrl the address as the client sent it, where a framework has cut off a part and
   *   does not note it at the request, as connect and Express do.
   */
  describe(request: IncomingMessage, originalUrl?: string): ToolbarRequest {
    return this.#recorder?.descriptionOf(request, originalUrl) ?? toToolbarRequest(request, originalUrl);
  }

  /**
   * The answer to a request for one of the toolbar's own pages. Undefined for all others. For
   * adapters.
   *
   * @throws what the function in the option `keys` throws, if there is one, and it fails.
   */
  handle(request: ToolbarRequest): ToolbarAnswer | undefined {
    if (!this.#isReady() || !this.#pages.owns(request)) return undefined;
    this.#safely((recorder) => recorder.discard(request));
    return this.#safely(() => this.#pages.handle(request)) ?? FAILED;
  }

  /**
   * Starts the exchange of a request that the application will answer. For adapters.
   *
   * @param source the object that identifies the request: Node's IncomingMessage if there is one,
   *   otherwise the fetch Request.
   * @returns undefined when the toolbar is off or closed, or fails. The request is then answered as
   *   without a toolbar.
   */
  begin(request: ToolbarRequest, source: object): Exchange | undefined {
    if (!this.#isReady()) return undefined;
    return this.#safely((recorder) => {
      this.#access?.learn(source);
      const exchange = recorder.begin(request, source);
      this.#display.begin(exchange, request, source);
      return exchange;
    });
  }

  /** The exchange of a request that is recorded already. For adapters. */
  exchangeOf(source: object): Exchange | undefined {
    return this.#recorder?.of(source);
  }

  /**
   * Leaves the request that is being answered out of the history, such as one for a file that the
   * framework itself serves. For adapters.
   */
  ignore(request: ToolbarRequest): void {
    this.#safely((recorder) => recorder.discard(request));
  }

  /**
   * Runs the application. Messages that it publishes on channels are recorded with this exchange.
   * For adapters.
   */
  run<Result>(exchange: Exchange | undefined, run: () => Result): Result {
    return exchange === undefined || this.#recorder === undefined ? run() : this.#recorder.run(exchange, run);
  }

  /**
   * Runs a function as a span of the request that is being answered: the panels show how long it
   * took, and what ran inside of it. Outside of a request, and while the toolbar is off, the
   * function just runs.
   *
   * @param name a few words: "price the cart".
   * @param run may return a promise; then the span lasts until it is settled.
   * @returns what `run` returns. What it throws is thrown, and recorded with the span.
   * @example
   * ```ts
   * const price = await toolbar.span("price the cart", () => priceOf(cart));
   * ```
   */
  span<Result>(name: string, run: () => Result): Result {
    return this.#recorder === undefined ? run() : this.#recorder.runSpan({ kind: "app", label: name }, run);
  }

  /**
   * A stream that shows each line that is written to it in the panel Logs, with the request that
   * wrote it. For what does not log with console or pino: morgan, winston, or a program's own
   * `process.stdout.write`. Lines of JSON are shown with their level and their members.
   *
   * @param target where each line is written on, such as `process.stdout`. Without it, nothing is
   *   printed. While the toolbar is off, the stream only writes on.
   * @example
   * ```ts
   * const logRequests = morgan("dev", { stream: toolbar.logStream(process.stdout) });
   * ```
   */
  logStream(target?: Pick<NodeJS.WritableStream, "write">): Writable {
    return new LogStream(target);
  }

  /**
   * Notes what a framework tells about an application: its settings and its routes. For adapters.
   *
   * @param application the object of the framework; a second call replaces what the first has told.
   */
  introduce(application: object, facts: ApplicationFacts): void {
    if (this.enabled) this.#applications.add(application, facts);
  }

  /**
   * A span processor for an SDK of OpenTelemetry: the panels then show the spans that the
   * application makes with @opentelemetry/api. Spans of servers and of outgoing HTTP are left out,
   * because the toolbar has these already.
   *
   * @returns a processor that never throws and exports nothing. While the toolbar is off it does
   *   nothing at all.
   * @example
   * ```ts
   * import { trace } from "@opentelemetry/api";
   * import { TracerProvider } from "@opentelemetry/sdk-trace";
   *
   * trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [toolbar.spanProcessor()] }));
   * ```
   */
  spanProcessor(): OpenTelemetrySpanProcessor {
    const recorder = this.#recorder;
    return spanProcessor((run) => recorder?.guarded("source open-telemetry", () => run(recorder.current)));
  }

  /**
   * Listens to a channel of node:diagnostics_channel until `close`. Exceptions of the listener are
   * caught. For adapters.
   */
  listen(channel: string, listener: (message: unknown) => void): void {
    this.#recorder?.listen(channel, "adapter", listener);
  }

  /**
   * Records what the framework tells about a request: its route, handler and body. For adapters.
   *
   * @param tell called at once. Exceptions in it are caught.
   */
  tell(exchange: Exchange | undefined, tell: () => HandledRequest): void {
    if (exchange !== undefined) this.#safely(() => exchange.handled(tell()));
  }

  /**
   * The same when the answer has ended, for frameworks that parse and route after the toolbar. For
   * adapters.
   *
   * @param tell called once, before the record is made. Exceptions in it are caught.
   */
  tellAtEnd(exchange: Exchange, tell: () => HandledRequest): void {
    exchange.handledAtEnd(tell);
  }

  /**
   * Called before a response's headers are sent. Returns a function that makes the text to send
   * after the body, or undefined. For adapters.
   *
   * Only the first call for an exchange decides. The text is made when it is first asked for, so
   * that the first byte of a stream does not wait for it, and stays the same. An adapter that adds
   * the text must drop ETag, Last-Modified and Expires, send `Cache-Control: no-store`, and raise
   * or drop Content-Length.
   */
  respond(
    exchange: Exchange | undefined,
    request: ToolbarRequest,
    response: ResponseFacts,
  ): (() => string) | undefined {
    if (exchange === undefined) return undefined;
    const tail = this.#safely((recorder) => {
      // Koa's adapter also asks before what is outside of it may change the body.
      if (exchange.status === undefined) exchange.mark("Headers sent");
      exchange.responded(response);
      recorder.answering(exchange);
      return this.#display.tailFor(exchange, request, response);
    });
    let text: string | undefined;
    return tail && (() => (text ??= this.#safely(tail) ?? ""));
  }

  /**
   * Headers that an adapter adds to an answer just before its headers are sent:
   * `X-Latchkey-Request` with the id of the record, and `Server-Timing`. Both are added to those
   * that the application has set. None for a visitor who may not see the toolbar.
   */
  headers(exchange: Exchange | undefined, request: ToolbarRequest): readonly (readonly [string, string])[] {
    return (exchange && this.#safely(() => this.#answers.headers(exchange, request))) ?? [];
  }

  /**
   * The page that an adapter sends in place of the framework's own answer to an error, with the
   * recorded error, its causes and the source. An adapter asks only if the application has no error
   * handler that answers, and nothing was sent.
   *
   * @param status what the framework answers with.
   * @returns undefined if the framework's answer stays: in production, without a recorded error,
   *   for a visitor who may not see the toolbar, and for a request that is not a navigation to
   *   HTML.
   */
  exceptionPage(
    exchange: Exchange | undefined,
    request: ToolbarRequest,
    status: number,
  ): (ToolbarAnswer & { readonly body: string }) | undefined {
    return exchange && this.#safely(() => this.#answers.exception(exchange, request, status));
  }

  /**
   * Ends the exchange of a response that no Node server sends. For adapters; a second call does
   * nothing.
   */
  finish(exchange: Exchange | undefined, end: { readonly aborted?: boolean } = {}): void {
    if (exchange !== undefined && !exchange.endsWithSocket) this.#safely((recorder) => recorder.finish(exchange, end));
  }

  /**
   * Stops recording, ends the streams of open pages, closes the history file, and adds nothing to a
   * page any more. Adapters pass requests on. The records of this process stay in memory.
   */
  close(): void {
    this.#isClosed = true;
    this.#recorder?.close();
    this.#pages.close();
    this.#display.close();
    this.#history.close();
    this.#access?.close();
  }

  /**
   * Whether the toolbar is on, with keys that are there. Throws what a function of the keys throws.
   */
  #isReady(): boolean {
    if (!this.enabled) return false;
    this.#openKeys?.();
    return this.enabled;
  }

  /** The same for requests that no adapter has seen yet. */
  #isReadyNow(): boolean {
    try {
      return this.#isReady();
    } catch {
      // The adapter throws it.
      return false;
    }
  }

  #entry(id: string): HistoryEntry | undefined {
    if (this.#recorder === undefined) return undefined;
    const entry = this.#history.get(id);
    if (entry !== undefined) return entry;
    const running = this.#recorder.runningWith(id);
    return running === undefined ? undefined : collectRecord(running, this.#panels, this.#recorder);
  }

  #store(exchange: Exchange): void {
    this.#profiler.finish(exchange);
    const entry = collectRecord(exchange, this.#panels, this.#recorder!);
    this.#history.add(entry);
    this.#explanations.add(exchange.id, exchange.explainable);
    this.#pages.announce(entry.summary);
    this.#display.ended(exchange);
    this.#reports.report(exchange, () => this.#answers.recordAddress(exchange));
  }

  /** Catches failures of the toolbar, so that they never reach the application. Warns once. */
  #safely<Result>(run: (recorder: Recorder) => Result): Result | undefined {
    if (this.#recorder === undefined || this.#isClosed) return undefined;
    try {
      return run(this.#recorder);
    } catch (error) {
      // Only the name: an error's message may contain data from the visitor.
      this.#warnings.give(`The debug toolbar failed (${formatThrownName(error)}). The request went on without it.`);
      return undefined;
    }
  }
}
