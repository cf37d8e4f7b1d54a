import type { IncomingMessage } from "node:http";
import type { Clock } from "../clock.ts";
import { InvalidOptionError, SecretKeyError } from "../errors.ts";
import { KeyRing } from "../keys/key-ring.ts";
import type { SecretKeyInput } from "../keys/secret-key.ts";
import { checkOptions } from "../options.ts";
import { AccessTokens } from "./serve/access-tokens.ts";
import type { Exchange, ResponseFacts } from "./capture/exchange.ts";
import { Guard, type GuardVerdict, type ToolbarRequest } from "./guard.ts";
import { History } from "./history.ts";
import { decideInjection, scriptTag } from "./serve/inject.ts";
import { Pages, type ToolbarAnswer } from "./serve/pages.ts";
import type { ExchangePage, ExchangeSummary, Panel } from "./panel.ts";
import { collectRecord, viewRecord } from "./capture/record.ts";
import { describeIncoming, Recorder } from "./capture/recorder.ts";
import { Redactor } from "./capture/redact.ts";
import { standardPanels } from "./panels/standard-panels.ts";
import { judge } from "./switch.ts";

/** How a toolbar is set up. */
export interface ToolbarOptions {
  /** The secret key, or the ring that the sessions use. */
  readonly keys: KeyRing | SecretKeyInput;
  /** Panels of your own, shown after the standard ones. */
  readonly panels?: readonly Panel[] | undefined;
  /** How many requests are kept, 1 to 10,000: 100 unless given. */
  readonly history?: number | undefined;
  /** Host names, beside `localhost` and `*.localhost`, under which the server may be called. */
  readonly hosts?: readonly string[] | undefined;
  /**
   * Addresses and networks, beside this machine, from which the toolbar may be seen:
   * `["172.17.0.0/16"]` for Docker's bridge.
   *
   * A proxy has to be listed even if it runs on this machine (`["127.0.0.1"]`). List it only if it
   * sets `X-Forwarded-For` itself. A proxy that hands on what the visitor sent there would let
   * every visitor claim to be this machine.
   */
  readonly allow?: readonly string[] | undefined;
  /** Where the toolbar's own pages stand: `/_latchkey` unless given. */
  readonly prefix?: string | undefined;
  /** From how many milliseconds on a request is called slow: 500 unless given. */
  readonly slowMs?: number | undefined;
  /**
   * Where the server runs: "production", "development", or "test", which counts as development. Not
   * needed where NODE_ENV is set.
   *
   * The toolbar is on only if this option, NODE_ENV (or LATCHKEY_ENV) or the key ring says
   * development, and none of them says production.
   */
  readonly mode?: string | undefined;
  /**
   * With this and `authorize`, the toolbar runs in production too. Each of them alone throws there.
   */
  readonly production?: boolean | undefined;
  /**
   * Asked for every request that has passed the other checks. Only `true` is a yes: an exception, a
   * promise and everything else are a no. Must be quick.
   */
  readonly authorize?: ((request: ToolbarRequest) => boolean) | undefined;
  /** Where the application's package.json stands: the current directory unless given. */
  readonly directory?: string | undefined;
  /** The time in Unix seconds; for tests. */
  readonly clock?: Clock | undefined;
}

const OPTIONS = [
  "keys",
  "panels",
  "history",
  "hosts",
  "allow",
  "prefix",
  "slowMs",
  "mode",
  "production",
  "authorize",
  "directory",
  "clock",
] as const satisfies readonly (keyof ToolbarOptions)[];

/** How messages name the keys. */
const KEYS = 'option "keys" of Toolbar';
/** For a page of the toolbar's own that could not be made. */
const FAILED: ToolbarAnswer = { status: 500, headers: { "Content-Type": "text/plain; charset=utf-8" }, body: "Internal Server Error" };

