import type { Source } from "./source.ts";
import { redisChannels } from "./redis-channels.ts";

/** Commands of node-redis 6 (the package `redis`). */
export function nodeRedis(): Source {
  return { id: "node-redis", channels: redisChannels("node-redis", true) };
}
