import type { Hono } from "hono";

export { Toolbar } from "latchkey/toolbar";
export { Hono } from "hono";
export declare const app: Hono;
