import { readPolicy } from "./content-security-policy.ts";
import type { ToolbarRequest } from "../guard.ts";

/** The data of a response that the toolbar needs before the headers are sent. */
export interface ToolbarResponse {
  readonly status: number;
  /**
   * The value of a header, by its name in lower case. Several values are joined by a comma.
   */
  readonly header: (name: string) => string | undefined;
}

/**
 * Whether the script is added: with its nonce; or the reason why not, and the fix where a person
 * would expect the toolbar.
 */
export type InjectDecision =
  | { readonly inject: true; readonly nonce: string | undefined; readonly isLive: boolean }
  | { readonly inject: false; readonly reason: string; readonly fix?: string };

const COMPRESSED_FIX =
  "Fix: on Express, Koa and Hono, mount what compresses before the toolbar. A handler or a hook that compresses by " +
  "itself should not do so without Accept-Encoding, which the toolbar hides from it.";

/**
 * Decides whether the toolbar's script is added to this response.
 *
 * Only complete HTML documents that a person navigated to get it. It would break a fragment for
 * htmx, a frame, or the answer to a fetch.
 */
export function decideInjection(request: ToolbarRequest, response: ToolbarResponse): InjectDecision {
  if (request.method !== "GET") return no(`the request was ${request.method}, not GET`);
  const { status } = response;
  if (status === 204 || status === 205 || status === 206 || (status >= 300 && status < 400) || status < 200) {
    return no(`an answer with status ${status} shows no page`);
  }
  const type = response.header("content-type");
  if (type === undefined) return no("the answer has no Content-Type");
  if (!/^\s*text\/html\s*(?:;|$)/i.test(type)) return no("the answer is not text/html");
  const encoding = response.header("content-encoding");
  if (encoding !== undefined && encoding.trim().toLowerCase() !== "identity") {
    return no("the answer is already compressed", COMPRESSED_FIX);
  }
  const disposition = response.header("content-disposition");
  if (disposition !== undefined && /^\s*attachment\b/i.test(disposition)) return no("the answer is a download");
  const navigation = isNavigation(request);
  if (navigation !== true) return no(navigation);
  const policy = readPolicy(
    response.header("content-security-policy"),
    response.header("content-security-policy-report-only"),
  );
  if (!policy.mayRunScript) {
    return no(
      "the page's Content-Security-Policy allows no script from this server (neither 'self' nor a nonce)",
      "Fix: in development, add 'self' or a nonce to its script-src.",
    );
  }
  if (policy.isReported) {
    return no(
      "the page's Content-Security-Policy-Report-Only would report the script, and with it the token in its address",
      "Fix: in development, add 'self' or a nonce to its script-src.",
    );
  }
  return { inject: true, nonce: policy.nonce, isLive: policy.mayConnect };
}

function no(reason: string, fix?: string): InjectDecision {
  return { inject: false, reason, ...(fix === undefined ? {} : { fix }) };
}

/**
 * Whether a person navigated to this address; or why it is not so.
 *
 * A service worker that passes a navigation on (`fetch(event.request)`) makes it a request for
 * "empty", but its mode is still "navigate".
 */
export function isNavigation(request: ToolbarRequest): true | string {
  const destination = request.header("sec-fetch-dest");
  if (destination === "document") return true;
  const isHtml = /\btext\/html\b/i.test(request.header("accept") ?? "");
  const isPassedOn = destination === "empty" && request.header("sec-fetch-mode") === "navigate";
  if (destination !== undefined && !isPassedOn) {
    const by = destination === "empty" && isHtml ? ", by fetch or by a service worker that asks anew" : "";
    return `the page asked for it as "${destination.slice(0, 30)}"${by}, not as a document`;
  }
  const fragment = ["hx-request", "turbo-frame", "x-requested-with"].find((name) => request.header(name) !== undefined);
  if (fragment !== undefined) return `the header ${fragment} marks it as a part of a page`;
  return isHtml ? true : "the request did not ask for HTML";
}

/** Whether a person navigated to this address, and the browser shows HTML as a page. */
export function acceptsPage(request: ToolbarRequest): boolean {
  return isNavigation(request) === true && /\btext\/html\b/i.test(request.header("accept") ?? "");
}

/**
 * The script tag to send after the document. Browsers still run it after `</html>`, so the response
 * needs neither searching nor buffering.
 */
export function scriptTag(address: string, nonce: string | undefined): string {
  const carried = nonce === undefined ? "" : ` nonce="${escapeAttribute(nonce)}"`;
  return `\n<script type="module" src="${escapeAttribute(address)}"${carried}></script>\n`;
}

function escapeAttribute(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
}
