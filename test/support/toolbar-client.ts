import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from "node:zlib";
import { expect } from "vitest";
import type { ExchangePage, ExchangeSummary, Toolbar } from "latchkey/toolbar";

/** What a browser sends with a navigation, in small letters. */
export const NAVIGATES: Readonly<Record<string, string>> = {
  "sec-fetch-dest": "document",
  "sec-fetch-mode": "navigate",
  "sec-fetch-site": "none",
  accept: "text/html",
};

/** An application as Node's server calls it. Frameworks return promises that Node ignores. */
export type Application = (request: IncomingMessage, response: ServerResponse) => unknown;

/** An answer as it came over the wire, and its text without compression. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The address of the toolbar's script; undefined if the page has none. */
  readonly script: string | undefined;
}

const DECODERS: Readonly<Record<string, (body: Buffer) => Buffer>> = {
  gzip: gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
  zstd: zstdDecompressSync,
  identity: (body) => body,
};

/** Asks as a browser that navigates, and unpacks nothing on the way. */
export async function visit(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return await new Promise((resolve, reject) => {
    const request = httpRequest(url, { headers: { ...NAVIGATES, ...headers } }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("error", reject);
      response.on("end", () => {
        const text = DECODERS[response.headers["content-encoding"] ?? "identity"]!(Buffer.concat(parts)).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, script: scriptIn(text) });
      });
    });
    request.on("error", reject);
    request.end();
  });
}

/** The address of the toolbar's script in a page. */
export function scriptIn(text: string): string | undefined {
  return /<script type="module" src="([^"]+\/toolbar\.js\?[^"]+)"/.exec(text)?.[1]?.replaceAll("&amp;", "&");
}

/** The address of another of the toolbar's pages, with the token of this page. */
export function besideScript(script: string, path: string): string {
  const url = new URL(script);
  const token = url.searchParams.get("token") ?? "";
  return new URL(`${path}?${new URLSearchParams({ token }).toString()}`, url).href;
}

/** The address of the record of the page that has this script. */
export function recordOf(script: string): string {
  return besideScript(script, `exchanges/${new URL(script).searchParams.get("exchange") ?? ""}`);
}

/** Does what the script does first: it loads itself, and the record of its page. */
export async function runScript(script: string): Promise<ExchangePage> {
  const headers = { "sec-fetch-dest": "script", "sec-fetch-mode": "cors", "sec-fetch-site": "same-origin" };
  const answer = await fetch(script, { headers });
  expect(answer.status).toBe(200);
  expect((await answer.text()).length).toBeGreaterThan(1_000);
  const record = await fetch(recordOf(script), { headers });
  expect(record.status).toBe(200);
  return (await record.json()) as ExchangePage;
}

/** The newest recorded request for a path, as soon as it has ended. */
export async function recordedAt(toolbar: Toolbar, path: string): Promise<ExchangeSummary> {
  const find = (): ExchangeSummary | undefined => toolbar.exchanges.find((exchange) => exchange.path === path);
  await expect.poll(find).toBeDefined();
  return find()!;
}

/**
 * Opens the stream of events with a browser's Accept-Encoding, and resolves with what has arrived
 * once an event has. `cause` makes one, and runs when the stream is open.
 *
 * @param until a part of the event that is waited for. Default: any event.
 */
export async function firstEvent(
  script: string,
  cause: () => Promise<unknown>,
  until: string = "data:",
): Promise<{ readonly text: string; readonly headers: IncomingHttpHeaders }> {
  return await new Promise((resolve, reject) => {
    const headers = { "accept-encoding": "gzip, deflate, br", "sec-fetch-site": "same-origin" };
    const request = httpRequest(besideScript(script, "events"), { headers }, (response) => {
      let text = "";
      response.on("data", (part: Buffer) => {
        text += part.toString("latin1");
        if (!text.includes(until)) return;
        request.destroy();
        resolve({ text, headers: response.headers });
      });
      // What a compressor holds back never comes, so the headers are the sign that it is open.
      cause().catch(reject);
    });
    request.on("error", reject);
    request.end();
  });
}
