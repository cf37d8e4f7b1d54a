import type { IncomingMessage } from "node:http";
import type { Clock } from "../clock.ts";
import { InvalidOptionError, SecretKeyError } from "../errors.ts";
import { KeyRing } from "../keys/key-ring.ts";
import type { SecretKeyInput } from "../keys/secret-key.ts";
import { Capability } from "./capability.ts";
import type { Exchange, ResponseFacts } from "./exchange.ts";
import { Guard, type ToolbarRequest } from "./guard.ts";
import { History } from "./history.ts";
import { decideInjection, scriptTag } from "./inject.ts";
import { Pages, type ToolbarAnswer } from "./pages.ts";
import type { ExchangePage, ExchangeSummary, Panel } from "./panel.ts";
import { collectRecord, viewRecord } from "./record.ts";
import { describeIncoming, Recorder } from "./recorder.ts";
import { Redactor } from "./redact.ts";
import { standardPanels } from "./panels/standard-panels.ts";

/** How a toolbar is set up. */
export interface ToolbarOptions {
  /** The secret key, or the ring that the sessions use. */
  readonly keys: KeyRing | SecretKeyInput;
  /** Panels of your own, shown after the standard ones. */
  readonly panels?: readonly Panel[] | undefined;
  /** How many requests are kept, 1 to 10,000: 100 unless given. */
  readonly history?: number | undefined;
  /** Host names, beside `localhost`, `*.localhost` and bare addresses, under which the server may be called. */
  readonly hosts?: readonly string[] | undefined;
  /** Addresses and networks, beside this machine, from which the toolbar may be seen: `["172.17.0.0/16"]` for Docker's bridge. */
  readonly allow?: readonly string[] | undefined;
  /** Where the toolbar's own pages stand: `/_latchkey` unless given. */
  readonly prefix?: string | undefined;
  /** From how many milliseconds on a request is called slow: 500 unless given. */
  readonly slowMs?: number | undefined;
  /** Hand in `process.env.NODE_ENV`, and the toolbar refuses to start where that is "production". */
  readonly mode?: string | undefined;
  /** Told twice: with this and `authorize`, the toolbar starts in production too. */
  readonly production?: boolean | undefined;
  /** Asked for every request that has passed the other checks. Must be quick. */
  readonly authorize?: ((request: ToolbarRequest) => boolean) | undefined;
  /** Where the application's package.json stands: the current directory unless given. */
  readonly directory?: string | undefined;
  /** The time in Unix seconds; for tests. */
  readonly clock?: Clock | undefined;
}

/**
 * A debug toolbar: it records what a server does for each request, and shows it on the page that the request was for.
 *
 * It observes every HTTP server of the process through node:diagnostics_channel. To show itself it needs an adapter
 * (`debugToolbar(toolbar)`), which answers its pages and puts one script after each HTML document. It is for development: only this
 * machine sees it, unless `allow` and `hosts` say otherwise. It needs a secret key, because a key derived from that signs the
 * permission to read a record; only a page that this server sent has one.
 *
 * @example
 * ```ts
 * const toolbar = new Toolbar({ keys, mode: process.env["NODE_ENV"] });
 * app.use(debugToolbar(toolbar));
 * ```
 */
export class Toolbar {
  readonly #guard: Guard;
  readonly #capability: Capability;
  readonly #history: History;
  readonly #recorder: Recorder;
  readonly #pages: Pages;
  readonly #panels: readonly Panel[];
  readonly #warned = new Set<string>();

