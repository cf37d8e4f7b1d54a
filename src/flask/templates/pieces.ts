import { AsyncLocalStorage } from "node:async_hooks";

/** Characters in a piece of a stream. */
const PIECE = 16_384;

/**
 * A text in pieces. It is rendered when the first piece is read, with the request of this call,
 * also if that has ended.
 */
export function pieces(render: () => string): Generator<string> {
  const inContext = AsyncLocalStorage.snapshot();
  return cut(() => inContext(render));
}

function* cut(render: () => string): Generator<string> {
  const text = render();
  for (let at = 0; at < text.length; at += PIECE) yield text.slice(at, at + PIECE);
}
