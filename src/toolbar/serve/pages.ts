import type { AccessTokens, Moment } from "./access-tokens.ts";
import { publicAddress } from "./address.ts";
import { dataAnswer, NOT_FOUND, privateAnswer, type ToolbarAnswer } from "./answer.ts";
import { EventStreams } from "./event-streams.ts";
import { scriptTag } from "./inject.ts";
import { BROWSER_SCRIPT } from "../ui.bundle.ts";
import type { ShownPages } from "./shown-pages.ts";
import type { Guard, GuardVerdict, ToolbarRequest } from "../guard.ts";
import { exceptionPage, type ExceptionFacts, type ExceptionLinks } from "./exception-page.ts";
import { EXCEPTION_STYLE } from "./exception-style.ts";
import type { ExchangeList, ExchangePage, ExchangeSummary } from "../exchange-page.ts";
import type { ExchangeRecord } from "../exchange-record.ts";
import type { Explanation } from "../explanation.ts";
import type { ProfileAnswer } from "./profile-pages.ts";

/** The data for the pages. */
export interface PageSource {
  list(mayRead: (moment: Moment) => boolean): ExchangeList;
  page(id: string): ExchangePage | undefined;
  /** The answer of the profiler, if the address is one of its own. */
  profile(request: ToolbarRequest, url: URL): ProfileAnswer | undefined;
  record(id: string): ExchangeRecord | undefined;
  copies(id: string): ExchangePart | undefined;
  compare(before: string, after: string): ExchangePart | undefined;
  /** Called when a page begins to listen for exchanges. */
  onWatch(): void;
  explain(id: string, span: number): Promise<Explanation>;
}

/** Something about one stored request or two. */
export interface ExchangePart {
  /** Of these requests. One who may not read all of them gets nothing. */
  readonly summaries: readonly ExchangeSummary[];
  readonly part: object;
}

const ID = /^[0-9a-f-]{36}$/;
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";
/** For the page of an exception, which has a style sheet and needs no script to be read. */
const EXCEPTION_POLICY = PAGE_POLICY.replace("script-src", "style-src 'self'; script-src");
/**
 * The browser's script. It is a module like any other, and imported in the plain way: so every
 * bundler takes it along, also one that writes a single file. That costs less than a millisecond.
 */
const SCRIPT = privateAnswer("text/javascript", BROWSER_SCRIPT);

/** What the pages are made with. */
export interface PagesOptions {
  readonly prefix: string;
  /** The option `base`. */
  readonly base: string | undefined;
  readonly guard: Guard;
  readonly accessTokens: AccessTokens;
  readonly source: PageSource;
  /** Called when the guard refuses a request. */
  readonly refused: (verdict: GuardVerdict) => void;
  readonly shown: ShownPages;
  /** The option `shortcut`. */
  readonly shortcut: string;
}

/**
 * Answers everything under the toolbar's prefix, if the guard allows it: the browser's script, a
 * page for servers without HTML, one exchange, the list, and a stream of new ones. Anything else,
 * and anything for a visitor who may not see it, is a plain 404.
 */
export class Pages {
  readonly #prefix: string;
  readonly #base: string | undefined;
  readonly #guard: Guard;
  readonly #accessTokens: AccessTokens;
  readonly #source: PageSource;
  readonly #refused: (verdict: GuardVerdict) => void;
  readonly #shortcut: string;
  readonly #shown: ShownPages;
  readonly #streams = new EventStreams();

  constructor({ prefix, base, guard, accessTokens, source, refused, shown, shortcut }: PagesOptions) {
    this.#prefix = prefix;
    this.#base = base;
    this.#guard = guard;
    this.#accessTokens = accessTokens;
    this.#source = source;
    this.#refused = refused;
    this.#shortcut = shortcut;
    this.#shown = shown;
  }

  /** Whether an address belongs to the toolbar. */
  owns({ url, mount = "" }: Pick<ToolbarRequest, "url" | "mount">): boolean {
    const prefix = mount + this.#prefix;
    return url.startsWith(prefix) && /^(?:$|[/?])/.test(url.slice(prefix.length));
  }

