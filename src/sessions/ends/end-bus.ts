import { lateModule } from "../../late-module.ts";
import { withTimeout, type TimeoutPolicy } from "../with-timeout.ts";
import { warnOfEnds } from "./warn-of-ends.ts";

const timers = lateModule("node:timers/promises");

/** The ability of a store that the bus needs; see `AnnouncingStore`. */
export interface EndChannel {
  announce(message: string): Promise<void>;
  listen(listener: AnnouncementListener): Promise<() => Promise<void>> | undefined;
}

/** What a store calls while a manager listens on it; see `AnnouncingStore.listen`. */
export interface AnnouncementListener {
  /** A message has come: the text that was given to `announce`. */
  readonly heard: (message: string) => void;
  /** Messages may have been lost, and from now on they are heard again. */
  readonly missed: () => void;
  /** This subscription hears nothing more. The manager calls `listen` again. */
  readonly lost: () => void;
}

interface Subscription {
  isStopped: boolean;
  /** Ends the wait for the loss of the connection. */
  wake: () => void;
}

/** Milliseconds before the first further attempt to listen, and before the later ones. */
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 2000;

/**
 * One manager's subscription to what other processes tell, where its store has that ability. It
 * begins again by itself whenever it is lost.
 */
export class EndBus {
  readonly #channel: EndChannel | undefined;
  readonly #timeoutPolicy: TimeoutPolicy;
  readonly #listener: Pick<AnnouncementListener, "heard" | "missed">;
  #subscription: Subscription | undefined;
  #isListening = false;

  /** @param timeout seconds that the store may take to pass a message on. */
  constructor(
    channel: EndChannel | undefined,
    timeout: number,
    listener: Pick<AnnouncementListener, "heard" | "missed">,
  ) {
    this.#channel = channel;
    this.#timeoutPolicy = { whom: "The session store", option: "storeTimeout", timeout };
    this.#listener = listener;
  }

  /** Whether the messages of other processes come here now. */
  get isListening(): boolean {
    return this.#isListening;
  }

  /** Tells other processes. It warns where that fails: the session has ended in any case. */
  async announce(message: string): Promise<void> {
    const channel = this.#channel;
    if (channel === undefined) return;
    try {
      await withTimeout(this.#timeoutPolicy, "telling that a session has ended", () => channel.announce(message));
    } catch (error) {
      warnOfEnds("announce", "Other processes could not be told that a session has ended", error);
    }
  }

  start(): void {
    if (this.#channel === undefined || this.#subscription !== undefined) return;
    this.#subscription = { isStopped: false, wake: () => undefined };
    void this.#listen(this.#channel, this.#subscription);
  }

  stop(): void {
    const subscription = this.#subscription;
    if (subscription === undefined) return;
    this.#subscription = undefined;
    this.#isListening = false;
    subscription.isStopped = true;
    subscription.wake();
  }

  /** Listens until it is stopped. It never rejects. */
  async #listen(channel: EndChannel, subscription: Subscription): Promise<void> {
    let pause = FIRST_PAUSE;
    while (!subscription.isStopped) {
      const lost = Promise.withResolvers<void>();
      try {
        const listening = channel.listen({
          heard: (message) => {
            if (!subscription.isStopped) this.#listener.heard(message);
          },
          missed: () => {
            if (!subscription.isStopped) this.#listener.missed();
          },
          lost: lost.resolve,
        });
        if (listening === undefined) return;
        const unlisten = await listening;
        if (!subscription.isStopped) {
          subscription.wake = lost.resolve;
          this.#isListening = true;
          pause = FIRST_PAUSE;
          // What ended before the subscription began was told to nobody here.
          this.#listener.missed();
          await lost.promise;
          if (!subscription.isStopped) {
            this.#isListening = false;
            // From here on, questions take the place of messages until the next subscription
            // begins.
            this.#listener.missed();
          }
        }
        await unlisten();
      } catch (error) {
        if (!subscription.isStopped) warnOfEnds("listen", "The ends of sessions cannot be heard", error);
      }
      if (!subscription.isStopped) {
        await timers().setTimeout(pause, undefined, { ref: false });
        pause = Math.min(pause * 2, LONGEST_PAUSE);
      }
    }
  }
}
