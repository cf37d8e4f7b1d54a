import type { Recording } from "./recording.ts";

/** Hears the messages of one channel, each with the recording that it belongs to. */
export type ChannelListener = (message: unknown, recording: Recording) => void;

/**
 * A listener for messages that may be published where no request is known: an answer that arrives
 * on a pooled socket belongs to the request that began it.
 */
export interface KeyedListener {
  /**
   * An object that all messages of one action hold, such as the outgoing request. The recording is
   * remembered for it at the first message that has one.
   */
  readonly key: (message: unknown) => unknown;
  readonly listener?: ChannelListener | undefined;
  /**
   * Says inside of which span the publisher's code runs: the id of a span, null for the request
   * alone, undefined for no change. Called before `listener`, and only where the publisher uses
   * `runStores`, as a TracingChannel does. Where all publishers do, it needs no `listener`.
   */
  readonly scope?: ((message: unknown, recording: Recording) => number | null | undefined) | undefined;
}

/** Listeners by the names of channels of node:diagnostics_channel. */
export type Channels = Readonly<Record<string, ChannelListener | KeyedListener>>;
