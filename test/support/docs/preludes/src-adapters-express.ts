import type { Express } from "express";

export { Toolbar } from "latchkey/toolbar";
export declare const app: Express;
