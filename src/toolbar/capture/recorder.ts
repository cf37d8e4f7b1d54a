import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { IncomingMessage, ServerResponse } from "node:http";
import { unixNow, type Clock } from "../../clock.ts";
import { Exchange, type RedirectSource, type ResponseFacts } from "./exchange.ts";
import type { ToolbarRequest } from "../guard.ts";
import type { Panel } from "../panel.ts";
import type { Redactor } from "./redact.ts";

/** After so many exceptions a listener is not called any more. */
const PATIENCE = 5;
/** A redirect and the request that follows it are at most this far apart, in seconds. */
const REDIRECT_GAP = 10;

/** More exchanges than this are not looked after at once. */
const MOST_RUNNING = 1_000;

/** What a recorder is made with. */
export interface RecorderOptions {
  readonly panels: readonly Panel[];
  readonly redactor: Redactor;
  /** Whether requests for this path are the toolbar's own, and not recorded. */
  readonly isOwn: (path: string) => boolean;
  readonly onFinish: (exchange: Exchange) => void;
  readonly clock?: Clock | undefined;
}

/**
 * Makes an exchange for every request of every HTTP server in this process, and hands the panels
 * what is published while one runs.
 *
 * It subscribes to Node's own channels, so that no middleware is needed to observe, and no foreign
 * object is changed. Each listener is wrapped: an exception in a subscriber would otherwise end the
 * process of the developer.
 */
