import type { FastifyInstance } from "fastify";

export { Toolbar } from "latchkey/toolbar";
export declare const app: FastifyInstance;
