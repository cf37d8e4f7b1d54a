import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Toolbar } from "../../toolbar/index.ts";
import { checkToolbar } from "../check-mounted.ts";
import { showOn } from "../node/toolbar.ts";
import { runHandler } from "../node/handler-failure.ts";
import { sendAnswer } from "../node/send-answer.ts";
import { watchConnections } from "./connection.ts";

/** In the process: Next.js may load this module more than once. */
const MOUNTED: unique symbol = Symbol.for("latchkey.next.toolbar") as never;
type Process = { [MOUNTED]?: { answer: Handler } };
type Handler = (incoming: IncomingMessage, response: ServerResponse, next: () => void) => void;

/** Next.js's own addresses: scripts, pictures, and what its overlay asks for. */
const OWN_FILES = /^[^?]*\/(?:_next\/|__nextjs)/;
const STARTS = "http.server.request.start";

/**
 * Shows a toolbar on the pages of `next dev`. Call it in `register()` of `instrumentation.ts`:
 * there Next.js lets an application do something before the first request. The toolbar then stands
 * before Next.js on every HTTP server of this process. So it sees pages, route handlers, server
 * actions and the proxy, and it is told the address of the browser.
 *
 * Next.js's own files, below `/_next/`, are not recorded. `next dev` loads `instrumentation.ts`
 * when the first request is there, so that one is not shown. A second call replaces the toolbar of
 * the first.
 *
 * @throws InvalidOptionError for anything but a Toolbar.
 * @example
 * ```ts
 * debugToolbar(new Toolbar({ keys }));
 * ```
 */
export function debugToolbar(toolbar: Toolbar): void {
  checkToolbar(toolbar);
  if (!toolbar.enabled) return;
  // The first request may load the sessions' own module too late for this.
  watchConnections();
  const place = globalThis as Process;
  const answer = handlerOf(toolbar);
  if (place[MOUNTED] !== undefined) {
    place[MOUNTED].answer = answer;
    return;
  }
  const mounted = (place[MOUNTED] = { answer });
  const servers = new WeakSet<Server>();
  // Node tells of a request just before the server's listeners are called.
  subscribe(STARTS, (message) => {
    const { server } = message as { readonly server: Server };
    if (servers.has(server)) return;
    servers.add(server);
    const listeners = server.rawListeners("request") as ((...args: readonly unknown[]) => void)[];
    server.removeAllListeners("request");
    server.on("request", (incoming, response) =>
      mounted.answer(incoming, response, () => {
        for (const listener of listeners) listener.call(server, incoming, response);
      }),
    );
  });
}

function handlerOf(toolbar: Toolbar): Handler {
  return (incoming, response, next) => {
    if (!toolbar.enabled) return next();
    // Next.js adds the headers of a proxy to a request, and changes its address. The toolbar judges
    // what the browser has sent.
    const { method, url, headers } = incoming;
    const asSent = Object.create(incoming, {
      method: { value: method },
      url: { value: url },
      headers: { value: { ...headers } },
    }) as IncomingMessage;
    const request = toolbar.describe(asSent);
    if (OWN_FILES.test(request.url)) {
      toolbar.ignore(request);
      return next();
    }
    const answer = toolbar.handle(request);
    if (answer !== undefined) return sendAnswer(response, answer);
    const exchange = toolbar.begin(request, incoming);
    if (exchange === undefined) return next();
    showOn({ toolbar, exchange, request, incoming, response });
    runHandler({ toolbar, exchange, request, response }, next);
  };
}
