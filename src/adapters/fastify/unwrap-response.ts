import type { FastifyReply } from "fastify";

/**
 * Takes a fetch Response apart, as Fastify itself does later: its headers would otherwise be set
 * after ours, and in their place.
 *
 * @returns the body; what is not a Response is returned as it is.
 */
export function unwrapResponse(reply: FastifyReply, payload: unknown): unknown {
  // Fastify has an error of its own for a body that was read already.
  if (!(payload instanceof Response) || payload.bodyUsed) return payload;
  reply.code(payload.status);
  for (const [name, value] of payload.headers) reply.header(name, value);
  return payload.body;
}
