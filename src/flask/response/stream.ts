import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout } from "node:timers/promises";
import { currentContext } from "../context/context.ts";
import { reportError } from "../errors/error-page.ts";
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
  let isBegun = false;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await inRequest(async () => await parts.next()).catch((error: unknown) => failed(error, isBegun));
      if (next === undefined) return controller.error(new Error("The stream ended with an error."));
      if (next.done === true) return controller.close();
      isBegun = true;
      const { value } = next;
      controller.enqueue(value instanceof Uint8Array ? value : encoder.encode(String(value)));
    },
    async cancel() {
      await parts.return?.();
    },
  });
  return new FlaskResponse(body, { headers: { "Content-Type": "text/html; charset=utf-8" } });
}

/**
 * The visitor must not see the error of a generator, and must see that the answer is not whole. The
 * adapter writes both into the answer while it waits for the first parts; a moment later it cuts
 * the connection.
 */
async function failed(error: unknown, isBegun: boolean): Promise<undefined> {
  reportError(error);
  if (isBegun) await setTimeout(50);
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
