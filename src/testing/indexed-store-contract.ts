import { deepEqual, equal } from "node:assert/strict";
import type { IndexedStore, StoredSession } from "../sessions/store/session-store.ts";
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

/**
 * The additional rules of IndexedStore, beyond those of SessionStore, as a list of cases for any
 * test runner.
 *
 * @param open Returns the store to be tested. It is called once in each case.
 * @param time How the store's time passes. Default: the machine's clock, with 3 seconds of real
 *   waiting.
 * @throws InvalidOptionError if `open` is not a function.
 * @example
 * for (const { name, run } of indexedStoreContract(() => new MyStore())) test(name, run);
 */
export function indexedStoreContract(
  open: () => IndexedStore | Promise<IndexedStore>,
  time: ContractTime = REAL_TIME,
): readonly ContractCase[] {
  const later = (): number => time.now() + HOUR;
  return casesOf<IndexedStore>(open, {
    "a subject without sessions has an empty list, and nothing to delete": async (store) => {
      const subject = newId();
      deepEqual(await store.listBySubject(subject), []);
      equal(await store.deleteBySubject(subject), 0);
    },
    "the list of a subject shows all its sessions as they are, and no others": async (store) => {
      const [ada, one, two, end] = [newId(), newId(), newId(), later()];
      await store.set(one, AWKWARD, end, { subject: ada });
      await store.set(two, "two", end, { subject: ada });
      await store.set(newId(), "other", end, { subject: `${ada}2` });
      await store.set(newId(), "without a subject", end);
      const sessions = [
        { id: one, payload: AWKWARD, expiresAt: end },
        { id: two, payload: "two", expiresAt: end },
      ];
      deepEqual(await listOf(store, ada), sessions.sort(byId));
    },
    "the list shows what was saved last, and to when it was extended": async (store) => {
      const [ada, id, end] = [newId(), newId(), later()];
      await store.set(id, "one", end, { subject: ada });
      await store.set(id, "two", end + 1, { replaces: "one", subject: ada });
      deepEqual(await listOf(store, ada), [{ id, payload: "two", expiresAt: end + 1 }]);
      for (const expiresAt of [end + 5, end + 100 * HOUR, end]) {
        equal(await store.set(id, "two", expiresAt, { replaces: "two", subject: ada }), true);
        deepEqual(await listOf(store, ada), [{ id, payload: "two", expiresAt }]);
      }
    },
    "expired and deleted sessions are in no list": async (store) => {
      const [ada, expired, shortened, deleted] = [newId(), newId(), newId(), newId()];
      await store.set(expired, "expired", time.now() - 1, { subject: ada });
      await store.set(shortened, "payload", later(), { subject: ada });
      await store.set(shortened, "payload", time.now() - 1, { replaces: "payload", subject: ada });
      await store.set(deleted, "deleted", later(), { subject: ada });
      await store.delete(deleted);
      deepEqual(await store.listBySubject(ada), []);
      equal(await store.deleteBySubject(ada), 0);
    },
    "a session in the second of its expiry is in the list, and is deleted with the others": async (store) => {
      await inTime(time, 0, async (end) => {
        const [ada, id] = [newId(), newId()];
        await store.set(id, "payload", end, { subject: ada });
        const seen = [await listOf(store, ada), await store.deleteBySubject(ada), await store.get(id)];
        return () => deepEqual(seen, [[{ id, payload: "payload", expiresAt: end }], 1, undefined]);
      });
    },
    "a session that is extended many times stays in the list": async (store) => {
      await inTime(time, 2, async (end) => {
        const [ada, id] = [newId(), newId()];
        await store.set(id, "payload", end, { subject: ada });
        const first = await store.set(id, "payload", later(), { replaces: "payload", subject: ada });
        return async () => {
          equal(first, true);
          for (let hours = 2; hours <= 1024; hours *= 2) {
            equal(
              await store.set(id, "payload", time.now() + hours * HOUR, { replaces: "payload", subject: ada }),
              true,
            );
          }
          await time.pass(3);
          deepEqual(await idsOf(store, ada), [id]);
          equal(await store.deleteBySubject(ada), 1);
          equal(await store.set(id, "payload", later(), { replaces: "payload", subject: ada }), false);
          deepEqual(await idsOf(store, ada), []);
        };
      });
    },
    "a session that gets another subject with the same payload moves to the other list": async (store) => {
      const [ada, grace, id] = [newId(), newId(), newId()];
      await store.set(id, "payload", later(), { subject: ada });
      equal(await store.set(id, "payload", later(), { replaces: "payload", subject: grace }), true);
      deepEqual([await idsOf(store, ada), await idsOf(store, grace)], [[], [id]]);
      equal(await store.set(id, "payload", later(), { replaces: "payload" }), true);
      deepEqual([await idsOf(store, ada), await idsOf(store, grace)], [[], []]);
      equal(await store.get(id), "payload");
    },
    "a session that gets another subject moves to the other list": async (store) => {
      const [ada, grace, id, end] = [newId(), newId(), newId(), later()];
      await store.set(id, "without a subject", end);
      const lists = async (): Promise<unknown> => [await idsOf(store, ada), await idsOf(store, grace)];
      const steps: readonly [payload: string, subject: string | undefined, lists: unknown][] = [
        ["Ada's", ada, [[id], []]],
        ["Grace's", grace, [[], [id]]],
        ["Ada's again", ada, [[id], []]],
        ["without a subject again", undefined, [[], []]],
        ["Ada's at last", ada, [[id], []]],
      ];
      let replaces = "without a subject";
      for (const [payload, subject, expected] of steps) {
        equal(await store.set(id, payload, end, { replaces, subject }), true);
        deepEqual(await lists(), expected);
        replaces = payload;
      }
    },
    "a refused write changes no list": async (store) => {
      const [ada, grace, id] = [newId(), newId(), newId()];
      await store.set(id, "Ada's", later(), { subject: ada });
      await store.set(id, "Grace's", later(), { subject: grace });
      await store.set(id, "Grace's", later(), { replaces: "without a subject", subject: grace });
      deepEqual([await idsOf(store, ada), await idsOf(store, grace)], [[id], []]);
      equal(await store.deleteBySubject(grace), 0);
      equal(await store.get(id), "Ada's");
    },
    "all sessions of a subject end at once, and no others": async (store) => {
      const [ada, one, two, other] = [newId(), newId(), newId(), newId()];
      await store.set(one, "one", later(), { subject: ada });
      await store.set(two, "two", later(), { subject: ada });
      await store.set(other, "other", later(), { subject: newId() });
      equal(await store.deleteBySubject(ada), 2);
      deepEqual([await store.get(one), await store.get(two), await store.get(other)], [undefined, undefined, "other"]);
      deepEqual(await store.listBySubject(ada), []);
      equal(await store.set(one, "late", later(), { replaces: "one", subject: ada }), false);
      equal(await store.deleteBySubject(ada), 0);
    },
    "all sessions of a subject end except the one that is named": async (store) => {
      const [ada, here, there] = [newId(), newId(), newId()];
      await store.set(here, "here", later(), { subject: ada });
      await store.set(there, "there", later(), { subject: ada });
      equal(await store.deleteBySubject(ada, here), 1);
      deepEqual(await idsOf(store, ada), [here]);
      equal(await store.deleteBySubject(ada, newId()), 1);
    },
    "a session is in the list as soon as its `set` has answered, whatever is written beside it": async (store) => {
      const ada = newId();
      const counts = await together(20, async () => {
        const id = newId();
        await store.set(id, "new", later(), { subject: ada });
        const ids = await idsOf(store, ada);
        equal(ids.includes(id), true);
        return ids.length;
      });
      // The last one to list sees all.
      equal(Math.max(...counts), 20);
    },
    "a subject may be any text": async (store) => {
      const mark = newId();
      for (const subject of [`${mark} Zoë {1}:*%_'"\\`, `${mark}${"x".repeat(5000)}`, `{${mark}}`]) {
        const id = newId();
        await store.set(id, "payload", later(), { subject });
        deepEqual(await idsOf(store, subject), [id]);
        equal(await store.deleteBySubject(subject), 1);
      }
    },
    "sessions that begin, are saved and are extended in parallel are all in the list": async (store) => {
      const ada = newId();
      const ids = await together(20, async (number) => {
        const id = newId();
        await store.set(id, "new", later(), { subject: ada });
        await Promise.all([
          store.set(id, "new", later() + number, { replaces: "new", subject: ada }),
          store.set(id, "saved", later() + 10 * HOUR, { replaces: "new", subject: ada }),
          store.listBySubject(ada),
        ]);
        return id;
      });
      deepEqual(await idsOf(store, ada), ids.sort());
      equal(await store.deleteBySubject(ada), 20);
    },
  });
}

async function listOf(store: IndexedStore, subject: string): Promise<readonly StoredSession[]> {
  const sessions = await store.listBySubject(subject);
  return sessions.map(({ id, payload, expiresAt }) => ({ id, payload, expiresAt })).sort(byId);
}

async function idsOf(store: IndexedStore, subject: string): Promise<readonly string[]> {
  return (await store.listBySubject(subject)).map(({ id }) => id).sort();
}

function byId(one: { readonly id: string }, other: { readonly id: string }): number {
  return one.id < other.id ? -1 : 1;
}
