import type { createClient } from "redis";

export { DatabaseSync } from "node:sqlite";
export declare const client: ReturnType<typeof createClient>;
