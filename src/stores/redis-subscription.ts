import { InvalidOptionError } from "../errors.ts";
import { isIoredisCluster, withIoredisCluster } from "./redis-cluster-subscription.ts";
import type { Subscribe } from "./redis-subscribe.ts";
import { hasMethods, wrongClient } from "./wrong-argument.ts";

/**
 * The methods that are used of a second client of the package `redis`, for the option `subscriber`.
 */
export interface NodeRedisSubscriber {
  subscribe(channel: string, listener: (message: string) => void): Promise<unknown>;
  unsubscribe(channel: string, ...listener: never[]): Promise<unknown>;
  pSubscribe(pattern: string, listener: (message: string) => void): Promise<unknown>;
  on(event: string, listener: () => void): unknown;
  off(event: string, listener: () => void): unknown;
}

/** The methods that are used of a second client of the package `ioredis`. */
export interface IoredisSubscriber {
  subscribe(channel: string): Promise<unknown>;
  unsubscribe(channel: string): Promise<unknown>;
  psubscribe(pattern: string): Promise<unknown>;
  on(event: "message", listener: (channel: string, message: string) => void): unknown;
  on(event: "ready", listener: () => void): unknown;
  off(event: string, listener: (channel: string, message: string) => void): unknown;
}

/**
 * The events after which a client of `redis` has subscribed anew, or is about to: of a client, of a
 * Cluster, and of a Sentinel.
 */
const RECONNECTED = ["ready", "node-ready", "topology-change"];

/**
 * How to subscribe with a client.
 *
 * @param client the store's other client: a connection that subscribes takes no other commands.
 * @throws InvalidOptionError for what cannot subscribe, and for the same client twice.
 */
export function subscriptionOf(subscriber: NodeRedisSubscriber | IoredisSubscriber, client: unknown): Subscribe {
  if (subscriber === client)
    throw new InvalidOptionError(
      "The option subscriber of RedisStore must be a second client: a connection that subscribes takes hardly any other command. Fix: subscriber: await client.duplicate().connect(), and with ioredis client.duplicate().",
    );
  if (isNodeRedis(subscriber)) return withNodeRedis(subscriber);
  if (isIoredisCluster(subscriber)) return withIoredisCluster(subscriber);
  if (isIoredis(subscriber)) return withIoredis(subscriber);
  throw wrongClient(
    "The option subscriber of RedisStore needs a client of the package redis or ioredis.",
    subscriber,
    "subscriber: await client.duplicate().connect(), and with ioredis client.duplicate().",
  );
}

/** It subscribes again by itself when it has reconnected, before it says `ready`. */
function withNodeRedis(subscriber: NodeRedisSubscriber): Subscribe {
  return async (channel, { heard, missed }) => {
    const listener = (message: string): void => heard(message);
    await subscriber.subscribe(channel, listener);
    for (const event of RECONNECTED) subscriber.on(event, missed);
    return async () => {
      for (const event of RECONNECTED) subscriber.off(event, missed);
      // Their overloads of text and bytes fit no simpler type.
      await subscriber.unsubscribe(channel, listener as never);
    };
  };
}

/**
 * It subscribes again by itself too, but says `ready` before. So it is asked once more: the answer
 * comes after that of its own subscription.
 */
function withIoredis(subscriber: IoredisSubscriber): Subscribe {
  /** Several managers may listen on one channel of one client, and the last one unsubscribes. */
  const counts = new Map<string, number>();
  return async (channel, { heard, missed }) => {
    const listener = (from: string, message: string): void => {
      if (from === channel) heard(message);
    };
    const again = (): void => {
      // If it fails, the connection was lost once more, and the next `ready` follows.
      subscriber.subscribe(channel).then(missed, () => undefined);
    };
    // Before the answer: one who stops meanwhile must not unsubscribe for this one as well.
    counts.set(channel, (counts.get(channel) ?? 0) + 1);
    try {
      await subscriber.subscribe(channel);
    } catch (error) {
      counts.set(channel, counts.get(channel)! - 1);
      throw error;
    }
    subscriber.on("message", listener);
    subscriber.on("ready", again);
    return async () => {
      subscriber.off("message", listener);
      subscriber.off("ready", again);
      const left = (counts.get(channel) ?? 1) - 1;
      counts.set(channel, left);
      if (left === 0) await subscriber.unsubscribe(channel);
    };
  };
}

function isNodeRedis(client: NodeRedisSubscriber | IoredisSubscriber): client is NodeRedisSubscriber {
  return hasMethods(client, "subscribe", "unsubscribe", "pSubscribe", "on", "off");
}

function isIoredis(client: NodeRedisSubscriber | IoredisSubscriber): client is IoredisSubscriber {
  return hasMethods(client, "subscribe", "unsubscribe", "psubscribe", "on", "off");
}
