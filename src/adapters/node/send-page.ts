import type { ServerResponse } from "node:http";
import type { ToolbarAnswer } from "../../toolbar/index.ts";

/** What the application's answer says of its own body, and of a page that is not sent. */
const OF_OTHER_BODY = [
  "content-encoding",
  "content-language",
  "content-range",
  "content-disposition",
  "content-security-policy-report-only",
  "etag",
  "last-modified",
  "transfer-encoding",
];

/**
 * Answers with a page of the toolbar. Other headers that are set already, such as cookies, are sent
 * with it.
 *
 * @param end ends the response.
 */
export function sendPage(
  response: ServerResponse,
  { headers, body }: ToolbarAnswer & { readonly body: string },
  end: (...args: readonly unknown[]) => ServerResponse,
  callback?: unknown,
): ServerResponse {
  for (const name of OF_OTHER_BODY) response.removeHeader(name);
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.setHeader("Content-Length", Buffer.byteLength(body));
  return end(body, "utf8", callback);
}
