import { Redis } from "ioredis";
import { RedisStore } from "latchkey/stores/redis";
import { createClient } from "redis";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { ANNOUNCING, INDEXED, storeSuite } from "../contracts/store-suite.ts";
import { latchkeyOn } from "../support/mounts.ts";
import { AT_ONCE, race, staysLoggedOut } from "../support/race.ts";
import { startRedis, valkeyProgram, type Service } from "../support/services.ts";

const PARTS = { ...INDEXED, ...ANNOUNCING };

describe.skipIf(valkeyProgram === undefined)("RedisStore on Valkey", { timeout: 120_000 }, () => {
  let server: Service;
  beforeAll(async () => void (server = await startRedis({ program: valkeyProgram! })), 120_000);
  afterAll(async () => await server.stop());

  test("the server is a Valkey", async () => {
    const client = new Redis(server.port, "127.0.0.1");
    onTestFinished(() => client.disconnect());
    expect(await client.info("server")).toMatch(/^server_name:valkey/m);
  });

  storeSuite("with redis", PARTS, async () => {
    const client = await createClient({ url: `redis://127.0.0.1:${server.port}` }).connect();
    const subscriber = await client.duplicate().connect();
    const store = new RedisStore(client, { prefix: "node-redis:", subscriber });
    return { store, close: () => [client, subscriber].forEach((each) => each.destroy()) };
  });
  storeSuite("with ioredis", PARTS, () => {
    const client = new Redis(server.port, "127.0.0.1", { keyPrefix: "application:" });
    const subscriber = client.duplicate();
    const store = new RedisStore(client, { subscriber });
    return { store, close: () => [client, subscriber].forEach((each) => each.disconnect()) };
  });

  test(`T14: ${AT_ONCE} requests at once lose no key and no increment, and a logout stays a logout`, async () => {
    const client = await createClient({ url: `redis://127.0.0.1:${server.port}` }).connect();
    onTestFinished(() => client.destroy());
    const mount = latchkeyOn(new RedisStore(client, { prefix: "race:" }), 8);
    expect(await race(mount)).toEqual({ answered: AT_ONCE, lostKeys: 0, lostIncrements: 0 });
    expect(await staysLoggedOut(mount)).toBe(true);
  });
});
