import type { Express } from "express";
import type { SessionRequest } from "latchkey/express";

export { Toolbar } from "latchkey/toolbar";
export declare const app: Express;
export declare const request: SessionRequest;
export declare const user: { readonly id: number };
