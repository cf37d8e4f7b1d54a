import type { ServerResponse } from "node:http";

/** Answers an error for which the caller has no other answer. */
export function answer500(response: ServerResponse): void {
  // What stands in for a response has nothing to answer with.
  if (typeof (response as Partial<ServerResponse>).getHeaderNames !== "function") return void response.end();
  if (response.headersSent) return void response.destroy();
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  response.statusCode = 500;
  response.setHeader("Content-Type", "text/plain; charset=utf-8");
  response.end("Internal Server Error\n");
}
