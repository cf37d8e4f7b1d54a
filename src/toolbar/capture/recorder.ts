import { AsyncLocalStorage } from "node:async_hooks";
import { channel as channelOf, subscribe, unsubscribe } from "node:diagnostics_channel";
import type { IncomingMessage, ServerResponse } from "node:http";
import { isPromise } from "node:util/types";
import { unixNow, type Clock } from "../../clock.ts";
import { Exchange, type ExchangeHost, type ResponseFacts } from "./exchange.ts";
import { demandSites } from "./call-site.ts";
import { Failures } from "./failures.ts";
import { headerPairs, toToolbarRequest, type Addresses } from "./node-request.ts";
import type { ToolbarRequest } from "../guard.ts";
import type { Channels, KeyedListener } from "../channels.ts";
import type { SpanEnd, SpanStart } from "../span.ts";
import { listenerOf } from "./record.ts";
import type { ExchangeRedactor, Redactor } from "./redact.ts";
import { Redirects, type SharedRedirect } from "./redirects.ts";
import { watchResponseSize } from "./response-size.ts";

/** The most exchanges that are open at once. After that, the oldest one is dropped. */
const MOST_RUNNING = 1_000;

/** The most ids that are made in advance. */
const MOST_IDS = 20;

/** A part of the toolbar that listens to channels. */
export interface ChannelUser {
  readonly id: string;
  readonly channels?: Channels | undefined;
  begin?(recording: Exchange): void;
  close?(): void;
}

/** Where the running code is: in which exchange, and in which of its spans. */
interface Scope {
  readonly exchange: Exchange;
  readonly span: number | undefined;
}

/** Options of a recorder. */
export interface RecorderOptions {
  readonly panels: readonly ChannelUser[];
  /** What turns the messages of libraries into spans. */
  readonly sources?: readonly ChannelUser[] | undefined;
  readonly redactor: Redactor;
  /** The folder of the application. */
  readonly directory: string;
  /**
   * The panels of the application. What they make may hold secrets, so it is redacted once more.
   */
  readonly foreign?: ReadonlySet<ChannelUser> | undefined;
  /** Whether this request is for the toolbar itself. Then it is not recorded. */
  readonly isOwn: (request: ToolbarRequest) => boolean;
  readonly onFinish: (exchange: Exchange) => void;
  /** For processes that share a history. */
  readonly redirects?: SharedRedirect | undefined;
  /** The number of the next exchange. */
  readonly nextSequence: () => number;
  /** Called before the clock of an exchange starts. */
  readonly beforeStart?: ((request: ToolbarRequest) => void) | undefined;
  readonly clock?: Clock | undefined;
}

/**
 * Makes an exchange for every request of every HTTP server in this process, and passes to the
 * panels the messages that are published while it runs.
 *
 * It subscribes to Node's own channels, so it needs no middleware and changes no object of other
 * code. It catches the exceptions of every listener, because one in a subscriber would otherwise
 * end the process.
 */
