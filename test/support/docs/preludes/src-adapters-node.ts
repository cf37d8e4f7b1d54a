import type { ServerResponse } from "node:http";
import type { SessionRequest } from "latchkey/node";

export { Toolbar } from "latchkey/toolbar";
export { createServer } from "node:http";
export declare const answer: (request: SessionRequest | object, response: ServerResponse) => void;
