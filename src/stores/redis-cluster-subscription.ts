import { lateModule } from "../late-module.ts";
import { hasMethods } from "./wrong-argument.ts";
import type { Subscribe } from "./redis-subscribe.ts";

const timers = lateModule("node:timers/promises");

/** The methods that are used of a `Cluster` of ioredis as a subscriber. */
export interface IoredisCluster {
  readonly isCluster: true;
  nodes(): readonly IoredisNode[];
  ping(): Promise<unknown>;
  on(event: "end", listener: () => void): unknown;
  off(event: "end", listener: () => void): unknown;
}

interface IoredisNode {
  duplicate(options: object): IoredisConnection;
}

interface IoredisConnection {
  subscribe(channel: string): Promise<unknown>;
  on(event: string, listener: (channel: string, message: string) => void): unknown;
  off(event: string, listener: (channel: string, message: string) => void): unknown;
  disconnect(): void;
}

/** Milliseconds that a node may take for an answer. */
const LONGEST_ANSWER = 5000;

export function isIoredisCluster(client: unknown): client is IoredisCluster {
  return hasMethods(client, "nodes", "ping", "on", "off") && (client as { isCluster?: unknown }).isCluster === true;
}

/**
 * A `Cluster` has one hidden connection for all its subscriptions. It takes another one where that
 * is cut, tells nobody, and gives up where subscribing again fails. So here a connection of one of
 * its nodes is made, with its settings: its end is told. It is closed when nobody listens any more,
 * and with the `Cluster`.
 */
export function withIoredisCluster(cluster: IoredisCluster): Subscribe {
  /** The node that failed or was lost: it may have stopped. */
  let avoided: IoredisNode | undefined;
  return async (channel, { heard, lost }) => {
    // A Cluster that is not connected yet knows no nodes. One that was closed never answers.
    if (cluster.nodes().length === 0)
      await Promise.race([
        cluster.ping().catch(() => undefined),
        timers().setTimeout(LONGEST_ANSWER, undefined, { ref: false }),
      ]);
    const nodes = cluster.nodes();
    const others = nodes.filter((node) => node !== avoided);
    const [node] = (others.length === 0 ? nodes : others).toSorted(() => Math.random() - 0.5);
    if (node === undefined) throw new Error("The Cluster given as subscriber was closed, or cannot connect.");
    avoided = node;
    const connection = node.duplicate({
      lazyConnect: false,
      retryStrategy: null,
      enableReadyCheck: false,
      autoResubscribe: false,
    });
    // An error of a connection is followed by its end.
    connection.on("error", () => undefined);
    const close = (): void => connection.disconnect();
    cluster.on("end", close);
    const timer = setTimeout(close, LONGEST_ANSWER);
    try {
      await connection.subscribe(channel);
    } catch (error) {
      cluster.off("end", close);
      close();
      throw error;
    } finally {
      clearTimeout(timer);
    }
    const listener = (from: string, message: string): void => {
      if (from === channel) heard(message);
    };
    connection.on("message", listener);
    connection.on("end", lost);
    return async () => {
      // What has arrived already may be read after this.
      connection.off("message", listener);
      connection.off("end", lost);
      cluster.off("end", close);
      close();
      await Promise.resolve();
    };
  };
}
