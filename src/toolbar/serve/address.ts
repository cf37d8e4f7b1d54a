import { proxySign } from "../../own-browser.ts";
import type { ToolbarRequest } from "../guard.ts";

const PATH = /^(?:\/[\w.~%!$&'()*+,;=:@-]+)+$/;

/**
 * The address of the toolbar's pages as the browser reaches them, without a slash at the end.
 *
 * It is absolute, with scheme and host of the request, because a page's `<base href>` would
 * otherwise lead to another server, and the token with it. Behind a proxy, neither of them is
 * certain: then it is a path, unless `base` says more.
 *
 * @param request one that the guard has allowed: only then are its headers those of the browser or
 *   of an allowed proxy.
 * @param prefix the path of the toolbar's pages.
 * @param base the option `base`.
 */
export function publicAddress(request: ToolbarRequest, prefix: string, base: string | undefined): string {
  const mount = pathOrNothing(request.mount ?? "");
  if (base !== undefined) {
    return /^https?:/.test(base) ? base + mount + prefix : originOf(request) + base + mount + prefix;
  }
  return originOf(request) + forwardedPrefix(request) + mount + prefix;
}

/** Empty if the origin that the browser sees is not certain. */
function originOf(request: ToolbarRequest): string {
  const host = request.header("host");
  const { httpVersion, secure } = request;
  const headers = Object.fromEntries([...request.headers].map(([name, value]) => [name.toLowerCase(), value]));
  if (host === undefined || secure === undefined || proxySign({ httpVersion, headers }) !== undefined) return "";
  return `${secure ? "https" : "http"}://${host}`;
}

/** What a proxy has cut off the path. Several proxies each add theirs, the outermost first. */
function forwardedPrefix(request: ToolbarRequest): string {
  const parts = (request.header("x-forwarded-prefix") ?? "").split(",");
  return parts.map((part) => pathOrNothing(part.trim().replace(/\/+$/, ""))).join("");
}

/** A path that begins with two slashes would be another host. */
function pathOrNothing(text: string): string {
  return PATH.test(text) ? text : "";
}
