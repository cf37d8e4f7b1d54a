import type { Hono } from "hono";

export { debugToolbar } from "latchkey/hono";
export declare const app: Hono;
