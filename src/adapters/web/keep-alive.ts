/** Servers such as Bun's end an answer that is silent for ten seconds. */
const PAUSE_MS = 5_000;
const NOTHING = new TextEncoder().encode(":\n\n");

/**
 * A stream of server-sent events that sends a comment every five seconds, which browsers ignore, so
 * that the server does not take the connection for a dead one.
 */
export function keptAlive(events: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  let timer: ReturnType<typeof setInterval> | undefined;
  const stop = (): void => clearInterval(timer);
  return events.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      start: (controller) => {
        timer = setInterval(() => {
          // A page that has stopped reading gets no more.
          if ((controller.desiredSize ?? 0) > -10) controller.enqueue(NOTHING);
        }, PAUSE_MS);
        timer.unref?.();
      },
      flush: stop,
      cancel: stop,
    }),
  );
}
