import { headerOf } from "../../own-browser.ts";
import type { RequestFacts } from "../cookie/cookie.ts";

/**
 * Methods that must not change anything, so links of other sites may use them. As in Go's
 * CrossOriginProtection: TRACE is left out, because no browser sends it and few servers mean it.
 */
const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);
const WEBSOCKET = /(?:^|,)\s*websocket\s*(?:,|$)/i;
const ORIGIN = /^(https?):\/\/([^/?#@]+)$/i;

/** A request that the page of another origin sent. */
export interface CrossOriginRequest {
  /** The method, or "WebSocket" for an upgrade. Undefined if the method is not known. */
  readonly kind: string | undefined;
  /** The Origin header. Undefined if the browser sent none. */
  readonly origin: string | undefined;
  /** The header Sec-Fetch-Site. Undefined if the browser sent none. */
  readonly site: string | undefined;
  /** The host that the origin was compared with. */
  readonly host: string;
}

/**
 * Whether a request could change something for the visitor, and the page of another origin sent it.
 * Undefined if not.
 *
 * `Sec-Fetch-Site` decides where the browser sends it: `same-origin` and `none` (the visitor's own
 * doing) pass. `same-site` does not: a sibling domain and another port are other people's pages.
 * Browsers leave that header out over plain HTTP, and most of them for WebSockets. There `Origin`
 * is compared with the host. A request with neither header is not a browser's.
 *
 * The method may be unknown. Browsers send `Origin` with all methods but GET and HEAD, and with
 * WebSockets, so a request with an `Origin` is judged then.
 *
 * @param trusted origins that count as the server's own.
 */
export function crossOriginRequest(facts: RequestFacts, trusted: ReadonlySet<string>): CrossOriginRequest | undefined {
  const { method, headers } = facts;
  const isUpgrade = isWebSocket(headerOf(headers, "upgrade"));
  if (method !== undefined && SAFE_METHODS.has(method) && !isUpgrade) return undefined;
  // An empty header says nothing, as in Go.
  const origin = (facts.origin ?? headerOf(headers, "origin")) || undefined;
  if (method === undefined && !isUpgrade && origin === undefined) return undefined;
  const site = (facts.site ?? headerOf(headers, "sec-fetch-site")) || undefined;
  if (site === "same-origin" || site === "none") return undefined;
  if (site === undefined && (origin === undefined || isOwnOrigin(origin, facts))) return undefined;
  if (origin !== undefined && trusted.has(origin)) return undefined;
  return { kind: isUpgrade ? "WebSocket" : method, origin, site, host: facts.host };
}

function isWebSocket(upgrade: string | undefined): boolean {
  return upgrade !== undefined && WEBSOCKET.test(upgrade);
}

/**
 * A server behind a proxy that it does not trust sees plain HTTP, so only HTTPS is certain. A page
 * over plain HTTP is then another origin: anyone on the network can have written it.
 */
function isOwnOrigin(origin: string, { host, secure }: RequestFacts): boolean {
  if (host === "") return false;
  // As browsers write it; the rest costs ten times as much.
  if (isJoined(origin, "https://", host) || (!secure && isJoined(origin, "http://", host))) return true;
  const [, scheme, authority] = ORIGIN.exec(origin.toLowerCase()) ?? [];
  if (scheme === undefined || authority === undefined || (secure && scheme !== "https")) return false;
  const defaultPort = scheme === "https" ? /:443$/ : /:80$/;
  return authority.replace(defaultPort, "") === host.toLowerCase().replace(defaultPort, "");
}

/** Whether a text is the two others, one after the other. */
function isJoined(text: string, start: string, end: string): boolean {
  return text.length === start.length + end.length && text.startsWith(start) && text.endsWith(end);
}
