import { HTTPException, ResponseException } from "./http-exception.ts";

/**
 * The answer to an error that no handler has answered.
 *
 * @param isDebugging whether the page may show a stack trace. It shows internals of the server, so
 *   only the developer gets it.
 */
export function errorPage(error: unknown, isDebugging: boolean): Response {
  if (error instanceof ResponseException) return error.response;
  if (error instanceof HTTPException) return error.toResponse();
  return serverErrorPage(error, isDebugging);
}

/**
 * The page of status 500, whatever the error is. A trapped 404 is an error of the program as well.
 */
export function serverErrorPage(error: unknown, isDebugging: boolean): Response {
  return new HTTPException(500).toResponse(
    isDebugging && error instanceof Error ? (error.stack ?? error.message) : undefined,
  );
}

/** Writes an unexpected error to standard error, as Node does with an uncaught one. */
export function reportError(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
}
