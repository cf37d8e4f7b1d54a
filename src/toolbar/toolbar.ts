import type { IncomingMessage } from "node:http";
import type { Writable } from "node:stream";
import { AccessTokens } from "./serve/access-tokens.ts";
import { Applications, type ApplicationFacts } from "./applications.ts";
import type { Exchange, ResponseFacts } from "./capture/exchange.ts";
import type { HandledRequest } from "./capture/handled-request.ts";
import { Guard, type GuardVerdict, type ToolbarRequest } from "./guard.ts";
import { History } from "./history.ts";
import { decideInjection, scriptTag } from "./serve/inject.ts";
import { Pages, type ToolbarAnswer } from "./serve/pages.ts";
import { answerProfile } from "./serve/profile-pages.ts";
import { LogStream } from "./log-stream.ts";
import { Profiler } from "./profiler/profiler.ts";
import type { ExchangePage, ExchangeSummary } from "./exchange-page.ts";
import type { Panel } from "./panel.ts";
import { collectRecord, viewRecord } from "./capture/record.ts";
import { toToolbarRequest, Recorder } from "./capture/recorder.ts";
import { Redactor } from "./capture/redact.ts";
import { standardPanels } from "./panels/standard-panels.ts";
import { checkPanels, KEYS, settingsOf } from "./settings.ts";
import { spanProcessor, type OpenTelemetrySpanProcessor } from "./sources/open-telemetry.ts";
import { standardSources } from "./sources/standard-sources.ts";
import type { ToolbarOptions } from "./toolbar-options.ts";

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
  /**
   * Whether the toolbar is on. If not, adapters pass requests on and do nothing else.
   */
  readonly enabled: boolean;
  readonly #guard: Guard;
  readonly #accessTokens: AccessTokens;
  readonly #history: History;
  readonly #pages: Pages;
  readonly #panels: readonly Panel[];
  /** Undefined when the toolbar is off; then it subscribes to no channel. */
  readonly #recorder: Recorder | undefined;
  readonly #applications = new Applications();
  readonly #profiler: Profiler;
  readonly #warned = new Set<string>();

  /**
   * @throws SecretKeyError `key_missing` without a key, and in production `key_refused` for one
   *   that is weak, guessable or published, even when the toolbar is off.
   * @throws InvalidOptionError for invalid options, and in production for one of `production` and
   *   `authorize` without the other.
   */
  constructor(options: ToolbarOptions) {
    const settings = settingsOf(options);
    const { keys, mode, isOn, prefix, slowMs, history, hosts, allow, authorize, clock, directory, panels } = settings;
    this.#profiler = new Profiler(directory);
    const { config, environment } = settings;
    const application = { applications: this.#applications, profiler: this.#profiler, config, environment };
    this.#panels = [
      ...standardPanels({ keys, slowMs, directory, ...application, ...(clock === undefined ? {} : { clock }) }),
      ...panels,
    ];
    checkPanels(this.#panels);
    this.#history = new History(history);
    this.#guard = new Guard({ hosts, allow, authorize });
    this.#accessTokens = new AccessTokens(keys, clock);
    const source = {
      list: (from: number) => ({ exchanges: this.#history.list(from), capacity: this.#history.capacity }),
      page: (id: string) => this.page(id),
      profile: (request: ToolbarRequest, url: URL) => answerProfile(this.#profiler, request, url),
    };
    this.#pages = new Pages(prefix, this.#guard, this.#accessTokens, source, (verdict) => this.#warnOf(verdict));
    keys.admit(KEYS, mode);
    this.enabled = isOn;
    if (this.enabled) {
      this.#recorder = new Recorder({
        panels: this.#panels,
        sources: standardSources(),
        directory,
        redactor: new Redactor(keys, settings.redaction),
        isOwn: (url) => this.#pages.owns(url),
        onFinish: (exchange) => this.#store(exchange),
        beforeStart: (request) => this.#profiler.beforeStart(request),
        clock,
      });
    }
  }

  /** The recorded requests, newest first. */
  get exchanges(): readonly ExchangeSummary[] {
    return this.#history.list();
  }

  /** The record of one request, as its panels show it. A running request has one too. */
  page(id: string): ExchangePage | undefined {
    if (this.#recorder === undefined) return undefined;
    const entry = this.#history.get(id);
    if (entry !== undefined) return viewRecord(entry, this.#panels, this.#recorder);
    const running = [...this.#recorder.running].find((exchange) => exchange.id === id);
    return running === undefined
      ? undefined
      : viewRecord(collectRecord(running, this.#panels, this.#recorder), this.#panels, this.#recorder);
  }

  /** Converts a request of Node's server for the other methods. For adapters. */
  describe(request: IncomingMessage): ToolbarRequest {
    return toToolbarRequest(request);
  }

  /**
   * The answer to a request for one of the toolbar's own pages. Undefined for all others. For
   * adapters.
   */
  handle(request: ToolbarRequest): ToolbarAnswer | undefined {
    if (!this.enabled || !this.#pages.owns(request.url)) return undefined;
    return this.#safely(() => this.#pages.handle(request)) ?? FAILED;
  }

  /**
   * Starts the exchange of a request that the application will answer. For adapters.
   *
   * @param source the object that identifies the request: Node's IncomingMessage if there is one,
   *   otherwise the fetch Request.
   * @returns undefined when the toolbar is off or fails. The request is then answered as without a
   *   toolbar.
   */
  begin(request: ToolbarRequest, source: object): Exchange | undefined {
    return this.#safely((recorder) => recorder.begin(request, source));
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
   * Called before a response's headers are sent. Returns the text to send after the body, or
   * undefined. For adapters.
   *
   * An adapter that adds the text must drop ETag, and raise or drop Content-Length.
   */
  respond(exchange: Exchange | undefined, request: ToolbarRequest, response: ResponseFacts): string | undefined {
    return exchange === undefined ? undefined : this.#safely(() => this.#tailFor(exchange, request, response));
  }

  /**
   * Ends the exchange of a response that no Node server sends. For adapters; a second call does
   * nothing.
   */
  finish(exchange: Exchange | undefined, end: { readonly aborted?: boolean } = {}): void {
    if (exchange !== undefined && !exchange.endsWithSocket) this.#safely((recorder) => recorder.finish(exchange, end));
  }

  /** Stops recording, and ends the streams of open pages. Records stay. */
  close(): void {
    this.#recorder?.close();
    this.#pages.close();
  }

  #tailFor(exchange: Exchange, request: ToolbarRequest, response: ResponseFacts): string | undefined {
    exchange.responded(response);
    exchange.mark("Headers sent");
    const values = new Map<string, string>();
    for (const [name, value] of response.headers) {
      const key = name.toLowerCase();
      values.set(key, values.has(key) ? `${values.get(key)}, ${value}` : value);
    }
    const decision = decideInjection(request, { status: response.status, header: (name) => values.get(name) });
    if (!decision.inject) {
      exchange.notShown = decision.reason;
      return undefined;
    }
    const verdict = this.#guard.mayView(request);
    if (!verdict.allowed) {
      exchange.notShown = verdict.reason;
      this.#warnOf(verdict);
      return undefined;
    }
    const token = this.#accessTokens.grant(exchange.redirectedFrom?.sequence ?? exchange.sequence);
    const tag = scriptTag(
      this.#pages.scriptAddress({ exchange: exchange.id, token, ...(decision.isLive ? { live: "1" } : {}) }),
      decision.nonce,
    );
    exchange.addedBytes = Buffer.byteLength(tag);
    return tag;
  }

  #store(exchange: Exchange): void {
    this.#profiler.finish(exchange);
    const entry = collectRecord(exchange, this.#panels, this.#recorder!);
    this.#history.add(entry);
    this.#pages.announce(entry.summary);
  }

  /** Catches failures of the toolbar, so that they never reach the application. Warns once. */
  #safely<Result>(run: (recorder: Recorder) => Result): Result | undefined {
    if (this.#recorder === undefined) return undefined;
    try {
      return run(this.#recorder);
    } catch (error) {
      // Only the name: an error's message may contain data from the visitor.
      this.#warn(
        `The debug toolbar failed (${error instanceof Error ? error.name : "not an Error"}). The request went on without it.`,
      );
      return undefined;
    }
  }

  /** Says why the toolbar is not shown: that is the question people ask most. */
  #warnOf(verdict: GuardVerdict): void {
    if (!verdict.allowed && verdict.fix !== undefined)
      this.#warn(`The debug toolbar is not shown. ${verdict.reason} ${verdict.fix}`);
  }

  /** Warns on standard error, with each message once, and ten at most. */
  #warn(message: string): void {
    if (this.#warned.has(message) || this.#warned.size >= 10) return;
    this.#warned.add(message);
    process.emitWarning(message, { code: "LATCHKEY_TOOLBAR" });
  }
}
