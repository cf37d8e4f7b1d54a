import { tracingChannel, type Channel, type TracingChannel } from "node:diagnostics_channel";
import { forgetSite, noteSite } from "../capture/call-site.ts";
import { setOrigins, type Origin } from "../origin.ts";
import type { Method } from "./instrumentation.ts";
import { lastOrigin } from "./last-origin.ts";

/** What the messages of all actions have once they are over. */
export interface Outcome {
  result?: unknown;
  error?: unknown;
}

/** A promise, of whatever class. */
export interface Thenable {
  then(fulfilled: (result: unknown) => unknown, rejected: (error: unknown) => unknown): unknown;
}

/** Whether a value is a promise, of whatever class. */
export function isThenable(value: unknown): value is Thenable {
  return typeof value === "object" && value !== null && typeof (value as Partial<Thenable>).then === "function";
}

/** Since Node 26: publishes, and enters the stores of the channel until it is disposed of. */
type ScopedChannel<Message> = Channel<unknown, Message> & {
  readonly withStoreScope?: (message: Message) => Disposable;
};

/**
 * Publishes on a tracing channel of node:diagnostics_channel, in the order that its users expect:
 * `start`, `end` and, for what ends later, `asyncStart` and `asyncEnd`.
 *
 * The methods `traceSync` and `tracePromise` of Node are not used. The first adds frames to the
 * stack of an error, which pushes out those of the application. The second takes native promises.
 */
export class Tracer<Message extends Outcome> {
  readonly #name: string;
  readonly #channel: TracingChannel<unknown, Message>;

  /** @param name of the tracing channel, without "tracing:". */
  constructor(name: string) {
    this.#name = name;
    this.#channel = tracingChannel<unknown, Message>(name);
  }

  /**
   * Whether anything listens. If not, a wrapper calls the original method and does nothing else.
   */
  get isHeard(): boolean {
    return this.#channel.start.hasSubscribers;
  }

  /**
   * Publishes that an action begins. Call it where the application calls its client.
   *
   * @param origin where that was, if it has left the stack.
   */
  begin(message: Message, origin?: Origin): Trace<Message> {
    const start: ScopedChannel<Message> = this.#channel.start;
    noteSite(this.#name);
    setOrigins(origin, lastOrigin());
    const scope = start.withStoreScope?.(message);
    if (scope === undefined) start.publish(message);
    setOrigins();
    forgetSite();
    return new Trace(this.#channel, message, scope);
  }

  /**
   * Publishes that an action begins, and runs it in the stores of the channel. So a listener knows
   * that a statement of the driver is a part of one that a library above it has published.
   */
  run(message: Message, run: (trace: Trace<Message>) => unknown): unknown {
    const trace = new Trace(this.#channel, message);
    noteSite(this.#name);
    setOrigins(lastOrigin());
    return this.#channel.start.runStores(message, () => {
      setOrigins();
      forgetSite();
      try {
        return run(trace);
      } catch (error) {
        trace.throws(error);
        throw error;
      }
    });
  }
}

/** An action that has begun. Its message is the same object in all channels. */
export class Trace<Message extends Outcome> {
  readonly #channel: TracingChannel<unknown, Message>;
  readonly #message: Message;
  readonly #scope: Disposable | undefined;
  #isOver = false;

  constructor(channel: TracingChannel<unknown, Message>, message: Message, scope?: Disposable) {
    this.#channel = channel;
    this.#message = message;
    this.#scope = scope;
  }

  /** The method has returned, and the action is over. */
  returns(outcome: Partial<Message>): void {
    this.#isOver = true;
    Object.assign(this.#message, outcome);
    this.goesOn();
  }

  /** The method has thrown. */
  throws(error: unknown): void {
    this.#isOver = true;
    this.#message.error = error;
    this.#channel.error.publish(this.#message);
    this.goesOn();
  }

  /** The method has returned, and the action goes on. */
  goesOn(): void {
    this.#scope?.[Symbol.dispose]();
    this.#channel.end.publish(this.#message);
  }

  /** The action is over. It does nothing if it was over before. */
  succeeds(outcome: Partial<Message>): void {
    if (this.#isOver) return;
    Object.assign(this.#message, outcome);
    this.#settle(() => {});
  }

  /** The action has failed. It does nothing if it was over before. */
  fails(error: unknown): void {
    if (this.#isOver) return;
    this.#message.error = error;
    this.#settle(() => {});
  }

  /**
   * A promise of the same outcome, which ends the action. The original promise must not be handed
   * on: with our handler on it, Node would not report an error that the application never handles.
   */
  follow(promise: Thenable, describe: (result: unknown) => Partial<Message>): unknown {
    return promise.then(
      (result) => {
        this.succeeds({ ...describe(result), result });
        return result;
      },
      (error: unknown) => {
        this.fails(error);
        throw error;
      },
    );
  }

  /** A callback that ends the action, and then calls the original. */
  followCallback(callback: Method, describe: (result: unknown) => Partial<Message>): Method {
    // oxlint-disable-next-line typescript/no-this-alias -- the callback has a `this` of its own
    const trace = this;
    return function (this: unknown, ...args) {
      const [error, result] = args;
      const call = (): unknown => Reflect.apply(callback, this, args);
      if (trace.#isOver) return call();
      if (error === undefined || error === null) Object.assign(trace.#message, describe(result), { result });
      else trace.#message.error = error;
      return trace.#settle(call);
    };
  }

  /** @param run is called in the stores of the channel: for the request that began the action. */
  #settle(run: () => unknown): unknown {
    this.#isOver = true;
    if (this.#message.error !== undefined) this.#channel.error.publish(this.#message);
    try {
      return this.#channel.asyncStart.runStores(this.#message, run);
    } finally {
      this.#channel.asyncEnd.publish(this.#message);
    }
  }
}
