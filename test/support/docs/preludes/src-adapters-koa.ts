import type Koa from "koa";

export { Toolbar } from "latchkey/toolbar";
export { default as Koa } from "koa";
export declare const app: Koa;
