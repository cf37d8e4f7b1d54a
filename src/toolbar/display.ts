import type { Finding } from "./blocks.ts";
import type { Exchange, ResponseFacts } from "./capture/exchange.ts";
import type { GuardVerdict, ToolbarRequest } from "./guard.ts";
import { headerValue } from "./capture/header-value.ts";
import type { AccessTokens } from "./serve/access-tokens.ts";
import { decideInjection, isNavigation, scriptTag } from "./serve/inject.ts";
import type { Pages } from "./serve/pages.ts";
import { ShownPages } from "./serve/shown-pages.ts";

/** The most exchanges that are held because their script has not run. */
const MOST_UNSEEN = 20;
const NOT_RUN = "the browser did not run the script within 2 seconds: ";
/** Why a script may not have run, by whether the browser has loaded it. */
const NOT_LOADED =
  "it did not load it. The page may end inside a comment or a frameset, forbid scripts by a policy in a <meta> " +
  "element, or have been left. Behind a proxy that does not name itself, set the option base";
const LOADED = "it only loaded it. The page may be inside a frame, or have been left";
/** A page of the toolbar itself, which allows its script, whatever the request's method was. */
const OWN_PAGE = { inject: true, nonce: undefined, isLive: true } as const;
/** A browser sends Sec-Purpose with what it loads before a person goes there. */
const AHEAD = "the browser loaded the page in advance, and has not shown it yet";
/** Which toolbar shows itself in the answer to a request: the first that saw it, the outermost. */
const shownBy = new WeakMap<object, Display>();
/** How many were made in this process. The first byte need not wait for what one alone decides. */
let made = 0;

/** What a display is made with. */
export interface DisplayOptions {
  /** Whether the visitor who made a request may see the toolbar. */
  readonly verdict: (exchange: Exchange, request: ToolbarRequest) => GuardVerdict;
  readonly accessTokens: AccessTokens;
  /** The address of the browser's script. */
  readonly scriptAddress: Pages["scriptAddress"];
  /**
   * Records an exchange again, because more is known of it. If its record was dropped, nothing
   * happens.
   */
  readonly store: (exchange: Exchange) => void;
  readonly warn: (message: string) => void;
}

/** Puts the script into pages, and says why it is not in one, or not visible in it. */
export class Display {
  readonly pages: ShownPages;
  readonly #options: DisplayOptions;
  /** The last exchanges with a script that has not run yet. */
  readonly #unseen = new Map<string, Exchange>();

  constructor(options: DisplayOptions) {
    made += 1;
    this.#options = options;
    this.pages = new ShownPages({
      onMissing: (id) => this.#isMissing(id),
      onRun: (id, isLate) => this.#hasRun(id, isLate),
    });
  }

  /** Decides what is known before the application answers. */
  begin(exchange: Exchange, request: ToolbarRequest, source: object): void {
    if (exchange.isDecided) return;
    if (!this.#isOutermost(source)) {
      // The outer toolbar answers the addresses of both.
      exchange.isDecided = true;
      this.#hide(
        exchange,
        "another Toolbar is mounted outside of this one",
        "Fix: make one Toolbar, and mount it once.",
      );
    } else if (request.method === "GET" && isNavigation(request) === true) {
      exchange.mayShow = this.#options.verdict(exchange, request).allowed;
    }
  }

  /**
   * Makes the text to send after the body; undefined for none. Later calls for an exchange return
   * none.
   */
  tailFor(exchange: Exchange, request: ToolbarRequest, { status, headers }: ResponseFacts): (() => string) | undefined {
    if (exchange.isDecided) return undefined;
    exchange.isDecided = true;
    const decision = exchange.isExceptionPage
      ? OWN_PAGE
      : decideInjection(request, { status, header: (name) => headerValue(headers, name) });
    if (!decision.inject) return this.#hide(exchange, decision.reason, decision.fix);
    const { accessTokens, scriptAddress } = this.#options;
    const verdict = this.#options.verdict(exchange, request);
    if (!verdict.allowed) {
      exchange.notShown = verdict.reason;
      this.warnOf(verdict);
      return undefined;
    }
    exchange.keepOwnHeaders(headers);
    return () => {
      const token = accessTokens.grant(exchange.redirectedFrom ?? exchange);
      this.pages.expect(exchange.id, token);
      this.#hold(exchange);
      const live: Readonly<Record<string, string>> = decision.isLive ? { live: "1" } : {};
      const tag = scriptTag(scriptAddress(request, { exchange: exchange.id, token, ...live }), decision.nonce);
      exchange.addedBytes = Buffer.byteLength(tag);
      return tag;
    };
  }

  /** The answer has ended. If it has the script, the browser may run it now. */
  ended(exchange: Exchange): void {
    if (exchange.aborted) this.#unseen.delete(exchange.id);
    else this.pages.sent(exchange.id);
  }

  /** Says why the toolbar is not shown: that is the question people ask most. */
  warnOf(verdict: GuardVerdict): void {
    if (!verdict.allowed && verdict.fix !== undefined)
      this.#options.warn(`The debug toolbar is not shown. ${verdict.reason} ${verdict.fix}`);
  }

  /** A finding for a page that a browser has shown more than once. Undefined for all others. */
  cacheFinding(id: string): Finding | undefined {
    const times = this.pages.timesOpened(id);
    if (times < 2) return undefined;
    return {
      tone: "warn",
      text:
        `A browser has shown the page of this request ${times} times. So it came from a cache, perhaps that of a ` +
        "service worker, and the server was not asked again.",
    };
  }

  close(): void {
    this.pages.close();
    this.#unseen.clear();
  }

  #isOutermost(source: object): boolean {
    if (made === 1) return true;
    const outermost = shownBy.get(source) ?? this;
    shownBy.set(source, outermost);
    return outermost === this;
  }

  #hide(exchange: Exchange, reason: string, fix: string | undefined): undefined {
    exchange.notShown = fix === undefined ? reason : `${reason}. ${fix}`;
    if (fix !== undefined) this.#options.warn(`The debug toolbar is not shown, because ${reason}. ${fix}`);
  }

  #hold(exchange: Exchange): void {
    this.#unseen.set(exchange.id, exchange);
    const oldest = this.#unseen.keys().next();
    if (this.#unseen.size > MOST_UNSEEN && oldest.done !== true) this.#unseen.delete(oldest.value);
  }

  #isMissing(id: string): void {
    const exchange = this.#unseen.get(id);
    if (exchange === undefined) return;
    const has = (header: string): boolean => exchange.requestHeaders.some(([name]) => name.toLowerCase() === header);
    const isAhead = has("sec-purpose");
    const reason = isAhead ? AHEAD : NOT_RUN + (this.pages.timesOpened(id) === 0 ? NOT_LOADED : LOADED);
    exchange.notShown = reason;
    this.#options.store(exchange);
    // Only browsers send this header, and only browsers run scripts.
    if (has("sec-fetch-mode") && !isAhead) this.#options.warn(`The debug toolbar is not shown, because ${reason}.`);
  }

  #hasRun(id: string, isLate: boolean): void {
    const exchange = this.#unseen.get(id);
    this.#unseen.delete(id);
    if (exchange === undefined || !isLate) return;
    exchange.notShown = undefined;
    this.#options.store(exchange);
  }
}
