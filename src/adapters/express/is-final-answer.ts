import type { ServerResponse } from "node:http";

/** How the page of `finalhandler` begins, which answers for Express. */
const BEGINNING =
  /^<!DOCTYPE html>\s*<html lang="en">\s*<head>\s*<meta charset="utf-8">\s*<title>Error<\/title>\s*<\/head>\s*<body>\s*<pre>/;
/** Its policy: the second one until finalhandler 1.1.1, which Express 4.16 has. */
const POLICIES: readonly unknown[] = ["default-src 'none'", "default-src 'self'"];
/** What it says if no route was found, which is no error. */
const NOT_FOUND = /<pre>Cannot [A-Z]+ /;

/**
 * Whether an answer is Express's own to an error: the page of `finalhandler`, with its policy.
 * Express calls it last, after all error handlers of the application, and no hook tells of it.
 */
export function isFinalAnswer(response: ServerResponse, body: string): boolean {
  return (
    response.statusCode >= 400 &&
    POLICIES.includes(response.getHeader("content-security-policy")) &&
    BEGINNING.test(body) &&
    !(response.statusCode === 404 && NOT_FOUND.test(body))
  );
}