/**
 * A debug toolbar: it records what a server does for each request, and shows it on the page that
 * the request was for.
 *
 * It observes every HTTP server of the process through node:diagnostics_channel. To show itself it
 * needs an adapter (`debugToolbar(toolbar)`), which answers its pages and puts one script after
 * each HTML document.
 *
 * It is for development, and off unless development was said: by NODE_ENV=development, by the
 * option `mode` or by the key ring. Where it is off, it observes nothing, answers nothing, and
 * changes no page; one line on standard error says how to turn it on. So the example is safe in
 * production as it stands.
 *
 * Only this machine sees it, unless `allow` and `hosts` say otherwise. It needs a secret key,
 * because a key derived from that signs the permission to read a record; only a page that this
 * server sent has one.
 *
 * @example
 * ```ts
 * const toolbar = new Toolbar({ keys });
 * app.use(debugToolbar(toolbar));
 * ```
 */
export class Toolbar {
  /**
   * Whether the toolbar is on. Where it is false, adapters hand requests on and do nothing else.
   */
  readonly enabled: boolean;
  readonly #guard: Guard;
  readonly #accessTokens: AccessTokens;
  readonly #history: History;
  readonly #pages: Pages;
  readonly #panels: readonly Panel[];
  /** Undefined where the toolbar is off: nothing is subscribed to then. */
  readonly #recorder: Recorder | undefined;
  readonly #warned = new Set<string>();

