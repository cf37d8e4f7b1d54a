import { readFileSync } from "node:fs";
import type { AccessTokens } from "./access-tokens.ts";
import type { Guard, GuardVerdict, ToolbarRequest } from "../guard.ts";
import type { ExchangeList, ExchangePage, ExchangeSummary, ExportedRecord } from "../exchange-page.ts";

/** An answer of the toolbar itself, for an adapter to send. */
export interface ToolbarAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | ReadableStream<Uint8Array>;
}

/** The data for the pages. */
export interface PageSource {
  list(from: number): ExchangeList;
  page(id: string): ExchangePage | undefined;
  record(id: string): ExportedRecord | undefined;
  copies(id: string): ExchangePart | undefined;
  compare(before: string, after: string): ExchangePart | undefined;
}

/** Something about a stored request, or about two: then with the summary of the older one. */
export interface ExchangePart {
  readonly summary: ExchangeSummary;
  readonly part: object;
}

const PRIVATE = {
  "Cache-Control": "no-store",
  "X-Content-Type-Options": "nosniff",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
} as const;
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";
const NOT_FOUND: ToolbarAnswer = {
  status: 404,
  headers: { "Content-Type": "text/plain; charset=utf-8" },
  body: "Not Found",
};

/**
 * Answers everything under the toolbar's prefix, if the guard allows it: the browser's script, a
 * page for servers without HTML, one exchange, the list, and a stream of new ones. Anything else,
 * and anything for a visitor who may not see it, is a plain 404.
 */
export class Pages {
  readonly #prefix: string;
  readonly #guard: Guard;
  readonly #accessTokens: AccessTokens;
  readonly #source: PageSource;
  readonly #refused: (verdict: GuardVerdict) => void;
  readonly #shortcut: string;
  readonly #streams = new Set<ReadableStreamDefaultController<Uint8Array>>();
  #script: string | undefined;

  constructor(
    prefix: string,
    guard: Guard,
    accessTokens: AccessTokens,
    source: PageSource,
    refused: (verdict: GuardVerdict) => void,
    shortcut = "",
  ) {
    this.#prefix = prefix;
    this.#guard = guard;
    this.#accessTokens = accessTokens;
    this.#source = source;
    this.#refused = refused;
    this.#shortcut = shortcut;
  }

  /** Whether an address belongs to the toolbar. */
  owns(url: string): boolean {
    return url.startsWith(this.#prefix) && /^(?:$|[/?])/.test(url.slice(this.#prefix.length));
  }

  /** The answer to a request for an address of the toolbar. Undefined for all others. */
  handle(request: ToolbarRequest): ToolbarAnswer | undefined {
    if (!this.owns(request.url)) return undefined;
    const verdict = this.#guard.admits(request);
    if (!verdict.allowed) {
      this.#refused(verdict);
      return NOT_FOUND;
    }
    const url = URL.parse(`http://toolbar${request.url.slice(this.#prefix.length).replace(/^(?=\?|$)/, "/")}`);
    if (url === null) return NOT_FOUND;
    const { pathname, searchParams } = url;
    if (pathname === "/") return this.#standalone();
    if (pathname === "/toolbar.js") return this.#browserScript();
    const from = this.#accessTokens.verify(searchParams.get("token") ?? "");
    if (from === undefined) return NOT_FOUND;
    if (pathname === "/events") return this.#events();
    if (pathname === "/exchanges") return data(this.#source.list(from), searchParams);
    const found = this.#part(pathname, searchParams);
    if (found !== undefined) return found.summary.sequence < from ? NOT_FOUND : data(found.part, searchParams);
    const id = /^\/exchanges\/([0-9a-f-]{36})$/.exec(pathname)?.[1];
    const isRaw = searchParams.get("format") === "record";
    const page = id === undefined ? undefined : isRaw ? this.#source.record(id) : this.#source.page(id);
    return page === undefined || page.summary.sequence < from ? NOT_FOUND : data(page, searchParams);
  }

  #part(pathname: string, parameters: URLSearchParams): ExchangePart | undefined {
    if (pathname === "/compare")
      return this.#source.compare(parameters.get("before") ?? "", parameters.get("after") ?? "");
    const id = /^\/exchanges\/([0-9a-f-]{36})\/copies$/.exec(pathname)?.[1];
    return id === undefined ? undefined : this.#source.copies(id);
  }

  /** The address of the browser's script, with its parameters. */
  scriptAddress(parameters: Readonly<Record<string, string>>): string {
    const all = { ...parameters, shortcut: this.#shortcut };
    return `${this.#prefix}/toolbar.js?${new URLSearchParams(all).toString()}`;
  }

  /** Sends a finished exchange to all open pages. */
  announce(summary: ExchangeSummary): void {
    const message = new TextEncoder().encode(`data: ${JSON.stringify(summary)}\n\n`);
    for (const controller of this.#streams) {
      // Drop a page that has stopped reading. It asks for the list when it connects again.
      if ((controller.desiredSize ?? 0) > -100) controller.enqueue(message);
      else this.#end(controller);
    }
  }

  /** Ends all streams. */
  close(): void {
    for (const controller of this.#streams) this.#end(controller);
  }

  #end(controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.#streams.delete(controller);
    controller.close();
  }

  #events(): ToolbarAnswer {
    let mine: ReadableStreamDefaultController<Uint8Array> | undefined;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        mine = controller;
        this.#streams.add(controller);
        controller.enqueue(new TextEncoder().encode("retry: 2000\n\n"));
      },
      cancel: () => {
        if (mine !== undefined) this.#streams.delete(mine);
      },
    });
    return { status: 200, headers: { ...PRIVATE, "Content-Type": "text/event-stream; charset=utf-8" }, body };
  }

  #standalone(): ToolbarAnswer {
    const address = this.scriptAddress({ token: this.#accessTokens.grant(0), live: "1", page: "1" }).replaceAll(
      "&",
      "&amp;",
    );
    return {
      status: 200,
      headers: {
        ...PRIVATE,
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": PAGE_POLICY,
        "X-Frame-Options": "DENY",
      },
      body:
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">' +
        `<meta name="color-scheme" content="light dark"><title>Requests – Latchkey</title><link rel="icon" href="data:,"></head><body></body></html>` +
        `<script type="module" src="${address}"></script>`,
    };
  }

  #browserScript(): ToolbarAnswer {
    this.#script ??= readFileSync(new URL("../ui.bundle.js", import.meta.url), "utf8");
    return {
      status: 200,
      headers: { ...PRIVATE, "Content-Type": "text/javascript; charset=utf-8" },
      body: this.#script,
    };
  }
}

/**
 * Plain JSON, or a module with the same data: a page's policy may forbid fetch but allow scripts.
 */
function data(value: object, parameters: URLSearchParams): ToolbarAnswer {
  const json = JSON.stringify(value);
  if (parameters.get("as") !== "module") {
    const saved = parameters.has("save") ? { "Content-Disposition": "attachment" } : {};
    const headers = { ...PRIVATE, ...saved, "Content-Type": "application/json; charset=utf-8" };
    return { status: 200, headers, body: json };
  }
  return {
    status: 200,
    headers: { ...PRIVATE, "Content-Type": "text/javascript; charset=utf-8" },
    body: `export default ${json};\n`,
  };
}
