import type { Toolbar, ToolbarAnswer, ToolbarRequest } from "../../toolbar/index.ts";
import { checkToolbar } from "../check-mounted.ts";
import { copyWith } from "../copy-with.ts";
import { bodyWithTail, httpVersionOf, isChangeable, watchBody } from "../fetch-answer.ts";
import { askForPage, changeForTail, fetchHeadersOf } from "../page-headers.ts";
import { checkArguments } from "./check-arguments.ts";
import { isResponse } from "./is-response.ts";
import { keptAlive } from "./keep-alive.ts";
import { takeUnsent } from "./unsent-headers.ts";
import type { Visitor } from "./visitor.ts";

/** Runs a handler, and shows a toolbar on its pages; made by `debugToolbar`. */
export interface WithToolbar {
  (
    request: Request,
    handler: (request: Request) => Response | Promise<Response>,
    visitor?: Visitor | null,
  ): Promise<Response>;
  /** For a handler that may upgrade to a WebSocket, where Bun wants no answer. */
  (
    request: Request,
    handler: (request: Request) => Response | undefined | Promise<Response | undefined>,
    visitor?: Visitor | null,
  ): Promise<Response | undefined>;
}

type Handler = (request: Request) => Response | undefined | Promise<Response | undefined>;

/**
 * Shows a toolbar on the pages of a server of the fetch interface. `withToolbar` goes around all
 * else, `withSession` too, so that it sees what the others do.
 *
 * `withToolbar(request, handler, visitor)` answers the toolbar's own pages, and calls the handler
 * for all other requests. Use the request that the handler is given: for a page it asks for the
 * whole page, uncompressed, and on some servers it is a copy. The visitor's address says whether
 * the toolbar may be shown; without it requests are recorded, the toolbar is not shown, and a
 * warning says so once.
 *
 * If the handler throws, the error is recorded, and a visitor who may see the toolbar gets a page
 * with it. In all other cases the error is thrown on.
 *
 * @throws InvalidOptionError for anything but a Toolbar.
 * @example
 * ```ts
 * const withToolbar = debugToolbar(new Toolbar({ keys }));
 * const answer = await withToolbar(request, () => new Response("hello"), { address: "127.0.0.1" });
 * ```
 */
export function debugToolbar(toolbar: Toolbar): WithToolbar {
  checkToolbar(toolbar);
  async function withToolbar(
    incoming: Request,
    handler: Handler,
    visitor?: Visitor | null,
  ): Promise<Response | undefined> {
    checkArguments("withToolbar", incoming, handler, visitor);
    if (!toolbar.enabled) return await handler(incoming);
    const request = describe(incoming, visitor);
    const answer = toolbar.handle(request);
    if (answer !== undefined) return toResponse(answer);
    const exchange = toolbar.begin(request, incoming);
    if (exchange === undefined) return await handler(incoming);

    const asked = exchange.mayShow ? askForWholePage(incoming) : { request: incoming, putBack: () => {} };
    let response: Response | undefined;
    let isThrown = false;
    try {
      response = await toolbar.run(exchange, () => handler(asked.request));
    } catch (error) {
      // Frameworks take a thrown Response for the answer.
      if (isResponse(error)) [response, isThrown] = [error, true];
      else {
        exchange.fail(error);
        const page = toolbar.exceptionPage(exchange, request, 500);
        if (page === undefined) {
          toolbar.finish(exchange);
          throw error;
        }
        const unsent = [...new Set([incoming, asked.request])].flatMap(takeUnsent);
        response = copyWith(toResponse(page), unsent);
      }
    } finally {
      asked.putBack();
    }
    // What upgrades a connection has no headers of an answer, and no body.
    if (!isResponse(response) || response.status === 101) {
      toolbar.finish(exchange);
      return response;
    }
    const headers = toolbar.headers(exchange, request);
    if (headers.length > 0) response = copyWith(response, headers);
    const tail = toolbar.respond(exchange, request, { status: response.status, headers: response.headers });
    if (tail !== undefined) {
      response = new Response(bodyWithTail(response.body, tail), response);
      changeForTail(fetchHeadersOf(response.headers), tail);
    }
    if (!exchange.endsWithSocket)
      response = watchBody(response, (aborted) => toolbar.finish(exchange, { aborted })) ?? response;
    if (isThrown) throw response;
    return response;
  }
  return withToolbar as WithToolbar;
}

/** The handler gets a copy of the request where its headers cannot be changed, as on Deno. */
function askForWholePage(incoming: Request): { readonly request: Request; readonly putBack: () => void } {
  const request = isChangeable(incoming.headers)
    ? incoming
    : new Request(incoming, { headers: new Headers(incoming.headers) });
  return { request, putBack: askForPage(fetchHeadersOf(request.headers)) };
}

function describe(incoming: Request, visitor: Visitor | null | undefined): ToolbarRequest {
  const { pathname, search, protocol } = new URL(incoming.url);
  return {
    method: incoming.method,
    url: pathname + search,
    header: (name) => incoming.headers.get(name) ?? undefined,
    headers: incoming.headers,
    remoteAddress: visitor?.address,
    httpVersion: visitor?.httpVersion ?? httpVersionOf(incoming.headers),
    secure: protocol === "https:",
  };
}

function toResponse({ status, headers, body }: ToolbarAnswer): Response {
  const isStream = headers["Content-Type"]?.startsWith("text/event-stream") === true;
  const sent = isStream && typeof body !== "string" ? keptAlive(body) : body;
  return new Response(sent, { status, headers });
}
