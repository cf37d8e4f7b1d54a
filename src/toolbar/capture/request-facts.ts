import type { ExchangeSummary, RequestKind } from "../exchange-page.ts";
import type { Recording } from "../recording.ts";

/** What answers of assets end in, where a client does not say what it asks for. */
const ASSET_PATH = /\.(?:css|m?js|map|ico|png|jpe?g|gif|svg|webp|avif|woff2?|ttf|otf|mp[34]|webm|webmanifest)$/i;
const ASSET_TYPE = /^\s*(?:image|font|audio|video)\/|^\s*text\/(?:css|javascript)|^\s*application\/javascript/i;

/**
 * What the list says of a request beside its answer: where it was sent to, and what asked for it.
 */
export function requestFacts(
  recording: Pick<Recording, "path" | "route" | "requestHeaders" | "responseHeaders" | "spans" | "omittedSpans">,
): Pick<ExchangeSummary, "host" | "kind" | "route" | "spans"> {
  const counts: Record<string, number> = { ...recording.omittedSpans };
  for (const { kind } of recording.spans) counts[kind] = (counts[kind] ?? 0) + 1;
  return {
    host: headerOf(recording.requestHeaders, "host"),
    kind: kindOfRequest(recording),
    route: recording.route,
    ...(Object.keys(counts).length === 0 ? {} : { spans: counts }),
  };
}

function kindOfRequest({
  path,
  requestHeaders,
  responseHeaders,
}: Pick<Recording, "path" | "requestHeaders" | "responseHeaders">): RequestKind {
  const destination = headerOf(requestHeaders, "sec-fetch-dest");
  // A service worker passes navigations on as "empty".
  if (headerOf(requestHeaders, "sec-fetch-mode") === "navigate") return "document";
  if (destination !== undefined) {
    if (/^(?:document|i?frame)$/.test(destination)) return "document";
    return destination === "empty" ? "fetch" : "asset";
  }
  const type = headerOf(responseHeaders, "content-type") ?? "";
  if (ASSET_PATH.test(path) || ASSET_TYPE.test(type)) return "asset";
  return /^\s*text\/html/i.test(type) ? "document" : "fetch";
}

function headerOf(headers: Recording["requestHeaders"], name: string): string | undefined {
  return headers.find(([each]) => each.toLowerCase() === name)?.[1];
}
