import type { AnnouncementListener } from "../sessions/store/session-store.ts";
import type { Subscribe } from "./redis-subscribe.ts";

/**
 * Milliseconds without a message, after which one is sent to oneself. All processes hear it, so all
 * together send about one in this time.
 */
const SILENCE = 5000;
/** Milliseconds in which it must come back. Then the subscription counts as lost. */
const LONGEST_WAY = 5000;
const BEAT = "beat ";

/**
 * Notices a subscription that says nothing any more, and does not say so: a connection that was cut
 * without a word, or a node of a Cluster that has stopped.
 *
 * A Cluster drops what it could not pass on to a node after half of `cluster-node-timeout`, 7.5
 * seconds by default. A node that goes on later has lost it, and its connections were never cut.
 * A message of one's own that does not come back shows both.
 *
 * @param publish the store's first client.
 */
export function withHeartbeat(
  subscribe: Subscribe,
  publish: (channel: string, message: string) => Promise<unknown>,
): Subscribe {
  return async (channel, listener) => {
    const heartbeat = new Heartbeat(async (message) => await publish(channel, message), listener);
    const unsubscribe = await subscribe(channel, { ...listener, heard: (message) => heartbeat.heard(message) });
    heartbeat.start();
    return async () => {
      heartbeat.stop();
      await unsubscribe();
    };
  };
}

class Heartbeat {
  readonly #publish: (message: string) => Promise<unknown>;
  readonly #listener: AnnouncementListener;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The message that must come back. */
  #awaited: string | undefined;
  #isRunning = false;

  constructor(publish: (message: string) => Promise<unknown>, listener: AnnouncementListener) {
    this.#publish = publish;
    this.#listener = listener;
  }

  start(): void {
    this.#isRunning = true;
    this.#wait();
  }

  stop(): void {
    this.#isRunning = false;
    this.#awaited = undefined;
    clearTimeout(this.#timer);
  }

  heard(message: string): void {
    const isBeat = message.startsWith(BEAT);
    // While one's own is awaited, others' messages prove nothing: it may have been lost before.
    if (this.#isRunning && (this.#awaited === undefined || message === this.#awaited)) this.#wait();
    if (!isBeat) this.#listener.heard(message);
  }

  #wait(): void {
    this.#awaited = undefined;
    // Not all processes in the same moment: the others hear the first one, and need none.
    this.#in(SILENCE * (0.75 + Math.random() / 4), () => this.#beat());
  }

  #beat(): void {
    const message = `${BEAT}${crypto.randomUUID()}`;
    this.#awaited = message;
    // Redis may not allow it, or the first client has no connection: that says nothing about this
    // one.
    this.#publish(message).catch(() => {
      if (this.#awaited === message) this.#wait();
    });
    this.#in(LONGEST_WAY, () => {
      // A process that was busy until now has not read yet what has come.
      setImmediate(() => {
        if (this.#awaited !== message) return;
        this.stop();
        this.#listener.lost();
      });
    });
  }

  #in(milliseconds: number, run: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(run, milliseconds);
    // Deno has numbers for timers.
    if (typeof this.#timer === "object") this.#timer.unref();
  }
}
