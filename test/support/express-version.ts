import express, { type RequestHandler } from "express";

/**
 * Test files about Express run on Express 5, and once more on Express 4: there another file mocks
 * the module "express" with the module "express4", and imports them. So they ask here which it is.
 */
export const isExpress4 = "lazyrouter" in express();

/** The name of this Express in titles. Only Express 4.16 has no `express.raw`. */
export const EXPRESS = isExpress4 ? ("raw" in express ? "Express 4" : "Express 4.16") : "Express";

/**
 * A handler whose promise may be rejected. Express 5 passes the reason to the error handlers. For
 * Express 4 its users do that, as here.
 */
export function passingOn(handler: (...args: Parameters<RequestHandler>) => unknown): RequestHandler {
  return (...args) => {
    const [, , next] = args;
    void (async () => await handler(...args))().catch(next);
  };
}
