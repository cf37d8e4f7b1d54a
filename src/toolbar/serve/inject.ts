import { readPolicy } from "./content-security-policy.ts";
import type { ToolbarRequest } from "../guard.ts";

/** What the toolbar needs to know of a response whose headers are about to leave. */
export interface ToolbarResponse {
  readonly status: number;
  /**
   * The value of a header, by its name in lower case; several of one name are joined by a comma.
   */
  readonly header: (name: string) => string | undefined;
}

/** Where a script can be put, what it must carry; or why there is none. */
export type InjectDecision =
  | { readonly inject: true; readonly nonce: string | undefined; readonly live: boolean }
  | { readonly inject: false; readonly why: string };

/**
 * Decides whether the toolbar's script may follow the document of this response.
 *
 * Only whole HTML documents that a person navigated to get one: a fragment for htmx, a frame or the
 * answer to a fetch would break by it.
 */
export function decideInjection(request: ToolbarRequest, response: ToolbarResponse): InjectDecision {
  if (request.method !== "GET") return no(`the request was ${request.method}, not GET`);
  const { status } = response;
  if (status === 204 || status === 205 || status === 206 || (status >= 300 && status < 400) || status < 200) {
    return no(`an answer ${status} shows no page of its own`);
  }
  const type = response.header("content-type");
  if (type === undefined) return no("the answer has no Content-Type");
  if (!/^\s*text\/html\s*(?:;|$)/i.test(type)) return no("the answer is not text/html");
  const encoding = response.header("content-encoding");
  if (encoding !== undefined && encoding.trim().toLowerCase() !== "identity") {
    return no("the answer is compressed already: mount the toolbar inside of what compresses");
  }
  if (/^\s*attachment\b/i.test(response.header("content-disposition") ?? "")) return no("the answer is a download");
  const navigation = isNavigation(request);
  if (navigation !== true) return no(navigation);
  const policy = readPolicy(response.header("content-security-policy"));
  if (!policy.script) return no("the page's Content-Security-Policy allows no script of this server (neither 'self' nor a nonce)");
  return { inject: true, nonce: policy.nonce, live: policy.connect };
}

function no(why: string): InjectDecision {
  return { inject: false, why };
}

function isNavigation(request: ToolbarRequest): true | string {
  const destination = request.header("sec-fetch-dest");
  if (destination !== undefined)
    return destination === "document" ? true : `the page asked for it as "${destination.slice(0, 30)}", not as a document`;
  const fragment = ["hx-request", "turbo-frame", "x-requested-with"].find((name) => request.header(name) !== undefined);
  if (fragment !== undefined) return `the header ${fragment} says that it is a part of a page`;
  return /\btext\/html\b/i.test(request.header("accept") ?? "") ? true : "the request did not ask for HTML";
}

/**
 * The text to put after the document. It goes behind `</html>`, where the parser still finds it, so
 * that nothing has to be searched or held back.
 */
export function scriptTag(address: string, nonce: string | undefined): string {
  const carried = nonce === undefined ? "" : ` nonce="${escapeAttribute(nonce)}"`;
  return `\n<script type="module" src="${escapeAttribute(address)}"${carried}></script>\n`;
}

function escapeAttribute(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
}
