import { readFileSync } from "node:fs";
import type { AccessTokens } from "./access-tokens.ts";
import type { Guard, GuardVerdict, ToolbarRequest } from "../guard.ts";
import type { ExchangeList, ExchangePage, ExchangeSummary } from "../exchange-page.ts";
import type { ProfileAnswer } from "./profile-pages.ts";

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
  /** The answer of the profiler, if the address is one of its own. */
  profile(request: ToolbarRequest, url: URL): ProfileAnswer | undefined;
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
  readonly #streams = new Set<ReadableStreamDefaultController<Uint8Array>>();
  #script: string | undefined;

  constructor(
    prefix: string,
    guard: Guard,
    accessTokens: AccessTokens,
    source: PageSource,
    refused: (verdict: GuardVerdict) => void,
  ) {
    this.#prefix = prefix;
    this.#guard = guard;
    this.#accessTokens = accessTokens;
    this.#source = source;
    this.#refused = refused;
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
    const profile = this.#source.profile(request, url);
    if (profile !== undefined) return this.#profile(profile, from, searchParams);
    const id = /^\/exchanges\/([0-9a-f-]{36})$/.exec(pathname)?.[1];
    const page = id === undefined ? undefined : this.#source.page(id);
    return page === undefined || page.summary.sequence < from ? NOT_FOUND : data(page, searchParams);
  }

  #profile(answer: ProfileAnswer, from: number, parameters: URLSearchParams): ToolbarAnswer {
    if (answer.kind === "blocks") return data(answer.blocks, parameters);
    const page = this.#source.page(answer.id);
    if (page === undefined || page.summary.sequence < from) return NOT_FOUND;
    return {
      status: 200,
      headers: {
        ...PRIVATE,
        "Content-Type": "application/json; charset=utf-8",
        "Content-Disposition": 'attachment; filename="request.cpuprofile"',
      },
      body: answer.json,
    };
  }

  /** The address of the browser's script, with its parameters. */
  scriptAddress(parameters: Readonly<Record<string, string>>): string {
    return `${this.#prefix}/toolbar.js?${new URLSearchParams(parameters).toString()}`;
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
  if (parameters.get("as") !== "module")
    return { status: 200, headers: { ...PRIVATE, "Content-Type": "application/json; charset=utf-8" }, body: json };
  return {
    status: 200,
    headers: { ...PRIVATE, "Content-Type": "text/javascript; charset=utf-8" },
    body: `export default ${json};\n`,
  };
}