export class Recorder {
  readonly #context = new AsyncLocalStorage<Scope | undefined>();
  /**
   * By requests, and by what the messages of one action hold; see `KeyedListener`. Null where an
   * action began outside of any request.
   */
  readonly #byKey = new WeakMap<object, Exchange | null>();
  readonly #running = new Set<Exchange>();
  readonly #discarded = new WeakSet<Exchange>();
  readonly #undo: (() => void)[] = [];
  readonly #failures: Failures;
  /** For what belongs to no single request. */
  readonly #redactor: ExchangeRedactor;
  readonly #options: RecorderOptions;
  readonly #redirects: Redirects;
  readonly #host: ExchangeHost;
  /** Ids for the next exchanges, made after an answer so that no first byte waits for one. */
  readonly #ids: string[] = [];
  /** The panels that want to know of each new exchange. */
  readonly #beginners: readonly { readonly who: string; readonly panel: ChannelUser }[];

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#redirects = new Redirects(options.redirects);
    this.#host = {
      directory: options.directory,
      others: (exchange) => this.#running.size - (this.#running.has(exchange) ? 1 : 0),
      currentSpan: (exchange) => {
        const scope = this.#context.getStore();
        return scope?.exchange === exchange ? scope.span : undefined;
      },
      // A handler may throw when it has sent its whole answer.
      onLateError: (exchange) => this.guarded("record", () => this.#options.onFinish(exchange)),
    };
    this.#beginners = options.panels
      .filter((panel) => panel.begin !== undefined)
      .map((panel) => ({ who: `begin of panel ${panel.id}`, panel }));
    this.#redactor = options.redactor.forExchange();
    this.#failures = new Failures((text) => this.#redactor.text(text));
    this.#undo.push(demandSites(() => this.current?.locatesSpans === true));
    this.listen("http.server.request.start", "requests", (message) => this.#onRequest(message));
    for (const [role, users] of Object.entries({ panel: options.panels, source: options.sources ?? [] }))
      for (const { id, channels } of users)
        for (const [name, listener] of Object.entries(channels ?? {}))
          this.#listenFor(role === "panel" ? listenerOf(id) : `${role} ${id}`, name, listener);
  }

  /** Whether a panel is the application's own. */
  isForeign(panel: ChannelUser): boolean {
    return this.#options.foreign?.has(panel) === true;
  }

  /** Redacts JSON that a panel of the application has made. */
  foreignJson(json: string): string {
    return this.#redactor.foreignJson(json);
  }

  /** The failures of the toolbar itself, a sentence each. */
  get failures(): readonly string[] {
    return this.#failures.sentences;
  }

  /** The exchange with this id, if it runs now. */
  runningWith(id: string): Exchange | undefined {
    for (const exchange of this.#running) if (exchange.id === id) return exchange;
    return undefined;
  }

  /**
   * The exchange of a request: the one that began when Node's server received it, or a new one.
   *
   * @param source the object that identifies the request: Node's IncomingMessage if there is one,
   *   otherwise the fetch Request.
   */
  begin(request: ToolbarRequest, source: object): Exchange {
    return this.of(source) ?? this.#bridged(request, source) ?? this.#start(request, source);
  }

  /**
   * The exchange of Node's server, where this fetch Request was made of the request that it
   * received.
   */
  #bridged(request: ToolbarRequest, source: object): Exchange | undefined {
    const exchange = this.current;
    if (exchange?.endsWithSocket !== true || exchange.finished || isNodeMessage(source)) return undefined;
    if (!exchange.isFor(request)) return undefined;
    this.#byKey.set(source, exchange);
    return exchange;
  }

  /** The exchange of a request, if it has one; and of what the messages of one action hold. */
  of(source: object): Exchange | undefined {
    return this.#byKey.get(source) ?? undefined;
  }

  /**
   * How a request of Node's server was described when it arrived. Undefined where a framework has
   * cut off a part of its address since.
   */
  descriptionOf(request: IncomingMessage & Addresses, originalUrl?: string): ToolbarRequest | undefined {
    const isWhole = !request.baseUrl && (originalUrl ?? request.url) === request.url;
    const exchange = isWhole ? this.of(request) : undefined;
    const arrived = exchange && Exchange.arrivedAs(exchange);
    return arrived?.url === request.url ? arrived : undefined;
  }

  /** Runs a function as a part of an exchange. */
  run<Result>(exchange: Exchange, run: () => Result): Result {
    return this.#context.getStore()?.exchange === exchange
      ? run()
      : this.#context.run({ exchange, span: undefined }, run);
  }

  /** Runs a function as a part of no exchange, so that what it does is not recorded. */
  runOutside<Result>(run: () => Result): Result {
    return this.#context.run(undefined, run);
  }

