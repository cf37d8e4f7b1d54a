import type { ServerResponse } from "node:http";
import type { Exchange, Toolbar, ToolbarRequest } from "../../toolbar/index.ts";
import { sendPage } from "./send-page.ts";

type End = (...args: readonly unknown[]) => ServerResponse;

/** A request whose answer has not begun. */
export interface OpenAnswer {
  readonly toolbar: Toolbar;
  readonly exchange: Exchange;
  readonly request: ToolbarRequest;
  readonly response: ServerResponse;
}

/**
 * Sends the toolbar's page in place of the framework's own answer to an error. Nothing is replaced
 * once headers were sent.
 *
 * This response's own `end` is wrapped, and nothing that others share.
 *
 * @param isDefault whether this body is the framework's own answer. The answer of an error handler
 *   of the application is not.
 */
export function showExceptions(
  { toolbar, exchange, request, response }: OpenAnswer,
  isDefault: (body: string) => boolean,
): void {
  const end = response.end.bind(response) as End;
  response.end = ((...args: readonly unknown[]): ServerResponse => {
    if (exchange.error === undefined || response.headersSent || !isDefault(textOf(args[0]))) return end(...args);
    const page = toolbar.exceptionPage(exchange, request, response.statusCode);
    if (page === undefined) return end(...args);
    const callback = args.find((arg) => typeof arg === "function");
    return sendPage(response, page, end, callback);
  }) as ServerResponse["end"];
}

function textOf(chunk: unknown): string {
  if (typeof chunk === "string") return chunk;
  return chunk instanceof Uint8Array ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString() : "";
}
