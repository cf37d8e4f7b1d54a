import type { Readable } from "node:stream";

/**
 * Lets go of a body that will not be sent, so that the file or the connection behind it is closed.
 */
export async function discardBody(body: unknown): Promise<void> {
  const source: unknown = body instanceof Response ? body.body : body;
  if (source instanceof ReadableStream) {
    // A body that is being read belongs to its reader.
    if (!source.locked) await source.cancel();
  } else if (isNodeStream(source)) {
    source.once("error", () => undefined);
    source.destroy();
  }
}

function isNodeStream(body: unknown): body is Readable {
  return (
    typeof body === "object" &&
    body !== null &&
    "pipe" in body &&
    "destroy" in body &&
    typeof body.destroy === "function"
  );
}
