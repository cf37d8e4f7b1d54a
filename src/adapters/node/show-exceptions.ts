import type { IncomingMessage, ServerResponse } from "node:http";
import type { Toolbar } from "../../toolbar/index.ts";
import { sendPage } from "./send-page.ts";

type End = (...args: readonly unknown[]) => ServerResponse;

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
  toolbar: Toolbar,
  request: IncomingMessage,
  response: ServerResponse,
  isDefault: (body: string) => boolean,
): void {
  const described = toolbar.describe(request);
  const exchange = toolbar.begin(described, request);
  if (exchange === undefined) return;
  const end = response.end.bind(response) as End;
  response.end = ((...args: readonly unknown[]): ServerResponse => {
    if (exchange.error === undefined || response.headersSent || !isDefault(textOf(args[0]))) return end(...args);
    const page = toolbar.exceptionPage(exchange, described, response.statusCode);
    if (page === undefined) return end(...args);
    const callback = args.find((arg) => typeof arg === "function");
    return sendPage(response, page, end, callback);
  }) as ServerResponse["end"];
}

function textOf(chunk: unknown): string {
  if (typeof chunk === "string") return chunk;
  return chunk instanceof Uint8Array ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString() : "";
}
