import type { Source } from "./source.ts";
import { redisChannels } from "./redis-channels.ts";

/**
 * Commands of ioredis 6. It tells of a command when it writes it. So one that waited for the
 * connection, and one that autopipelining has joined with others, may be missing or belong to the
 * request for which the connection was written to.
 */
export function ioredis(): Source {
  return { id: "ioredis", channels: redisChannels("ioredis", false) };
}
