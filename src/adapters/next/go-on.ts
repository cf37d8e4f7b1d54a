import type { HeaderPair } from "../../sessions/data/header-pair.ts";
import { copyWith } from "../copy-with.ts";
import { headerAfter } from "./cookie-header.ts";

/** How a proxy tells Next.js which headers the page is to see. */
const OVERRIDDEN = "x-middleware-override-headers";
const GIVEN = "x-middleware-request-";

/**
 * The answer of a proxy with the session's headers. Where the request goes on to a page or a route
 * handler, that part sees the new cookie too, as if the browser had sent it.
 *
 * @param answer undefined where the request goes on as it is.
 */
export async function withSessionHeaders(
  request: Request,
  answer: Response | undefined,
  sent: readonly HeaderPair[],
): Promise<Response | undefined> {
  if (answer !== undefined && !goesOn(answer)) return sent.length === 0 ? answer : copyWith(answer, sent);
  // The page itself depends on the session only if it reads it, and then no cache may keep it.
  if (sent.every(([name]) => name === "Vary")) return answer;
  const seen = headersForPage(request, answer);
  seen.set("cookie", headerAfter(seen.get("cookie") ?? "", sent));
  const { NextResponse } = await import("next/server.js");
  const next = NextResponse.next({ request: { headers: seen } });
  const headers = new Headers(next.headers);
  if (answer !== undefined) {
    headers.delete("x-middleware-next");
    for (const [name, value] of answer.headers)
      if (name === "set-cookie") headers.append(name, value);
      else if (name !== OVERRIDDEN && !name.startsWith(GIVEN)) headers.set(name, value);
  }
  // A Cache-Control of the proxy replaces that of Next.js, which lets every cache keep a static
  // page for a year, with the cookie.
  for (const [name, value] of sent) if (name !== "Cache-Control") headers.append(name, value);
  headers.set("Cache-Control", "private, no-store");
  return new Response(null, { status: next.status, headers });
}

function goesOn({ headers }: Response): boolean {
  return headers.has("x-middleware-next") || headers.has("x-middleware-rewrite");
}

/** The headers that the proxy hands on: those of the request, unless it has set others. */
function headersForPage(request: Request, answer: Response | undefined): Headers {
  const names = answer?.headers.get(OVERRIDDEN);
  if (answer === undefined || names === undefined || names === null) return new Headers(request.headers);
  const headers = new Headers();
  for (const name of names.split(",")) {
    const value = answer.headers.get(GIVEN + name.trim());
    if (value !== null) headers.set(name.trim(), value);
  }
  return headers;
}
