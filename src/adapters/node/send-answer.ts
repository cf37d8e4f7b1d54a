import type { ServerResponse } from "node:http";
import type { ToolbarAnswer } from "../../toolbar/index.ts";

/** Sends one of the toolbar's own pages. The stream of events goes on until the browser leaves. */
export function sendAnswer(response: ServerResponse, { status, headers, body }: ToolbarAnswer): void {
  response.writeHead(status, { ...headers });
  if (typeof body === "string") {
    response.end(body);
    return;
  }
  const reader = body.getReader();
  response.once("close", () => void reader.cancel());
  const pump = async (): Promise<void> => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      response.write(value);
    }
    response.end();
  };
  // The stream is the toolbar's own and does not fail; a socket that does has ended the response
  // already.
  pump().catch(() => response.destroy());
}
