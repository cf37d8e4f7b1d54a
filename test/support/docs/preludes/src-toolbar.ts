import type { Hono } from "hono";
import type { Toolbar } from "latchkey/toolbar";

export { debugToolbar } from "latchkey/hono";
export { default as morgan } from "morgan";
export declare const app: Hono;
export declare const cart: readonly number[];
export declare const priceOf: (cart: readonly number[]) => Promise<number>;
export declare const toolbar: Toolbar;
