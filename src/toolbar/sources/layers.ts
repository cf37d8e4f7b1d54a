import type { ChannelListener, Channels, KeyedListener } from "../channels.ts";
import type { Recording } from "../recording.ts";
import type { OpenSpan, SpanEnd, SpanStart } from "../span.ts";
import { isMessage, member, type Message } from "./message.ts";

/** What the layers of a framework need to be told. */
export interface LayerChannels {
  /** The name of the TracingChannel. */
  readonly name: string;
  /** Node's own request in a message. */
  readonly requestOf: (message: unknown) => unknown;
  readonly describe: (message: Message) => Omit<SpanStart, "parent" | "isLocated"> | undefined;
  /** Whether a layer that has returned is done. Otherwise it goes on in callbacks. */
  readonly isDone: (message: Message) => boolean;
}

/**
 * The listeners that make spans of the middleware and handlers of a framework.
 *
 * A middleware calls the next one, so all of them are running when the last one is. What helps is
 * how long each had before it passed the request on. So a layer lasts until the next one of the
 * same request begins, and the last one until it has answered. All are side by side.
 */
export function layerChannels({ name, requestOf, describe, isDone }: LayerChannels): Channels {
  /** The layer of a request that is running, and the layer of each message. */
  const running = new WeakMap<object, OpenSpan>();
  const begun = new WeakMap<Message, OpenSpan>();

  const begin = (message: unknown, recording: Recording): number | undefined => {
    const request = requestOf(message);
    if (!isMessage(message) || !isMessage(request) || begun.has(message)) return undefined;
    const start = describe(message);
    if (start === undefined) return undefined;
    running.get(request)?.end();
    const span = recording.startSpan({ ...start, parent: null, isLocated: false });
    running.set(request, span);
    begun.set(message, span);
    return span.id;
  };
  const end = (message: unknown, how: SpanEnd = {}): void => {
    if (isMessage(message)) begun.get(message)?.end(how);
  };
  const keyed = (listener: ChannelListener): KeyedListener => ({ key: requestOf, listener });
  return {
    [`tracing:${name}:start`]: { key: requestOf, listener: begin, scope: begin },
    [`tracing:${name}:end`]: keyed((message) => {
      if (isMessage(message) && isDone(message)) end(message);
    }),
    [`tracing:${name}:asyncStart`]: keyed((message) => end(message)),
    [`tracing:${name}:error`]: keyed((message) => end(message, { error: member(message, "error") })),
    "http.server.response.finish": {
      key: (message) => member(message, "request"),
      listener: (message) => running.get(member(message, "request") as object)?.end(),
    },
  };
}