  /**
   * Runs a function as a span of the exchange that is running, until it returns or its promise is
   * settled. Without an exchange the function runs alone.
   */
  runSpan<Result>(start: SpanStart, run: () => Result): Result {
    const exchange = this.current;
    const span = exchange === undefined ? undefined : this.guarded("spans", () => exchange.startSpan(start));
    if (exchange === undefined || span?.id === undefined) return run();
    const end = (how?: SpanEnd): void => this.guarded("spans", () => span.end(how));
    let result: Result;
    try {
      result = this.#context.run({ exchange, span: span.id }, run);
    } catch (error) {
      end({ error });
      throw error;
    }
    // Not `instanceof`, which may call a trap of a proxy.
    if (isPromise(result)) {
      const promise: Promise<unknown> = result;
      this.guarded("spans", () => {
        promise.then(
          () => end(),
          (error: unknown) => end({ error }),
        );
      });
    } else end();
    return result;
  }

  /** The exchange that is running now. */
  get current(): Exchange | undefined {
    return this.#context.getStore()?.exchange;
  }

  /** Looks at an answer before it is sent: whether it redirects. */
  answering(exchange: Exchange): void {
    this.#redirects.remember(exchange);
  }

  /** Ends an exchange. A second call does nothing. */
  finish(
    exchange: Exchange,
    { response, aborted = false }: { response?: ResponseFacts; aborted?: boolean } = {},
  ): void {
    if (exchange.finished || this.#discarded.has(exchange)) return;
    if (response !== undefined) exchange.responded(response);
    this.guarded("adapter", () => exchange.askAtEnd());
    exchange.finish(aborted);
    if (this.#ids.length < MOST_IDS) this.#ids.push(crypto.randomUUID());
    this.#running.delete(exchange);
    this.#redirects.remember(exchange);
    this.guarded("record", () => this.#options.onFinish(exchange));
  }

  /**
   * Forgets the exchange that is running, because the toolbar answers this request itself. Where
   * the toolbar is mounted under a path, that is known only in its middleware.
   */
  discard(request: ToolbarRequest): void {
    const exchange = this.current;
    if (exchange?.isFor(request) !== true) return;
    this.#running.delete(exchange);
    this.#discarded.add(exchange);
  }

  /** Stops listening. Finished records stay. */
  close(): void {
    for (const undo of this.#undo.splice(0)) undo();
    for (const user of this.#options.panels) this.guarded(`close of panel ${user.id}`, () => user.close?.());
    this.#running.clear();
  }

  /** Calls a function of a panel. Catches and counts its exceptions. */
  guarded<Result>(who: string, run: () => Result): Result | undefined {
    return this.#failures.guarded(who, run);
  }

  /** Whether a function of a panel has thrown so often that it is not called any more. */
  isOff(who: string): boolean {
    return this.#failures.isOff(who);
  }

  /**
   * Listens to a channel until `close`. A listener is removed after it has thrown five times.
   */
  listen(channel: string, who: string, listener: (message: unknown) => void): void {
    this.#subscribe(channel, (stop) => (message) => {
      if (this.isOff(who)) return stop();
      try {
        listener(message);
      } catch (error) {
        this.#failures.count(who, error);
      }
    });
  }

  #subscribe(channel: string, make: (stop: () => void) => (message: unknown) => void): void {
    const stop = (): void => void unsubscribe(channel, heard);
    const heard = make(stop);
    subscribe(channel, heard);
    this.#undo.push(stop);
  }

  #listenFor(who: string, channel: string, listener: Channels[string]): void {
    const keyed: KeyedListener = typeof listener === "function" ? { key: noKey, listener } : listener;
    if (keyed.scope !== undefined) this.#bind(who, channel, keyed, keyed.scope);
    const { key, listener: hear } = keyed;
    if (hear === undefined) return;
    // Written without `guarded`, because each frame on the way to the application's line costs a
    // span half a microsecond.
    this.#subscribe(channel, (stop) => (message) => {
      if (this.isOff(who)) return stop();
      try {
        const exchange = this.#exchangeOf(key(message));
        if (exchange !== undefined && !exchange.finished) hear(message, exchange);
      } catch (error) {
        this.#failures.count(who, error);
      }
    });
  }

  /** Puts what a publisher runs inside of a span, by the channel's own means. */
  #bind(who: string, name: string, { key }: KeyedListener, scopeOf: NonNullable<KeyedListener["scope"]>): void {
    const channel = channelOf(name);
    const enter = (message: unknown): Scope | undefined => {
      const current = this.#context.getStore();
      // Node ends the process if this throws. Written without `guarded`, because each frame on the
      // way to the application's line takes time.
      try {
        const owner = key(message);
        const exchange = this.#exchangeOf(owner);
        if (exchange === undefined) {
          if (!isObject(owner)) return current;
          // It began outside of a request. Its callback may run in the context of a socket that
          // another request has opened.
          this.#byKey.set(owner, null);
          return undefined;
        }
        const span = exchange.finished ? null : scopeOf(message, exchange);
        return span === undefined ? current : { exchange, span: span ?? undefined };
      } catch (error) {
        this.#failures.count(who, error);
        return current;
      }
    };
    channel.bindStore(this.#context, enter);
    this.#undo.push(() => channel.unbindStore(this.#context));
  }

  /** The exchange of a message: by what it holds, or else the one that runs now. */
  #exchangeOf(key: unknown): Exchange | undefined {
    if (!isObject(key)) return this.current;
    const known = this.#byKey.get(key);
    if (known !== undefined) return known ?? undefined;
    const { current } = this;
    if (current !== undefined && !current.finished) this.#byKey.set(key, current);
    return current;
  }

  #onRequest(message: unknown): void {
    const { request, response } = message as { request?: IncomingMessage; response?: ServerResponse };
    if (typeof request?.url !== "string" || typeof response?.once !== "function") return;
    // A connection serves many requests. The exchange before must not record this one's messages.
    if (this.#context.getStore() !== undefined) this.#context.enterWith(undefined);
    const described = toToolbarRequest(request);
    if (this.#options.isOwn(described)) return;
    const exchange = this.#start(described, request);
    exchange.endsWithSocket = true;
    const sizeOf = watchResponseSize(request, response);
    this.#context.enterWith({ exchange, span: undefined });
    response.on("close", () => {
      this.guarded("requests", () => {
        exchange.responseSize = sizeOf(exchange.addedBytes, response.writableFinished);
        const headers = headerPairs(response.getHeaders());
        this.finish(exchange, {
          response: { status: response.statusCode, headers },
          aborted: !response.writableFinished,
        });
      });
    });
  }

  #start(request: ToolbarRequest, source: object): Exchange {
    try {
      this.#options.beforeStart?.(request);
    } catch (error) {
      this.#failures.count("profiler", error);
    }
    const exchange = new Exchange({
      id: this.#ids.pop() ?? crypto.randomUUID(),
      sequence: this.#options.nextSequence(),
      startedAt: (this.#options.clock ?? unixNow)(),
      request,
      redactor: this.#options.redactor.forExchange(),
      host: this.#host,
    });
    exchange.redirectedFrom = this.#redirects.sourceOf(exchange);
    this.#running.add(exchange);
    // Without a socket and with a body that is never read, an exchange would never end.
    if (this.#running.size > MOST_RUNNING) {
      const [eldest] = this.#running;
      this.#running.delete(eldest!);
    }
    this.#byKey.set(source, exchange);
    for (const { who, panel } of this.#beginners) {
      if (this.isOff(who)) continue;
      try {
        panel.begin?.(exchange);
      } catch (error) {
        this.#failures.count(who, error);
      }
    }
    return exchange;
  }
}

function noKey(): undefined {}

function isNodeMessage(source: object): boolean {
  return "httpVersion" in source;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