  /**
   * @throws SecretKeyError `key_missing` without a key.
   * @throws InvalidOptionError in production unless `production` and `authorize` are both given, and for options that cannot be.
   */
  constructor(options: ToolbarOptions) {
    const keys = requiredKeys(options);
    refuseProduction(options);
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
    if (!(slowMs > 0)) throw new InvalidOptionError("The toolbar's slowMs is a number of milliseconds above 0.");
    this.#panels = [...standardPanels({ keys, slowMs, directory, ...(clock === undefined ? {} : { clock }) }), ...(options.panels ?? [])];
    checkPanels(this.#panels);
    this.#history = new History(history);
    this.#guard = new Guard({ hosts, allow, authorize });
    this.#capability = new Capability(keys, clock);
    const source = {
      list: (from: number) => ({ exchanges: this.#history.list(from), capacity: this.#history.capacity }),
      page: (id: string) => this.page(id),
    };
    this.#pages = new Pages(prefix, this.#guard, this.#capability, source, (reason) => this.#warn(reason));
    this.#recorder = new Recorder({
      panels: this.#panels,
      redactor: new Redactor(keys),
      isOwn: (url) => this.#pages.owns(url),
      onFinish: (exchange) => this.#keep(exchange),
      clock,
    });
  }

  /** The requests that are kept, newest first. */
  get exchanges(): readonly ExchangeSummary[] {
    return this.#history.list();
  }

  /** What is known of one request, as its panels describe it; also of one that still runs. */
  page(id: string): ExchangePage | undefined {
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

  /** The answer to a request for one of the toolbar's own pages; undefined for all others. For adapters. */
  handle(request: ToolbarRequest): ToolbarAnswer | undefined {
    return this.#pages.handle(request);
  }

  /**
   * The exchange of a request that goes on to the application. For adapters.
   *
   * @param source the object that stands for the request: Node's IncomingMessage where there is one, else the fetch Request.
   */
  begin(request: ToolbarRequest, source: object): Exchange {
    return this.#recorder.begin(request, source);
  }

  /** Runs the application, so that what it tells on channels is noted with this exchange. For adapters. */
  run<Result>(exchange: Exchange, run: () => Result): Result {
    return this.#recorder.run(exchange, run);
  }

  /**
   * Called when a response's headers are about to leave: the text to send after the body, or undefined. For adapters.
   *
   * Whoever adds it must drop ETag, and raise or drop Content-Length.
   */
  respond(exchange: Exchange, request: ToolbarRequest, response: ResponseFacts): string | undefined {
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
      this.#warn(verdict.reason);
      return undefined;
    }
    const token = this.#capability.grant(exchange.redirectedFrom?.sequence ?? exchange.sequence);
    return scriptTag(this.#pages.scriptAddress({ exchange: exchange.id, token, ...(decision.live ? { live: "1" } : {}) }), decision.nonce);
  }

  /** Ends the exchange of a response that no Node server sends. For adapters; a second call does nothing. */
  finish(exchange: Exchange, end: { readonly aborted?: boolean } = {}): void {
    if (!exchange.endsWithSocket) this.#recorder.finish(exchange, end);
  }

  /** Stops recording, and ends the streams of open pages. What is recorded stays. */
  close(): void {
    this.#recorder.close();
    this.#pages.close();
  }

  #keep(exchange: Exchange): void {
    const entry = collectRecord(exchange, this.#panels, this.#recorder);
    this.#history.add(entry);
    this.#pages.announce(entry.summary);
  }

  /** Why the toolbar is not seen is what people ask most: said once for each reason. */
  #warn(reason: string): void {
    if (!/To allow it/.test(reason) || this.#warned.has(reason) || this.#warned.size >= 10) return;
    this.#warned.add(reason);
    process.emitWarning(`The debug toolbar is not shown. ${reason}`, { code: "LATCHKEY_TOOLBAR" });
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
  return KeyRing.from(keys);
}

function refuseProduction({ mode, production, authorize }: ToolbarOptions): void {
  if (mode !== "production" && production !== true) return;
  if (production === true && typeof authorize === "function") return;
  throw new InvalidOptionError(
    "The debug toolbar is for development and does not start in production. Create it only where NODE_ENV is not production; " +
      "or, if it must be there, say so twice: new Toolbar({ production: true, authorize: (request) => … }).",
  );
}

function checkPanels(panels: readonly Panel[]): void {
  const seen = new Set<string>();
  for (const { id } of panels) {
    if (!/^[a-z][a-z0-9-]*$/.test(id)) throw new InvalidOptionError("A panel's id is made of lower-case letters, digits and hyphens.");
    if (seen.has(id)) throw new InvalidOptionError(`There are two panels with the id "${id}". Give one of them another.`);
    seen.add(id);
  }
}
