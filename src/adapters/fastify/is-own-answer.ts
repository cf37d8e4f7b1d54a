import type { FastifyReply } from "fastify";

/** Where Fastify notes which error handler is next. False once it answers itself. */
const NEXT_HANDLER = "fastify.reply.nextErrorHandler";

/**
 * Whether Fastify itself has made the answer to an error, because there is no error handler of the
 * application, or the last one has passed the error on. If Fastify no longer notes it, nobody
 * knows, and the answer counts as the application's.
 */
export function isOwnAnswer(reply: FastifyReply): boolean {
  const symbol = Object.getOwnPropertySymbols(reply).find(({ description }) => description === NEXT_HANDLER);
  return symbol !== undefined && (reply as unknown as Record<symbol, unknown>)[symbol] === false;
}
