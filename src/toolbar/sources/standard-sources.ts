import { express } from "./express.ts";
import { fastify } from "./fastify.ts";
import { httpClient } from "./http-client.ts";
import { ioredis } from "./ioredis.ts";
import { lruCache } from "./lru-cache.ts";
import { mongoose } from "./mongoose.ts";
import { mysql2 } from "./mysql2.ts";
import { nodeRedis } from "./node-redis.ts";
import { nodeSqlite } from "./node-sqlite.ts";
import { own } from "./own.ts";
import { pg } from "./pg.ts";
import type { Source } from "./source.ts";
import { templates } from "./templates.ts";
import { undici } from "./undici.ts";

/**
 * The sources of every toolbar. Each call makes new ones, because a source remembers the spans that
 * it has begun. To listen to a library that is not there costs nothing.
 */
export function standardSources(): readonly Source[] {
  return [
    express(),
    fastify(),
    own(),
    templates(),
    mysql2(),
    pg(),
    nodeSqlite(),
    mongoose(),
    nodeRedis(),
    ioredis(),
    lruCache(),
    undici(),
    httpClient(),
  ];
}
