import { once } from "node:events";
import { Cluster, Redis } from "ioredis";
import { SessionManager, type Session, type SessionEnded } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { RedisStore, type RedisStoreOptions } from "latchkey/stores/redis";
import { createCluster } from "redis";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { redisPrograms, startRedisCluster, type RedisCluster, type Service } from "../support/services.ts";

/*
 * The subscriber's node of a Cluster stops, is killed, or cuts the connection. In each case a
 * session that ends meanwhile is told, and messages are heard again afterwards.
 */
const WAIT = { timeout: 120_000, interval: 100 };
const keys = generateSecretKey();
const prefix = "latchkey:";

/** A session that somebody listens to, and what was heard. */
interface Listened {
  readonly id: string;
  readonly heard: SessionEnded[];
}

describe.skipIf(redisPrograms === undefined)("a subscriber on a Cluster", { timeout: 300_000 }, () => {
  let cluster: RedisCluster;
  beforeAll(async () => void (cluster = await startRedisCluster()), 300_000);
  afterAll(async () => await cluster.stop(), 300_000);

  async function ask(node: Service, ...command: [string, ...string[]]): Promise<unknown> {
    const redis = new Redis(node.port, "127.0.0.1", { commandTimeout: 2000 });
    redis.on("error", () => undefined);
    try {
      return await redis.call(...command);
    } finally {
      redis.disconnect();
    }
  }

  /** The nodes that somebody subscribes on. */
  async function listening(): Promise<readonly Service[]> {
    const counts = await Promise.all(
      cluster.nodes.map(async (node) => {
        const answer = (await ask(node, "PUBSUB", "NUMSUB", `${prefix}ends`).catch(() => ["", 0])) as [string, number];
        return answer[1];
      }),
    );
    return cluster.nodes.filter((_, at) => counts[at]! > 0);
  }

  const addresses = (): { port: number; host: string }[] =>
    cluster.nodes.map(({ port }) => ({ port, host: "127.0.0.1" }));

  async function openManager(kind: string): Promise<SessionManager> {
    const client = new Cluster(addresses());
    client.on("error", () => undefined);
    // A Cluster that has not connected yet may ask the very node that is stopped for the others.
    await client.ping();
    let subscriber: RedisStoreOptions["subscriber"];
    if (kind === "ioredis") {
      const own = client.duplicate();
      own.on("error", () => undefined);
      onTestFinished(() => own.disconnect());
      subscriber = own;
    } else {
      const own = createCluster({ rootNodes: addresses().map(({ port }) => ({ url: `redis://127.0.0.1:${port}` })) });
      own.on("error", () => undefined);
      await own.connect();
      onTestFinished(() => own.destroy());
      subscriber = own;
    }
    onTestFinished(() => client.disconnect());
    return new SessionManager({ keys, store: new RedisStore(client, { prefix, subscriber }) });
  }

  /** Logs in, until neither the session nor its user is on this primary, and listens. */
  async function listen(manager: SessionManager, spared?: Service): Promise<Listened> {
    for (let turn = 0; ; turn++) {
      const subject = `user ${turn}`;
      const session: Session = await manager.load(undefined);
      session.login(subject);
      const [, line] = (await manager.commit(session)).find(([name]) => name === "Set-Cookie")!;
      const loaded = await manager.load(line.split(";")[0]!);
      const id = loaded.id!;
      const places = await Promise.all([
        cluster.primaryOf(`${prefix}session:${id}`),
        cluster.primaryOf(`${prefix}subject:${subject}`),
      ]);
      if (spared !== undefined && places.includes(spared)) continue;
      const heard: SessionEnded[] = [];
      const stop = manager.onEnd(loaded, (ended) => void heard.push(ended));
      onTestFinished(stop);
      return { id, heard };
    }
  }

  const STOPS: Readonly<Record<string, (node: Service) => Promise<() => Promise<unknown>>>> = {
    "has stopped": async (node) => {
      node.signal("SIGSTOP");
      return await Promise.resolve(async () => await Promise.resolve(node.signal("SIGCONT")));
    },
    "was killed": async (node) => {
      await node.kill("SIGKILL");
      return async () => await node.start();
    },
    "has cut the connection": async (node) => {
      await ask(node, "CLIENT", "KILL", "TYPE", "pubsub");
      return async () => await Promise.resolve();
    },
  };

  test.each([
    ["ioredis", "has stopped"],
    ["ioredis", "was killed"],
    ["ioredis", "has cut the connection"],
    ["redis", "has stopped"],
  ])("of %s tells of what ended while its node %s", async (kind, what) => {
    await expect.poll(async () => await cluster.isWhole(), WAIT).toBe(true);
    const manager = await openManager(kind);
    // By this one the subscription begins.
    await listen(manager);
    await expect.poll(async () => (await listening()).length, WAIT).toBe(1);
    const [node] = await listening();
    const meanwhile = await listen(manager, node);
    const teller = await openManager("ioredis");

    const goOn = await STOPS[what]!(node!);
    try {
      await teller.revoke(meanwhile.id);
      await expect
        .poll(() => meanwhile.heard.map(({ reason }) => reason), WAIT)
        .toEqual([expect.stringMatching(/^(?:gone|revoked)$/)]);
    } finally {
      await goOn();
    }
    await expect.poll(async () => await cluster.isWhole(), WAIT).toBe(true);
    // "gone" is what the store says: one that is told as "revoked" was told by a message.
    const afterwards = async (): Promise<string> => {
      const { id, heard } = await listen(manager);
      await teller.revoke(id);
      await expect.poll(() => heard, WAIT).toHaveLength(1);
      return heard[0]!.reason;
    };
    await expect.poll(afterwards, { timeout: 240_000, interval: 500 }).toBe("revoked");
  });

  test("closes its connection when nobody listens, and when the Cluster of ioredis is closed", async () => {
    await expect.poll(async () => await cluster.isWhole(), WAIT).toBe(true);
    const [client, subscriber] = [new Cluster(addresses()), new Cluster(addresses())];
    onTestFinished(() => [client, subscriber].forEach((each) => each.disconnect()));
    const store = new RedisStore(client, { prefix, subscriber });
    const calls: string[] = [];
    const listener = { heard: () => undefined, missed: () => undefined, lost: () => void calls.push("lost") };
    const unlisten = await store.listen(listener)!;
    await expect.poll(async () => (await listening()).length, WAIT).toBe(1);
    await unlisten();
    await expect.poll(async () => (await listening()).length, WAIT).toBe(0);
    expect(calls).toEqual([]);

    await store.listen(listener);
    await expect.poll(async () => (await listening()).length, WAIT).toBe(1);
    const ended = once(subscriber, "end");
    subscriber.disconnect();
    await ended;
    await expect.poll(async () => (await listening()).length, WAIT).toBe(0);
    await expect.poll(() => calls, WAIT).toEqual(["lost"]);
    await expect(store.listen(listener)).rejects.toThrow("was closed, or cannot connect");
  });
});
