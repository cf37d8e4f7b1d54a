import type { IncomingMessage, OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { Exchange, Toolbar, ToolbarAnswer, ToolbarRequest } from "../../toolbar/index.ts";
import { checkToolbar } from "../check-mounted.ts";
import { appendHeaders } from "../node-response/response-headers.ts";
import { answer500 } from "./answer-500.ts";
import { runHandler } from "./handler-failure.ts";
import { sendAnswer } from "./send-answer.ts";
import type { OpenAnswer } from "./show-exceptions.ts";
import { AnswerHeaders, askForPage, changeForTail, requestHeadersOf, responseHeadersOf } from "../page-headers.ts";

/** Middleware as connect, Express and a bare node:http server call it. */
export type DebugToolbarMiddleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => unknown,
) => void;

/**
 * Shows a toolbar on the pages of a node:http server, or of Express and whatever else calls its
 * middleware in this way. Mount it before all else.
 *
 * If `next` returns a promise that is rejected, the toolbar records the error, and answers a
 * visitor who may see it with a page. So return the handler's promise.
 *
 * @example
 * ```ts
 * const showToolbar = debugToolbar(new Toolbar({ keys }));
 * createServer((request, response) => showToolbar(request, response, () => answer(request, response)));
 * ```
 */
export function debugToolbar(toolbar: Toolbar): DebugToolbarMiddleware {
  checkToolbar(toolbar);
  if (!toolbar.enabled) return (_, __, next) => next();
  return (incoming, response, next) => showToolbar(toolbar, incoming, response, next);
}

/**
 * Answers a request for the toolbar's own pages, and passes all others on with their record.
 *
 * @param prepare called for a request that is recorded, just before `next`.
 */
export function showToolbar(
  toolbar: Toolbar,
  incoming: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => unknown,
  prepare?: (open: ShownRequest) => void,
): void {
  const request = toolbar.describe(incoming);
  let answer: ToolbarAnswer | undefined;
  try {
    answer = toolbar.handle(request);
  } catch (error) {
    // The keys cannot be opened. A `next` without a parameter would run the handler.
    if (next.length > 0) next(error);
    else answer500(response);
    return;
  }
  if (answer !== undefined) return sendAnswer(response, answer);
  const exchange = toolbar.begin(request, incoming);
  if (exchange === undefined) return void next();
  const open: ShownRequest = { toolbar, exchange, request, incoming, response };
  showOn(open);
  runHandler(open, () => {
    prepare?.(open);
    return next();
  });
}

/** A request of Node's server, and its record. */
export interface ShownRequest extends OpenAnswer {
  readonly incoming: IncomingMessage;
}

/**
 * Prepares the request, so that the application answers with a page if it can, and puts the
 * toolbar's text after that page.
 *
 * @returns a function that puts Accept-Encoding back. It is called when the headers leave, at the
 *   latest.
 */
export function showOn({ toolbar, exchange, request, incoming, response }: ShownRequest): () => void {
  if (!exchange.endsWithSocket)
    response.once("close", () => toolbar.finish(exchange, { aborted: !response.writableFinished }));
  const putBack = exchange.mayShow ? askForPage(requestHeadersOf(incoming.headers)) : () => {};
  appendTail(response, () => {
    putBack();
    appendHeaders(response, toolbar.headers(exchange, request));
    // Express names the route that answered here.
    const { route, baseUrl } = incoming as IncomingMessage & { route?: { path?: unknown }; baseUrl?: unknown };
    if (typeof route?.path === "string") exchange.route = `${typeof baseUrl === "string" ? baseUrl : ""}${route.path}`;
    return tailFor(toolbar, exchange, request, response);
  });
  return putBack;
}

type End = (chunk?: unknown, encoding?: unknown, callback?: unknown) => ServerResponse;
type Write = (chunk: unknown, encoding?: unknown, callback?: unknown) => boolean;
type WriteHead = (status: number, reason?: unknown, headers?: unknown) => ServerResponse;

