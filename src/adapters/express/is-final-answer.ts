import type { ServerResponse } from "node:http";

/** How the page of `finalhandler` begins, which answers for Express. */
const BEGINNING =
  /^<!DOCTYPE html>\s*<html lang="en">\s*<head>\s*<meta charset="utf-8">\s*<title>Error<\/title>\s*<\/head>\s*<body>\s*<pre>/;
/** What it says if no route was found, which is no error. */
const NOT_FOUND = /<pre>Cannot [A-Z]+ /;

/**
 * Whether an answer is Express's own to an error: the page of `finalhandler`, with its policy.
 * Express calls it last, after all error handlers of the application, and no hook tells of it.
 */
export function isFinalAnswer(response: ServerResponse, body: string): boolean {
  return (
    response.statusCode >= 400 &&
    response.getHeader("content-security-policy") === "default-src 'none'" &&
    BEGINNING.test(body) &&
    !(response.statusCode === 404 && NOT_FOUND.test(body))
  );
}