  /** The answer to a request for an address of the toolbar. Undefined for all others. */
  handle(request: ToolbarRequest): ToolbarAnswer | undefined {
    if (!this.owns(request)) return undefined;
    const verdict = this.#guard.admits(request);
    if (!verdict.allowed) {
      this.#refused(verdict);
      return NOT_FOUND;
    }
    const url = URL.parse(
      `http://toolbar${request.url.slice(((request.mount ?? "") + this.#prefix).length).replace(/^(?=\?|$)/, "/")}`,
    );
    if (url === null) return NOT_FOUND;
    const { pathname, searchParams } = url;
    if (pathname === "/") return this.#standalone(request, searchParams.get("exchange"));
    if (pathname === "/exception.css") return privateAnswer("text/css", EXCEPTION_STYLE);
    const token = searchParams.get("token") ?? "";
    if (pathname === "/toolbar.js") {
      this.#shown.opened(searchParams.get("exchange") ?? "", token);
      return SCRIPT;
    }
    const mayRead = this.#accessTokens.verify(token);
    if (mayRead === undefined) return NOT_FOUND;
    if (pathname === "/events") return this.#events();
    if (pathname === "/exchanges") return dataAnswer(this.#source.list(mayRead), searchParams);
    const [, asked] = /^\/exchanges\/([0-9a-f-]{36})\/explain$/.exec(pathname) ?? [];
    if (asked !== undefined) return this.#explain(asked, searchParams, mayRead);
    const found = this.#part(pathname, searchParams);
    if (found !== undefined) return found.summaries.every(mayRead) ? dataAnswer(found.part, searchParams) : NOT_FOUND;
    const profile = this.#source.profile(request, url);
    if (profile !== undefined) return this.#profile(profile, searchParams, mayRead);
    const id = /^\/exchanges\/([0-9a-f-]{36})$/.exec(pathname)?.[1];
    if (id === undefined) return NOT_FOUND;
    // First, so that the page's own record says no more that its script did not run.
    this.#shown.ran(id, token);
    const page = searchParams.get("format") === "record" ? this.#source.record(id) : this.#source.page(id);
    return page === undefined || !mayRead(page.summary) ? NOT_FOUND : dataAnswer(page, searchParams);
  }

  #part(pathname: string, parameters: URLSearchParams): ExchangePart | undefined {
    if (pathname === "/compare")
      return this.#source.compare(parameters.get("before") ?? "", parameters.get("after") ?? "");
    const id = /^\/exchanges\/([0-9a-f-]{36})\/copies$/.exec(pathname)?.[1];
    return id === undefined ? undefined : this.#source.copies(id);
  }

  #profile(answer: ProfileAnswer, parameters: URLSearchParams, mayRead: (moment: Moment) => boolean): ToolbarAnswer {
    if (answer.kind === "blocks") return dataAnswer(answer.blocks, parameters);
    const page = this.#source.page(answer.id);
    if (page === undefined || !mayRead(page.summary)) return NOT_FOUND;
    const headers = { "Content-Disposition": 'attachment; filename="request.cpuprofile"' };
    return privateAnswer("application/json", answer.json, { headers });
  }

  /** The address of the browser's script, with its parameters. */
  scriptAddress(request: ToolbarRequest, parameters: Readonly<Record<string, string>>): string {
    const address = publicAddress(request, this.#prefix, this.#base);
    const all = { ...parameters, shortcut: this.#shortcut };
    return `${address}/toolbar.js?${new URLSearchParams(all).toString()}`;
  }

  /**
   * The address of a record on the toolbar's own page.
   *
   * @param request one that the guard has allowed; without it, the address has no host.
   */
  recordAddress(id: string, request?: ToolbarRequest): string {
    const base = request === undefined ? this.#prefix : publicAddress(request, this.#prefix, this.#base);
    return `${base}/?exchange=${id}`;
  }

  /**
   * The page for an error that the application did not answer.
   *
   * @param request the one that failed.
   * @param editor the address that opens a place in the editor.
   */
  exception(
    request: ToolbarRequest,
    id: string,
    facts: ExceptionFacts,
    editor: ExceptionLinks["editor"],
  ): ToolbarAnswer & { body: string } {
    const style = `${publicAddress(request, this.#prefix, this.#base)}/exception.css`;
    const links = { style, record: this.recordAddress(id, request), editor };
    const headers = { "Content-Security-Policy": EXCEPTION_POLICY, "X-Frame-Options": "DENY" };
    return privateAnswer("text/html", exceptionPage(facts, links), { status: facts.status, headers });
  }

  /** Sends a finished exchange to all open pages. */
  announce(summary: ExchangeSummary): void {
    this.#streams.announce(summary);
  }

  /** Whether a page listens for exchanges. */
  get isWatched(): boolean {
    return this.#streams.areOpen;
  }

  /** Ends all streams. */
  close(): void {
    this.#streams.close();
  }

  /** A list of blocks, or with `format=record` the data that they are made of. */
  #explain(id: string, parameters: URLSearchParams, mayRead: (moment: Moment) => boolean): ToolbarAnswer {
    const page = this.#source.page(id);
    const span = /^\d{1,6}$/.exec(parameters.get("span") ?? "")?.[0];
    if (page === undefined || !mayRead(page.summary) || span === undefined) return NOT_FOUND;
    const isRaw = parameters.get("format") === "record";
    const explanation = this.#source.explain(id, Number(span));
    return dataAnswer(isRaw ? explanation : explanation.then(({ blocks }) => blocks), parameters);
  }

  #events(): ToolbarAnswer {
    const body = this.#streams.open();
    this.#source.onWatch();
    return privateAnswer("text/event-stream", body);
  }

  /** @param exchange the request to show first. */
  #standalone(request: ToolbarRequest, exchange: string | null): ToolbarAnswer {
    const first = exchange !== null && ID.test(exchange) ? { exchange } : {};
    const parameters = { token: this.#accessTokens.grantAll(), live: "1", page: "1", ...first };
    const tag = scriptTag(this.scriptAddress(request, parameters), undefined);
    const headers = { "Content-Security-Policy": PAGE_POLICY, "X-Frame-Options": "DENY" };
    return privateAnswer(
      "text/html",
      '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">' +
        `<meta name="color-scheme" content="light dark"><title>Requests – Latchkey</title><link rel="icon" href="data:,"></head><body></body></html>` +
        tag,
      { headers },
    );
  }
}
