import type { Channels, KeyedListener } from "../channels.ts";
import type { Recording } from "../recording.ts";
import type { OpenSpan, SpanEnd, SpanStart } from "../span.ts";
import { isMessage, type Message } from "./message.ts";

interface Begun {
  /** Undefined where no span was wanted. A callback is put in its place even so. */
  readonly span: OpenSpan | undefined;
  /** The span that was running when it began. */
  readonly outside: number | null;
}

/**
 * The listeners that make a span of each action of a TracingChannel. All messages of an action are
 * one object, so that an answer finds its span wherever it arrives.
 *
 * What the publisher runs is inside of the span. A callback of it is outside again: it runs for the
 * request that began the action, also if it comes from a socket that another request has opened.
 *
 * @param name without `tracing:` and the event: "mysql2:query".
 * @param describe what is known at the beginning. Undefined for no span.
 * @param result what is added at the end, if it did not fail.
 */
export function traced(
  name: string,
  describe: (message: Message, recording: Recording) => SpanStart | undefined,
  result?: (message: Message) => SpanEnd["detail"],
): Channels {
  const begun = new WeakMap<Message, Begun>();
  const key = (message: unknown): unknown => message;

  const begin = (message: unknown, recording: Recording): number | undefined => {
    if (!isMessage(message) || begun.has(message)) return undefined;
    const outside = recording.currentSpan?.id ?? null;
    const start = describe(message, recording);
    const span = start === undefined ? undefined : recording.startSpan(start);
    begun.set(message, { span, outside });
    return span?.id;
  };
  const end = (message: unknown): void => {
    const span = isMessage(message) ? begun.get(message)?.span : undefined;
    if (span === undefined) return;
    const { error } = message as Message;
    span.end(error === undefined ? { detail: result?.(message as Message) } : { error });
  };
  const endOfSync: KeyedListener["listener"] = (message) => {
    // After a call that returned a promise there is neither yet.
    if (isMessage(message) && ("result" in message || "error" in message)) end(message);
  };
  return {
    [`tracing:${name}:start`]: { key, listener: begin, scope: begin },
    [`tracing:${name}:end`]: { key, listener: endOfSync },
    [`tracing:${name}:asyncStart`]: {
      key,
      listener: end,
      scope: (message) => (isMessage(message) ? begun.get(message)?.outside : undefined),
    },
  };
}
