import { once } from "node:events";
import { createConnection, createServer, type AddressInfo, type Socket } from "node:net";
import { Redis } from "ioredis";
import { RedisStore } from "latchkey/stores/redis";
import { createClient } from "redis";
import { describe, expect, onTestFinished, test } from "vitest";
import { redisPrograms, startRedis, type Service } from "../support/services.ts";

/*
 * A failover without Sentinel, as hosted Redis servers do it: one address, which leads new
 * connections to the new primary, while open connections stay with the old one. That one is a
 * replica now: it reads, and refuses every write.
 */
const END = 4_000_000_000;

interface Address {
  readonly port: number;
  /** Makes the second server the primary, and leads new connections to it. */
  readonly failOver: () => Promise<void>;
}

/** An address before two servers, the second of which is a replica of the first. */
async function openAddress(): Promise<Address> {
  const [first, second] = await Promise.all([startRedis(), startRedis()]);
  onTestFinished(async () => void (await Promise.all([first, second].map(async (server) => await server.stop()))));
  const ask = async ({ port }: Service, ...command: [string, ...string[]]): Promise<string> => {
    const redis = new Redis(port, "127.0.0.1");
    try {
      return String(await redis.call(...command));
    } finally {
      redis.disconnect();
    }
  };
  const follow = async (server: Service, primary: Service): Promise<void> => {
    await ask(server, "REPLICAOF", "127.0.0.1", String(primary.port));
    await expect
      .poll(async () => await ask(server, "INFO", "replication"), { timeout: 60_000 })
      .toContain("master_link_status:up");
  };
  await follow(second, first);
  let primary = first;
  const sockets = new Set<Socket>();
  const address = createServer((socket) => {
    const server = createConnection({ port: primary.port, host: "127.0.0.1" });
    for (const end of [socket, server]) {
      sockets.add(end);
      end.on("error", () => {}).on("close", () => [socket, server].forEach((other) => other.destroy()));
    }
    socket.pipe(server).pipe(socket);
  }).listen(0, "127.0.0.1");
  await once(address, "listening");
  onTestFinished(() => {
    address.close();
    for (const socket of sockets) socket.destroy();
  });
  return {
    port: (address.address() as AddressInfo).port,
    failOver: async () => {
      await expect.poll(async () => await ask(second, "EXISTS", "latchkey:session:id"), { timeout: 60_000 }).toBe("1");
      await ask(second, "REPLICAOF", "NO", "ONE");
      primary = second;
      await follow(first, second);
    },
  };
}

describe.skipIf(redisPrograms === undefined)("S9: a failover without Sentinel", () => {
  const writes = async (store: RedisStore): Promise<string> =>
    await store.set("id", "payload", END, { replaces: "payload" }).then(String, (error: unknown) => String(error));

  test("S9: without the setting, reads go on and writes are refused", async () => {
    const { port, failOver } = await openAddress();
    const client = new Redis(port, "127.0.0.1", { maxRetriesPerRequest: 0 });
    onTestFinished(() => client.disconnect());
    const store = new RedisStore(client);
    await store.set("id", "payload", END);
    await failOver();
    for (let attempt = 0; attempt < 3; attempt++) expect(await writes(store)).toContain("READONLY");
    await expect(store.delete("id")).rejects.toThrow(/READONLY/);
    await expect(store.set("new", "payload", END, { subject: "ada" })).rejects.toThrow(/READONLY/);
    expect(await store.get("id")).toBe("payload");
  });

  test("S9: with reconnectOnError, ioredis goes to the new primary", async () => {
    const { port, failOver } = await openAddress();
    const client = new Redis(port, "127.0.0.1", {
      maxRetriesPerRequest: 0,
      reconnectOnError: (error) => error.message.includes("READONLY"),
    });
    client.on("error", () => {});
    onTestFinished(() => client.disconnect());
    const store = new RedisStore(client);
    await store.set("id", "payload", END);
    await failOver();
    expect(await writes(store)).toContain("READONLY");
    await expect.poll(async () => await writes(store)).toBe("true");
    await store.delete("id");
    expect(await store.get("id")).toBeUndefined();
  });

  test("S9: with the code of docs/stores-redis.md, the client redis goes to the new primary", async () => {
    const { port, failOver } = await openAddress();
    const client = createClient({ url: `redis://127.0.0.1:${port}`, disableOfflineQueue: true });
    client.on("error", () => {});
    await client.connect();
    onTestFinished(() => client.destroy());
    const store = new RedisStore({
      hGet: async (key: string, field: string) => await client.hGet(key, field),
      eval: async (script: string, options: { keys: string[]; arguments: string[] }) => {
        try {
          return await client.eval(script, options);
        } catch (error) {
          if (String(error).includes("READONLY") && client.isReady) {
            client.destroy();
            await client.connect();
          }
          throw error;
        }
      },
    });
    await store.set("id", "payload", END);
    await failOver();
    // Many at once: one of them reconnects.
    const refused = await Promise.all(Array.from({ length: 20 }, async () => await writes(store)));
    expect(refused.every((answer) => answer !== "true")).toBe(true);
    await expect.poll(async () => await writes(store)).toBe("true");
    await store.delete("id");
    expect(await store.get("id")).toBeUndefined();
  });
});
