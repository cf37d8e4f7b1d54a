import type { Readable } from "node:stream";
import { lateModule } from "../late-module.ts";

const stream = lateModule("node:stream");

/** A body as Fastify and Koa send it, and to which a text can be added. */
export type Appendable = string | Uint8Array | Readable | ReadableStream<Uint8Array>;

/** Whether a text can be added to this body. */
export function isAppendable(body: unknown): body is Appendable {
  return (
    typeof body === "string" ||
    body instanceof Uint8Array ||
    body instanceof ReadableStream ||
    typeof (body as Partial<Readable> | null | undefined)?.pipe === "function"
  );
}

/** The body, and this text after it. A stream stays a stream. */
export function withTail(body: Appendable, tail: () => string): string | Buffer | Readable {
  if (typeof body === "string") return body + tail();
  if (body instanceof Uint8Array) return Buffer.concat([body, Buffer.from(tail())]);
  return appendToStream(body instanceof ReadableStream ? stream().Readable.fromWeb(body) : body, tail);
}

function appendToStream(source: Readable, tail: () => string): Readable {
  const both = new (stream().PassThrough)();
  // An error on either side ends the other, as it would without us.
  source.once("error", (error) => both.destroy(error));
  both.once("close", () => source.destroy?.());
  source.once("end", () => both.end(tail()));
  return source.pipe(both, { end: false });
}
