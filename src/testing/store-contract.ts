import { deepEqual, equal, ok } from "node:assert/strict";
import type { SessionStore } from "../sessions/store/session-store.ts";
import {
  AWKWARD,
  casesOf,
  HOUR,
  inTime,
  newId,
  REAL_TIME,
  together,
  type ContractCase,
  type ContractTime,
} from "./contract-case.ts";

/** Longer than 64 KiB, where some columns cut off. */
const LONG = `{"text":"${"long ".repeat(20_000)}"}`;

/**
 *
 * The contract of SessionStore as a list of cases for any test runner. Each case uses its own ids,
 * so all may run on one store at the same time.
 *
 * @param open Returns the store to be tested. It is called once in each case.
 * @param time How the store's time passes. Default: the machine's clock, with 3 seconds of real
 *   waiting in total.
 * @throws InvalidOptionError if `open` is not a function.
 * @example
 * import { test } from "node:test";
 * import { storeContract } from "latchkey/testing";
 *
 * for (const { name, run } of storeContract(() => new MyStore())) test(name, run);
 */
export function storeContract(
  open: () => SessionStore | Promise<SessionStore>,
  time: ContractTime = REAL_TIME,
): readonly ContractCase[] {
  const later = (): number => time.now() + HOUR;
  return casesOf<SessionStore>(open, {
    "an id that was never written has no payload": async (store) => {
      equal(await store.get(newId()), undefined);
    },
    "a payload is returned as it was saved": async (store) => {
      for (const payload of [AWKWARD, LONG, "{}", ""]) {
        const id = newId();
        equal(await store.set(id, payload, later()), true);
        const found = await store.get(id);
        ok(
          found === payload,
          `A payload of ${payload.length} characters was saved, and the store returned ${found === undefined ? "nothing" : `another one of ${found.length} characters`}.`,
        );
      }
    },
    "ids that differ only in case are two ids": async (store) => {
      const id = newId();
      await store.set(`${id}aa`, "small", later());
      equal(await store.set(`${id}AA`, "big", later()), true);
      deepEqual([await store.get(`${id}aa`), await store.get(`${id}AA`)], ["small", "big"]);
    },
    "a new session does not overwrite an existing one": async (store) => {
      const id = newId();
      await store.set(id, "first", later());
      equal(await store.set(id, "second", later()), false);
      equal(await store.get(id), "first");
    },
    "a payload is replaced only if `replaces` equals it": async (store) => {
      const id = newId();
      await store.set(id, "one", later());
      equal(await store.set(id, "three", later(), { replaces: "two" }), false);
      equal(await store.get(id), "one");
      equal(await store.set(id, "two", later(), { replaces: "one" }), true);
      equal(await store.get(id), "two");
      equal(await store.set(id, "two", later(), { replaces: "two" }), true);
    },
    "an empty payload counts as present, and can be replaced": async (store) => {
      const id = newId();
      equal(await store.set(id, "late", later(), { replaces: "" }), false);
      await store.set(id, "", later());
      equal(await store.set(id, "new", later()), false);
      equal(await store.set(id, "full", later(), { replaces: "" }), true);
      equal(await store.set(id, "", later(), { replaces: "full" }), true);
      equal(await store.get(id), "");
    },
    "a session that does not exist is not replaced": async (store) => {
      const id = newId();
      equal(await store.set(id, "new", later(), { replaces: "old" }), false);
      equal(await store.get(id), undefined);
    },
    "a deleted session is gone, and a late write does not restore it": async (store) => {
      const id = newId();
      await store.set(id, "one", later());
      await store.delete(id);
      equal(await store.get(id), undefined);
      equal(await store.set(id, "two", later(), { replaces: "one" }), false);
      equal(await store.set(id, "one", later(), { replaces: "one" }), false);
      equal(await store.get(id), undefined);
    },
    "deleting a session that does not exist succeeds, and extending it is refused": async (store) => {
      const id = newId();
      await store.delete(id);
      equal(await store.set(id, "payload", later(), { replaces: "payload" }), false);
      equal(await store.get(id), undefined);
    },
    "a deleted session leaves the others alone": async (store) => {
      const [deleted, other] = [newId(), newId()];
      await store.set(deleted, "deleted", later());
      await store.set(other, "other", later());
      await store.delete(deleted);
      equal(await store.get(other), "other");
    },
    "an expired session counts as absent": async (store) => {
      const [written, replaced, shortened] = [newId(), newId(), newId()];
      await store.set(written, "old", time.now() - 1);
      await store.set(replaced, "old", later());
      await store.set(replaced, "older", time.now() - 1, { replaces: "old" });
      await store.set(shortened, "old", later());
      equal(await store.set(shortened, "old", time.now() - 1, { replaces: "old" }), true);
      for (const id of [written, replaced, shortened]) {
        const payload = id === replaced ? "older" : "old";
        equal(await store.get(id), undefined);
        equal(await store.set(id, "late", later(), { replaces: payload }), false);
        equal(await store.set(id, payload, later(), { replaces: payload }), false);
        equal(await store.get(id), undefined);
        equal(await store.set(id, "anew", later()), true);
        equal(await store.get(id), "anew");
      }
    },
    "a session is alive in the second of its expiry": async (store) => {
      await inTime(time, 0, async (end) => {
        const [read, written] = [newId(), newId()];
        await store.set(read, "payload", end);
        await store.set(written, "payload", end);
        const seen = [
          await store.get(read),
          await store.set(read, "new", end),
          await store.set(written, "payload", end, { replaces: "payload" }),
          await store.set(written, "next", end, { replaces: "payload" }),
          await store.get(written),
        ];
        return () => deepEqual(seen, ["payload", false, true, true, "next"]);
      });
    },
    "a session ends after the second of its expiry, unless it was extended or saved": async (store) => {
      await inTime(time, 2, async (end) => {
        const [left, extended, saved, shortened] = [newId(), newId(), newId(), newId()];
        await Promise.all([left, extended, saved].map(async (id) => await store.set(id, "payload", end)));
        await store.set(shortened, "payload", later());
        const written = [
          await store.set(extended, "payload", later(), { replaces: "payload" }),
          await store.set(saved, "new", later(), { replaces: "payload" }),
          await store.set(shortened, "payload", end, { replaces: "payload" }),
        ];
        return async () => {
          deepEqual(written, [true, true, true]);
          await time.pass(3);
          const found = await Promise.all([left, extended, saved, shortened].map(async (id) => await store.get(id)));
          deepEqual(found, [undefined, "payload", "new", undefined]);
        };
      });
    },
    "a session is extended only if `replaces` equals its payload": async (store) => {
      const id = newId();
      await store.set(id, "one", later());
      equal(await store.set(id, "one", later() + HOUR, { replaces: "one" }), true);
      equal(await store.get(id), "one");
      equal(await store.set(id, "two", later(), { replaces: "one" }), true);
      equal(await store.set(id, "one", later(), { replaces: "one" }), false);
      equal(await store.get(id), "two");
    },
    "a session may last 400 days": async (store) => {
      const id = newId();
      await store.set(id, "long", time.now() + 400 * 24 * HOUR);
      equal(await store.get(id), "long");
    },
    "of many parallel writes of one new id, one succeeds": async (store) => {
      const id = newId();
      const results = await together(30, async (number) => await store.set(id, `by ${number}`, later()));
      equal(results.filter(Boolean).length, 1);
      equal(await store.get(id), `by ${results.indexOf(true)}`);
    },
    "of many parallel writes that replace one payload, one succeeds": async (store) => {
      const id = newId();
      await store.set(id, "before", later());
      const results = await together(
        30,
        async (number) => await store.set(id, `by ${number}`, later(), { replaces: "before" }),
      );
      equal(results.filter(Boolean).length, 1);
      equal(await store.get(id), `by ${results.indexOf(true)}`);
    },
    "parallel writers that read again after a refusal lose nothing": async (store) => {
      const id = newId();
      await store.set(id, "0", later());
      await together(10, async () => {
        for (;;) {
          const seen = await store.get(id);
          ok(seen !== undefined);
          if (await store.set(id, String(Number(seen) + 1), later(), { replaces: seen })) return;
        }
      });
      equal(await store.get(id), "10");
    },
    "a session deleted among parallel writes stays deleted": async (store) => {
      const id = newId();
      await store.set(id, "0", later());
      await Promise.all([
        together(10, async (number) => {
          const seen = await store.get(id);
          if (seen === undefined) return;
          await store.set(id, seen, later(), { replaces: seen });
          await store.set(id, String(number), later(), { replaces: seen });
        }),
        store.delete(id),
      ]);
      equal(await store.get(id), undefined);
    },
  });
}
