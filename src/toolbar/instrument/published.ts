import { hasMethods, type Instrumentation } from "./instrumentation.ts";

/**
 * Clients that publish what they do by themselves, on channels that the toolbar listens to. They
 * are returned as they are.
 */
export const published: Instrumentation = {
  name: "mysql2, redis and ioredis (which need it not)",
  recognizes: (client) =>
    hasMethods(client, "query", "execute", "escapeId") ||
    (hasMethods(client, "sendCommand", "on") && (hasMethods(client, "hGet") || hasMethods(client, "hget"))),
  instrument: (client) => client,
};
