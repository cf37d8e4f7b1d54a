import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { SessionManager } from "latchkey";
import { session, sessionOf } from "latchkey/node";

/** What an application does with one request, and with the session of its visitor. */
export type Handle = (
  own: ReturnType<typeof sessionOf<Record<string, unknown>>>,
  request: IncomingMessage,
  response: ServerResponse,
) => unknown;

/** A path that ends with `/login` or `/logout` does so; every path says who the visitor is. */
export const account: Handle = (own, request, response) => {
  if (request.url?.endsWith("/login") === true) own.login("7");
  if (request.url?.endsWith("/logout") === true) own.logout();
  response.setHeader("Content-Type", "text/html");
  response.end(`<link rel="icon" href="data:,">${own.subject ?? "nobody"}`);
};

/**
 * An application on node:http. What it throws is answered by the code of the error, as a 500, or as
 * a 403 for `cross_origin`.
 */
export function application(
  manager: SessionManager<Record<string, unknown>>,
  handle: Handle = account,
): RequestListener {
  const open = session(manager);
  return (request, response) =>
    open(request, response, () => {
      try {
        handle(sessionOf(manager, request), request, response);
      } catch (error) {
        const { code } = error as { readonly code?: string };
        response.statusCode = code === "cross_origin" ? 403 : 500;
        response.end(code);
      }
    });
}