  /**
   * @throws SecretKeyError `key_missing` without a key, and in production `key_refused` for one
   *   that is weak, guessable or published; also where the toolbar is off.
   * @throws InvalidOptionError for options that cannot be, and in production for one of
   *   `production` and `authorize` without the other.
   */
  constructor(options: ToolbarOptions) {
    checkOptions("Toolbar", options, OPTIONS);
    const keys = requiredKeys(options);
    const {
      prefix = "/_latchkey",
      slowMs = 500,
      history = 100,
      hosts = [],
      allow = [],
      authorize,
      clock,
      directory = process.cwd(),
    } = options;
    if (!/^(?:\/[\w.~-]+)+$/.test(prefix)) {
      throw new InvalidOptionError(
        'The toolbar\'s prefix is a path such as "/_latchkey": it starts with a slash and does not end with one.',
      );
    }
    for (const [name, list] of Object.entries({ hosts, allow, panels: options.panels ?? [] })) {
      if (!Array.isArray(list))
        throw new InvalidOptionError(`The toolbar's option ${name} is a list; it got ${typeof list}. Fix: put it in [ ].`);
    }
    if (authorize !== undefined && typeof authorize !== "function") {
      throw new InvalidOptionError(`The toolbar's option authorize is a function; it got ${typeof authorize}.`);
    }
    if (!(slowMs > 0)) throw new InvalidOptionError("The toolbar's slowMs is a number of milliseconds above 0.");
    this.#panels = [...standardPanels({ keys, slowMs, directory, ...(clock === undefined ? {} : { clock }) }), ...(options.panels ?? [])];
    checkPanels(this.#panels);
    this.#history = new History(history);
    this.#guard = new Guard({ hosts, allow, authorize });
    this.#accessTokens = new AccessTokens(keys, clock);
    const source = {
      list: (from: number) => ({ exchanges: this.#history.list(from), capacity: this.#history.capacity }),
      page: (id: string) => this.page(id),
    };
    this.#pages = new Pages(prefix, this.#guard, this.#accessTokens, source, (verdict) => this.#warnOf(verdict));
    const { on, mode } = judge(options, keys.saidMode);
    keys.admit(KEYS, mode);
    this.enabled = on;
    if (this.enabled) {
      this.#recorder = new Recorder({
        panels: this.#panels,
        redactor: new Redactor(keys),
        isOwn: (url) => this.#pages.owns(url),
        onFinish: (exchange) => this.#keep(exchange),
        clock,
      });
    }
  }

  /** The requests that are kept, newest first. */
  get exchanges(): readonly ExchangeSummary[] {
    return this.#history.list();
  }

  /** What is known of one request, as its panels describe it; also of one that still runs. */
  page(id: string): ExchangePage | undefined {
    if (this.#recorder === undefined) return undefined;
    const entry = this.#history.get(id);
    if (entry !== undefined) return viewRecord(entry, this.#panels, this.#recorder);
    const running = [...this.#recorder.running].find((exchange) => exchange.id === id);
    return running === undefined
      ? undefined
      : viewRecord(collectRecord(running, this.#panels, this.#recorder), this.#panels, this.#recorder);
  }

  /** A request of Node's server, in the form in which the other methods take it. For adapters. */
  describe(request: IncomingMessage): ToolbarRequest {
    return describeIncoming(request);
  }

  /**
   * The answer to a request for one of the toolbar's own pages; undefined for all others. For
   * adapters.
   */
  handle(request: ToolbarRequest): ToolbarAnswer | undefined {
    if (!this.enabled || !this.#pages.owns(request.url)) return undefined;
    return this.#safely(() => this.#pages.handle(request)) ?? FAILED;
  }

  /**
   * The exchange of a request that goes on to the application. For adapters.
   *
   * @param source the object that stands for the request: Node's IncomingMessage where there is
   *   one, else the fetch Request.
   * @returns undefined where the toolbar is off, or fails: the request then goes on as if there
   *   were no toolbar.
   */
  begin(request: ToolbarRequest, source: object): Exchange | undefined {
    return this.#safely((recorder) => recorder.begin(request, source));
  }

  /**
   * Runs the application, so that what it tells on channels is noted with this exchange. For
   * adapters.
   */
  run<Result>(exchange: Exchange | undefined, run: () => Result): Result {
    return exchange === undefined || this.#recorder === undefined ? run() : this.#recorder.run(exchange, run);
  }

  /**
   * Listens to a channel of node:diagnostics_channel until `close`; an exception of the listener
   * harms nobody. For adapters.
   */
  listen(channel: string, listener: (message: unknown) => void): void {
    this.#recorder?.listen(channel, "adapter", listener);
  }

  /**
   * Called when a response's headers are about to leave: the text to send after the body, or
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

  /** Stops recording, and ends the streams of open pages. What is recorded stays. */
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
      exchange.notShown = decision.why;
      return undefined;
    }
    const verdict = this.#guard.mayView(request);
    if (!verdict.allowed) {
      exchange.notShown = verdict.reason;
      this.#warnOf(verdict);
      return undefined;
    }
    const token = this.#accessTokens.grant(exchange.redirectedFrom?.sequence ?? exchange.sequence);
    return scriptTag(this.#pages.scriptAddress({ exchange: exchange.id, token, ...(decision.live ? { live: "1" } : {}) }), decision.nonce);
  }

  #keep(exchange: Exchange): void {
    const entry = collectRecord(exchange, this.#panels, this.#recorder!);
    this.#history.add(entry);
    this.#pages.announce(entry.summary);
  }

  /** Nothing that fails in the toolbar may reach the application; it is said once. */
  #safely<Result>(run: (recorder: Recorder) => Result): Result | undefined {
    if (this.#recorder === undefined) return undefined;
    try {
      return run(this.#recorder);
    } catch (error) {
      // The message of an error may quote what the visitor sent.
      this.#warn(`The debug toolbar failed (${error instanceof Error ? error.name : "no Error"}). The request went on without it.`);
      return undefined;
    }
  }

  /** Why the toolbar is not seen is what people ask most. */
  #warnOf(verdict: GuardVerdict): void {
    if (!verdict.allowed && verdict.fix !== undefined) this.#warn(`The debug toolbar is not shown. ${verdict.reason} ${verdict.fix}`);
  }

  /** Says something on standard error, each sentence once, and at most ten of them. */
  #warn(message: string): void {
    if (this.#warned.has(message) || this.#warned.size >= 10) return;
    this.#warned.add(message);
    process.emitWarning(message, { code: "LATCHKEY_TOOLBAR" });
  }
}

function requiredKeys({ keys }: ToolbarOptions): KeyRing {
  if (keys === undefined || keys === null || keys === "") {
    throw new SecretKeyError(
      "key_missing",
      "The debug toolbar requires a secret key: it signs the permission to read what was recorded with a key derived from it, " +
        "so that only a page that this server sent may read a record. Make one with: npx latchkey key generate",
    );
  }
  return KeyRing.from(keys, KEYS);
}

function checkPanels(panels: readonly Panel[]): void {
  const seen = new Set<string>();
  for (const { id } of panels) {
    if (!/^[a-z][a-z0-9-]*$/.test(id)) throw new InvalidOptionError("A panel's id is made of lower-case letters, digits and hyphens.");
    if (seen.has(id)) throw new InvalidOptionError(`There are two panels with the id "${id}". Give one of them another.`);
    seen.add(id);
  }
}