export class Recorder {
  readonly #context = new AsyncLocalStorage<Exchange | undefined>();
  readonly #bySource = new WeakMap<object, Exchange>();
  readonly #running = new Set<Exchange>();
  readonly #undo: (() => void)[] = [];
  readonly #failures = new Map<string, { count: number; message: string }>();
  readonly #options: RecorderOptions;
  #sequence = 0;
  #redirect: { readonly to: string; readonly address: string | undefined; readonly at: number; readonly from: RedirectSource } | undefined;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.listen("http.server.request.start", "requests", (message) => this.#onRequest(message));
    for (const { id, channels } of options.panels) {
      for (const [name, listener] of Object.entries(channels ?? {})) {
        this.listen(name, `panel ${id}`, (message) => {
          const exchange = this.#context.getStore();
          if (exchange !== undefined && !exchange.finished) listener(message, exchange);
        });
      }
    }
  }

  /** What went wrong inside of the toolbar itself, a sentence each. */
  get failures(): readonly string[] {
    return [...this.#failures].map(
      ([who, { count, message }]) =>
        `The toolbar's ${who} failed ${count} times${count >= PATIENCE ? " and was switched off" : ""}: ${message}`,
    );
  }

  /** The exchanges that run now. */
  get running(): Iterable<Exchange> {
    return this.#running;
  }

  /**
   * The exchange of a request: the one that began when Node's server received it, or a new one.
   *
   * @param source the object that stands for the request: Node's IncomingMessage where there is
   *   one, or a fetch Request.
   */
  begin(request: ToolbarRequest, source: object): Exchange {
    return this.#bySource.get(source) ?? this.#start(request, source);
  }

  /** Runs something as a part of an exchange. */
  run<Result>(exchange: Exchange, run: () => Result): Result {
    return this.#context.getStore() === exchange ? run() : this.#context.run(exchange, run);
  }

  /** Ends an exchange, once. */
  finish(exchange: Exchange, { response, aborted = false }: { response?: ResponseFacts; aborted?: boolean } = {}): void {
    if (exchange.finished) return;
    if (response !== undefined) exchange.responded(response);
    exchange.finish(aborted);
    this.#running.delete(exchange);
    this.#rememberRedirect(exchange);
    this.guarded("record", () => this.#options.onFinish(exchange));
  }

  /** Stops listening; what is recorded stays. */
  close(): void {
    for (const undo of this.#undo.splice(0)) undo();
    this.#running.clear();
  }

  /** Calls something of a panel's; an exception is counted and not passed on. */
  guarded<Result>(who: string, run: () => Result): Result | undefined {
    try {
      return run();
    } catch (error) {
      const { count } = this.#failures.get(who) ?? { count: 0 };
      this.#failures.set(who, {
        count: count + 1,
        message: error instanceof Error ? `${error.name}: ${error.message}`.slice(0, 300) : "no Error was thrown",
      });
      return undefined;
    }
  }

  /**
   * Listens to a channel until `close`. A listener that throws is counted, and called no more after
   * five times.
   */
  listen(channel: string, who: string, listener: (message: unknown) => void): void {
    const guarded = (message: unknown): void => {
      this.guarded(who, () => listener(message));
      if ((this.#failures.get(who)?.count ?? 0) >= PATIENCE) unsubscribe(channel, guarded);
    };
    subscribe(channel, guarded);
    this.#undo.push(() => unsubscribe(channel, guarded));
  }

  #onRequest(message: unknown): void {
    const { request, response } = message as { request?: IncomingMessage; response?: ServerResponse };
    if (typeof request?.url !== "string" || typeof response?.once !== "function") return;
    // A connection is kept for many requests: the last one's exchange must not hear of this one.
    this.#context.enterWith(undefined);
    if (this.#options.isOwn(request.url)) return;
    const exchange = this.#start(describeIncoming(request), request);
    exchange.endsWithSocket = true;
    this.#context.enterWith(exchange);
    response.once("close", () => {
      this.guarded("requests", () => {
        const headers = headerPairs(response.getHeaders());
        this.finish(exchange, { response: { status: response.statusCode, headers }, aborted: !response.writableFinished });
      });
    });
  }

  #start(request: ToolbarRequest, source: object): Exchange {
    const exchange: Exchange = new Exchange({
      sequence: ++this.#sequence,
      startedAt: (this.#options.clock ?? unixNow)(),
      request,
      redactor: this.#options.redactor.forExchange(),
      others: () => this.#running.size - (this.#running.has(exchange) ? 1 : 0),
    });
    const redirect = this.#redirect;
    if (redirect !== undefined && redirect.to === exchange.path && redirect.address === exchange.remoteAddress) {
      if (exchange.startedAt - redirect.at <= REDIRECT_GAP) exchange.redirectedFrom = redirect.from;
      this.#redirect = undefined;
    }
    this.#running.add(exchange);
    // Where no socket tells of the end and nobody reads the body, an exchange would stay for ever.
    const [eldest] = this.#running;
    if (this.#running.size > MOST_RUNNING && eldest !== undefined) this.#running.delete(eldest);
    this.#bySource.set(source, exchange);
    return exchange;
  }

  #rememberRedirect(exchange: Exchange): void {
    const location = exchange.responseHeaders.find(([name]) => name.toLowerCase() === "location")?.[1];
    if (exchange.status === undefined || exchange.status < 300 || exchange.status > 399 || location === undefined) return;
    const to = URL.parse(location, `http://localhost${exchange.path}`)?.pathname;
    const { id, sequence, remoteAddress: address, startedAt: at, redirectedFrom } = exchange;
    // A chain of redirects is remembered by its first link's number, which is where a page's
    // permission to read begins.
    if (to !== undefined) this.#redirect = { to, address, at, from: { id, sequence: redirectedFrom?.sequence ?? sequence } };
  }
}

/** A request of Node's server as the toolbar sees it. */
export function describeIncoming(request: IncomingMessage & { originalUrl?: unknown }): ToolbarRequest {
  const { headers } = request;
  return {
    method: request.method ?? "GET",
    // Connect and Express cut the mount path off `url`.
    url: typeof request.originalUrl === "string" ? request.originalUrl : (request.url ?? "/"),
    header: (name) => {
      const value = headers[name] ?? (name === "host" ? headers[":authority"] : undefined);
      return Array.isArray(value) ? value.join(", ") : value;
    },
    headers: headerPairs(headers),
    remoteAddress: request.socket.remoteAddress,
    httpVersion: request.httpVersion,
  };
}

function headerPairs(headers: Readonly<Record<string, number | string | readonly string[] | undefined>>): [string, string][] {
  return Object.entries(headers).flatMap(([name, value]) => {
    if (value === undefined) return [];
    return typeof value === "object" ? value.map((item): [string, string] => [name, item]) : [[name, String(value)] as [string, string]];
  });
}
