import { RedisStore } from "latchkey/stores/redis";
import { createClient } from "redis";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { unixNow } from "../../src/clock.ts";
import { redisPrograms, startRedis, type Service } from "../support/services.ts";

/*
 * While there is no connection, a command waits for one. It must not wait for ever: an old write
 * would reach Redis after its request was answered with an error.
 */
describe.skipIf(redisPrograms === undefined)("commands of RedisStore that wait for a connection", () => {
  let server: Service;
  beforeAll(async () => void (server = await startRedis()));
  afterAll(async () => await server.stop());

  async function connect(commandOptions?: { timeout: number }) {
    const client = createClient({ url: `redis://127.0.0.1:${server.port}`, ...(commandOptions && { commandOptions }) });
    client.on("error", () => {});
    await client.connect();
    onTestFinished(() => client.destroy());
    return client;
  }

  async function cut(client: { readonly isReady: boolean }): Promise<void> {
    await server.kill();
    await expect.poll(() => client.isReady).toBe(false);
  }

  test("are given up, and not sent when Redis is back", async () => {
    const client = await connect();
    const store = new RedisStore(client);
    const until = unixNow() + 100;
    expect(await store.set("before", "text", until)).toBe(true);
    await cut(client);
    await expect(store.set("meanwhile", "text", until)).rejects.toThrow();
    await server.start();
    await expect.poll(() => client.isReady).toBe(true);
    expect(await store.set("after", "text", until)).toBe(true);
    expect([await store.get("meanwhile"), await store.get("after")]).toEqual([undefined, "text"]);
  });

  test("are given up after the time that the application has set", async () => {
    const client = await connect({ timeout: 20 });
    const store = new RedisStore(client);
    expect(await store.get("nothing")).toBeUndefined();
    await cut(client);
    const made = vi.spyOn(AbortSignal, "timeout");
    onTestFinished(() => made.mockRestore());
    await expect(store.get("nothing")).rejects.toThrow();
    expect(made.mock.calls).toEqual([[20]]);
    await server.start();
    await expect.poll(() => client.isReady).toBe(true);
  });

  test("share one signal for a second, and many may wait without a warning", async () => {
    const client = await connect();
    const store = new RedisStore(client);
    const warnings: Error[] = [];
    const collect = (warning: Error): void => void warnings.push(warning);
    process.on("warning", collect);
    onTestFinished(() => void process.off("warning", collect));
    const made = vi.spyOn(AbortSignal, "timeout");
    onTestFinished(() => made.mockRestore());
    const started = performance.now();
    for (let round = 0; round < 20; round++)
      await Promise.all(Array.from({ length: 50 }, async (_, n) => await store.get(`some ${n}`)));
    const seconds = (performance.now() - started) / 1000;
    expect(made.mock.calls.length).toBeLessThanOrEqual(Math.ceil(seconds) + 1);

    await cut(client);
    const waiting = Array.from({ length: 100 }, async (_, n) => await store.get(`some ${n}`));
    await server.start();
    // On a slow machine some are given up before Redis is back.
    await Promise.allSettled(waiting);
    expect(warnings.filter(({ name }) => name === "MaxListenersExceededWarning")).toEqual([]);
  });
});
