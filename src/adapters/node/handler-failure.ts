import { lateModule } from "../../late-module.ts";
import type { ServerResponse } from "node:http";
import { sendPage } from "./send-page.ts";
import type { OpenAnswer } from "./show-exceptions.ts";

const types = lateModule("node:util/types");

/**
 * Runs a handler, and records what it throws and what its promise is rejected with.
 *
 * node:http answers neither. A rejection that nothing has answered gets the toolbar's page where a
 * visitor may see it. In all other cases the error goes on to where it goes without a toolbar: by
 * default it ends the process.
 */
export function runHandler(open: OpenAnswer, run: () => unknown): void {
  const { toolbar, exchange } = open;
  let result: unknown;
  try {
    result = toolbar.run(exchange, run);
  } catch (error) {
    // A caller may catch it and answer.
    exchange.fail(error);
    throw error;
  }
  if (!types().isPromise(result)) return;
  void result.then(undefined, (error: unknown) => {
    if (!answerRejection(open, error)) throw error;
  });
}

/**
 * Records what the promise of a handler was rejected with, and sends the toolbar's page.
 *
 * @returns false where nothing was sent: the answer has begun, or the visitor may not see the page.
 */
export function answerRejection({ toolbar, exchange, request, response }: OpenAnswer, error: unknown): boolean {
  exchange.fail(error);
  const page = response.headersSent ? undefined : toolbar.exceptionPage(exchange, request, statusOf(error));
  if (page === undefined) return false;
  response.statusCode = page.status;
  sendPage(response, page, response.end.bind(response) as (...args: readonly unknown[]) => ServerResponse);
  return true;
}

/** The status that an error names for its answer, as in Express and Koa. */
function statusOf(error: unknown): number {
  try {
    const { status, statusCode } = error as { status?: unknown; statusCode?: unknown };
    const named = [status, statusCode].find(
      (each) => Number.isInteger(each) && Number(each) >= 400 && Number(each) < 600,
    );
    return named === undefined ? 500 : Number(named);
  } catch {
    return 500;
  }
}