function tailFor(
  toolbar: Toolbar,
  exchange: Exchange,
  request: ToolbarRequest,
  response: ServerResponse,
): (() => string) | undefined {
  return toolbar.respond(exchange, request, {
    status: response.statusCode,
    headers: new AnswerHeaders(response),
  });
}

/**
 * Puts a text after the body of a response, in every way that a body is written: this response's
 * own writeHead, write and end are wrapped, and nothing that others share.
 *
 * @param tailOf asked once, just before the final headers leave. It may add to them.
 */
function appendTail(response: ServerResponse, tailOf: () => (() => string) | undefined): void {
  const writeHead = response.writeHead.bind(response) as WriteHead;
  const end = response.end.bind(response) as End;
  let tail: (() => string) | undefined;
  let decided = false;

  const decide = (status: number, reason?: unknown, given?: unknown): unknown[] => {
    decided = true;
    response.statusCode = status;
    const own = typeof reason === "string" ? given : (given ?? reason);
    // What was handed to writeHead is set as headers first, so that there is one place to read and
    // to change them.
    if (own !== undefined) for (const [name, value] of givenHeaders(own)) response.setHeader(name, value);
    tail = tailOf();
    if (tail !== undefined) changeForTail(responseHeadersOf(response), tail);
    return typeof reason === "string" ? [status, reason] : [status];
  };

  response.writeHead = (status: number, reason?: unknown, headers?: unknown): ServerResponse => {
    if (decided || response.headersSent) return writeHead(status, reason, headers);
    const [, words] = decide(status, reason, headers);
    return words === undefined ? writeHead(status) : writeHead(status, words);
  };

  response.end = ((...args: readonly unknown[]): ServerResponse => {
    const callback = args.find((arg) => typeof arg === "function");
    const [chunk, encoding] = args.filter((arg) => typeof arg !== "function");
    const has = chunk !== undefined && chunk !== null;
    if (!decided && !response.headersSent) {
      const [status] = decide(response.statusCode);
      // Node would count the chunk alone; told here, the length covers both, and a short answer
      // stays in one piece.
      if (
        tail !== undefined &&
        response.getHeader("content-length") === undefined &&
        response.getHeader("transfer-encoding") === undefined
      ) {
        response.setHeader("content-length", (has ? lengthOf(chunk, encoding) : 0) + Buffer.byteLength(tail()));
      }
      if (tail !== undefined) writeHead(status as number);
    }
    if (tail === undefined || response.writableEnded) return end(chunk, encoding, callback);
    const text = tail;
    tail = undefined;
    if (has) (response.write as Write)(chunk, encoding);
    return end(text(), "utf8", callback);
  }) as ServerResponse["end"];
}

function* givenHeaders(given: unknown): Iterable<readonly [string, OutgoingHttpHeader]> {
  if (typeof given !== "object" || given === null) return;
  if (!Array.isArray(given)) {
    for (const [name, value] of Object.entries(given as OutgoingHttpHeaders))
      if (value !== undefined) yield [name, value];
    return;
  }
  // A list of pairs, or names and values in turn; a name may come more than once.
  const flat = (given as readonly unknown[]).flat(Array.isArray(given[0]) ? 1 : 0) as readonly OutgoingHttpHeader[];
  const values = new Map<string, OutgoingHttpHeader[]>();
  for (let index = 0; index + 1 < flat.length; index += 2) {
    const name = String(flat[index]);
    values.set(name, [...(values.get(name) ?? []), flat[index + 1]!]);
  }
  for (const [name, list] of values) yield [name, list.length === 1 ? list[0]! : list.map(String)];
}

function lengthOf(chunk: unknown, encoding: unknown): number {
  if (typeof chunk !== "string") return (chunk as Uint8Array).byteLength;
  return Buffer.byteLength(chunk, typeof encoding === "string" ? (encoding as BufferEncoding) : "utf8");
}
