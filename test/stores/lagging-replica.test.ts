import { Redis } from "ioredis";
import { SessionManager } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { RedisStore } from "latchkey/stores/redis";
import { describe, expect, onTestFinished, test } from "vitest";
import { CutProxy } from "../histories/cut-proxy.ts";
import { RoamingVisitor } from "../support/roaming-visitor.ts";
import { redisPrograms, startRedis, type Service } from "../support/services.ts";

/*
 * A primary is killed while its replica lags behind, and the replica takes over. What docs/scale.md
 * says of it: which promises still hold.
 */
interface Data {
  cart: string;
}

const keys = generateSecretKey();

class Browser extends RoamingVisitor<Data> {
  /** The user and the cart, as the next request finds them. */
  async sees(manager: SessionManager<Data>): Promise<readonly [string | undefined, string | undefined]> {
    const { subject, data } = await manager.load(this.jar.header);
    return [subject, data.cart];
  }
}

async function managerOn({
  port,
}: Service): Promise<{ readonly manager: SessionManager<Data>; readonly redis: Redis }> {
  const redis = new Redis(port, "127.0.0.1", { maxRetriesPerRequest: 0 });
  redis.on("error", () => undefined);
  onTestFinished(() => redis.disconnect());
  await redis.ping();
  return { manager: new SessionManager<Data>({ keys, store: new RedisStore(redis) }), redis };
}

describe.skipIf(redisPrograms === undefined)("a replica that lags when its primary is killed", () => {
  test(
    "loses what was acknowledged last, and opens no visitor's session to another",
    { timeout: 300_000 },
    async () => {
      const [primary, replica] = await Promise.all([startRedis(), startRedis()]);
      onTestFinished(async () => void (await Promise.all([primary.stop(), replica.stop()])));
      const way = await new CutProxy(primary.port).start();
      onTestFinished(async () => await way.stop());
      const [before, after] = [await managerOn(primary), await managerOn(replica)];
      await after.redis.replicaof("127.0.0.1", way.port);

      const [changes, logsOut, logsIn, stays] = [new Browser(), new Browser(), new Browser(), new Browser()];
      for (const [name, browser] of Object.entries({ changes, logsOut, stays }))
        await browser.visit(before.manager, (session) => {
          session.login(name);
          session.data.cart = "old";
        });
      const replicated = async (): Promise<boolean> => (await before.redis.dbsize()) === (await after.redis.dbsize());
      await expect.poll(replicated, { timeout: 60_000 }).toBe(true);
      await expect
        .poll(async () => await after.redis.info("replication"), { timeout: 60_000 })
        .toContain("master_link_status:up");

      way.hold();
      await changes.visit(before.manager, (session) => (session.data.cart = "new"));
      const copy = new Browser();
      copy.jar.take([`${logsOut.jar.header!}; Path=/; Secure`]);
      await logsOut.visit(before.manager, (session) => session.logout());
      await logsIn.visit(before.manager, (session) => session.login("logsIn"));
      expect(await copy.sees(before.manager)).toEqual([undefined, undefined]);
      await primary.kill("SIGKILL");
      await after.redis.replicaof("NO", "ONE");

      // A visitor who was not there at the moment notices nothing.
      expect(await stays.sees(after.manager)).toEqual(["stays", "old"]);
      // "no acknowledged write is lost" does not hold.
      expect(await changes.sees(after.manager)).toEqual(["changes", "old"]);
      // "an acknowledged login is found by the next request of that browser" does not hold: the
      // visitor is anonymous, and in no other visitor's session.
      expect(await logsIn.sees(after.manager)).toEqual([undefined, undefined]);
      // "an acknowledged logout never comes back" does not hold for a copy of the cookie. The
      // browser itself has none any more.
      expect(await copy.sees(after.manager)).toEqual(["logsOut", "old"]);
      expect(logsOut.jar.header).toBeUndefined();
      // And what comes afterwards is kept again.
      await changes.visit(after.manager, (session) => (session.data.cart = "newer"));
      expect(await changes.sees(after.manager)).toEqual(["changes", "newer"]);
    },
  );
});
