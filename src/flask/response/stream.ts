import { AsyncLocalStorage } from "node:async_hooks";
import { currentContext } from "../context/context.ts";
import { FlaskResponse } from "./flask-response.ts";

/** What a view that streams returns: the parts of its answer. */
export type Parts = Iterator<unknown> | AsyncIterator<unknown>;

/** Whether a view has returned a generator. */
export function isStream(value: unknown): value is Parts {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof (value as Partial<Parts>).next === "function" &&
    (Symbol.iterator in value || Symbol.asyncIterator in value)
  );
}

/**
 * A response that is sent part by part. The generator runs in the request, so that it can use
 * `request` and `g`. The session was saved before: a change of it throws.
 */
export function streamResponse(parts: Parts): FlaskResponse {
  const inRequest = AsyncLocalStorage.snapshot();
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await inRequest(async () => await parts.next());
      if (done === true) controller.close();
      else controller.enqueue(value instanceof Uint8Array ? value : encoder.encode(String(value)));
    },
    async cancel() {
      await parts.return?.();
    },
  });
  return new FlaskResponse(body, { headers: { "Content-Type": "text/html; charset=utf-8" } });
}

/**
 * Keeps the request for a generator that runs after the view. Every generator that a view returns
 * has it already, so this is only for one that is handed to `new Response`.
 */
export async function* streamWithContext<Part>(parts: Iterable<Part> | AsyncIterable<Part>): AsyncGenerator<Part> {
  currentContext();
  const inRequest = AsyncLocalStorage.snapshot();
  const iterator: Iterator<Part> | AsyncIterator<Part> =
    Symbol.asyncIterator in parts ? parts[Symbol.asyncIterator]() : parts[Symbol.iterator]();
  try {
    for (;;) {
      const { done, value } = await inRequest(async () => await iterator.next());
      if (done === true) return;
      yield value;
    }
  } finally {
    await iterator.return?.();
  }
}
