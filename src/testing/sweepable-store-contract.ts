import { deepEqual, equal } from "node:assert/strict";
import type { SweepableStore } from "../sessions/store/session-store.ts";
import { casesOf, HOUR, inTime, newId, REAL_TIME, type ContractCase, type ContractTime } from "./contract-case.ts";

/**
 * The additional rules of SweepableStore, beyond those of SessionStore, as a list of cases for any
 * test runner.
 *
 * @param open Returns the store to be tested. It is called once in each case. Nothing else may
 *   sweep the store meanwhile.
 * @param time How the store's time passes. Default: the machine's clock.
 * @throws InvalidOptionError if `open` is not a function.
 * @example
 * for (const { name, run } of sweepableStoreContract(() => new MyStore())) test(name, run);
 */
export function sweepableStoreContract(
  open: () => SweepableStore | Promise<SweepableStore>,
  time: ContractTime = REAL_TIME,
): readonly ContractCase[] {
  return casesOf<SweepableStore>(open, {
    "a sweep removes expired sessions, at most `limit` at a time, and no others": async (store) => {
      // A session in the second of its expiry is alive.
      await inTime(time, 0, async (end) => {
        const id = newId();
        await store.set(id, "payload", end);
        while ((await store.deleteExpired()) > 0);
        const found = await store.get(id);
        return () => equal(found, "payload");
      });
      await time.pass(1);
      while ((await store.deleteExpired()) > 0);
      const alive = newId();
      await store.set(alive, "alive", time.now() + HOUR);
      const expired = Array.from({ length: 5 }, newId);
      for (const id of expired) await store.set(id, "old", time.now() - 1);
      deepEqual(
        [
          await store.deleteExpired(2),
          await store.deleteExpired(2),
          await store.deleteExpired(2),
          await store.deleteExpired(2),
        ],
        [2, 2, 1, 0],
      );
      equal(await store.get(alive), "alive");
      for (const id of expired) equal(await store.get(id), undefined);
    },
  });
}
