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
  const owner = `layers of ${name}`;
  /** The layer of a request that is running. Those before it have ended. */
  const layerOf = (recording: Recording): { message?: Message; span?: OpenSpan } => recording.slot(owner, () => ({}));

  const begin = (message: unknown, recording: Recording): number | undefined => {
    const start = isMessage(message) ? describe(message) : undefined;
    if (start === undefined) return undefined;
    const layer = layerOf(recording);
    layer.span?.end();
    layer.span = recording.startSpan({ ...start, parent: null, isLocated: false });
    layer.message = message as Message;
    return layer.span.id;
  };
  const end = (message: unknown, recording: Recording, how: SpanEnd = {}): void => {
    const layer = layerOf(recording);
    if (layer.message === message) layer.span?.end(how);
  };
  const keyed = (listener: ChannelListener): KeyedListener => ({ key: requestOf, listener });
  return {
    [`tracing:${name}:start`]: { key: requestOf, scope: begin },
    [`tracing:${name}:end`]: keyed((message, recording) => {
      if (isMessage(message) && isDone(message)) end(message, recording);
    }),
    [`tracing:${name}:asyncStart`]: keyed(end),
    [`tracing:${name}:error`]: keyed((message, recording) =>
      end(message, recording, { error: member(message, "error") }),
    ),
    "http.server.response.finish": {
      key: (message) => member(message, "request"),
      listener: (_, recording) => layerOf(recording).span?.end(),
    },
  };
}
