import { deepEqual, equal, ok } from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { unixNow } from "../clock.ts";
import type { IndexedStore, SessionStore, StoredSession, SweepableStore } from "../sessions/store.ts";

/** One sentence of the contract, and the function that holds a store to it: it rejects with an AssertionError where the store breaks it. */
export interface ContractCase {
  readonly name: string;
  readonly run: () => Promise<void>;
}

/** How the time of the store under test passes. */
export interface ContractTime {
  /** The store's present, in whole Unix seconds. */
  readonly now: () => number;
  /** Lets so many seconds pass for the store. */
  readonly pass: (seconds: number) => Promise<void> | void;
}

/** The machine's clock, and real waiting. */
const REAL_TIME: ContractTime = { now: unixNow, pass: async (seconds) => await sleep(seconds * 1000 + 50) };
const HOUR = 3600;
/** Every character that JSON text may hold unescaped and that a database may trip over. */
const AWKWARD = `{"name":"Zoë \u{1F511} '%s' \\\\ $1 {x} \u2028","__proto__":{"a":"\\u0000"}}\r\n\t`;
/** More than the 64 KiB at which some columns cut off. */
const LONG = `{"text":"${"long ".repeat(20_000)}"}`;

/**
 * The contract of SessionStore as a list of cases, to be handed to any test runner. Each case uses ids of its own, so that all may run
 * on one store at the same time.
 *
 * @param open Returns the store to be tested; called once in each case.
 * @param time How its time passes: the machine's clock with real waiting (3 seconds in all) unless told otherwise.
 *
 * @example
 * import { test } from "node:test";
 * import { storeContract } from "latchkey/testing";
 *
 * for (const { name, run } of storeContract(() => new MyStore())) test(name, run);
 */
export function storeContract(open: () => SessionStore | Promise<SessionStore>, time: ContractTime = REAL_TIME): readonly ContractCase[] {
  const later = (): number => time.now() + HOUR;
  return casesOf<SessionStore>(open, {
    "an id that was never written has no payload": async (store) => {
      equal(await store.get(newId()), undefined);
    },
    "a payload comes back as the text that it was": async (store) => {
      for (const payload of [AWKWARD, LONG, "{}", ""]) {
        const id = newId();
        equal(await store.set(id, payload, later()), true);
        const found = await store.get(id);
        ok(
          found === payload,
          `Of a payload of ${payload.length} characters came back ${found === undefined ? "nothing" : `another one of ${found.length}`}.`,
        );
      }
    },
    "ids that differ in case only are two ids": async (store) => {
      const id = newId();
      await store.set(`${id}aa`, "small", later());
      equal(await store.set(`${id}AA`, "big", later()), true);
      deepEqual([await store.get(`${id}aa`), await store.get(`${id}AA`)], ["small", "big"]);
    },
    "a new session is not written over one that is there": async (store) => {
      const id = newId();
      await store.set(id, "first", later());
      equal(await store.set(id, "second", later()), false);
      equal(await store.get(id), "first");
    },
    "a payload is replaced only by who knows it": async (store) => {
      const id = newId();
      await store.set(id, "one", later());
      equal(await store.set(id, "three", later(), { replaces: "two" }), false);
      equal(await store.get(id), "one");
      equal(await store.set(id, "two", later(), { replaces: "one" }), true);
      equal(await store.get(id), "two");
      equal(await store.set(id, "two", later(), { replaces: "two" }), true);
    },
    "an empty payload is there, and can be replaced": async (store) => {
      const id = newId();
      equal(await store.set(id, "late", later(), { replaces: "" }), false);
      await store.set(id, "", later());
      equal(await store.set(id, "new", later()), false);
      equal(await store.set(id, "full", later(), { replaces: "" }), true);
      equal(await store.set(id, "", later(), { replaces: "full" }), true);
      equal(await store.get(id), "");
    },
    "what is not there is not replaced": async (store) => {
      const id = newId();
      equal(await store.set(id, "new", later(), { replaces: "old" }), false);
      equal(await store.get(id), undefined);
    },
    "what was deleted is gone, and no slower write brings it back": async (store) => {
      const id = newId();
      await store.set(id, "one", later());
      await store.delete(id);
      equal(await store.get(id), undefined);
      equal(await store.set(id, "two", later(), { replaces: "one" }), false);
      await store.touch(id, later());
      equal(await store.get(id), undefined);
    },
    "deleting and touching what is not there is fine": async (store) => {
      const id = newId();
      await store.delete(id);
      await store.touch(id, later());
      equal(await store.get(id), undefined);
    },
    "a deleted session leaves the others alone": async (store) => {
      const [gone, kept] = [newId(), newId()];
      await store.set(gone, "gone", later());
      await store.set(kept, "kept", later());
      await store.delete(gone);
      equal(await store.get(kept), "kept");
    },
    "what has expired counts as absent": async (store) => {
      const [written, replaced, touched] = [newId(), newId(), newId()];
      await store.set(written, "old", time.now() - 1);
      await store.set(replaced, "old", later());
      await store.set(replaced, "older", time.now() - 1, { replaces: "old" });
      await store.set(touched, "old", later());
      await store.touch(touched, time.now() - 1);
      for (const id of [written, replaced, touched]) {
        equal(await store.get(id), undefined);
        equal(await store.set(id, "late", later(), { replaces: id === replaced ? "older" : "old" }), false);
        await store.touch(id, later());
        equal(await store.get(id), undefined);
        equal(await store.set(id, "anew", later()), true);
        equal(await store.get(id), "anew");
      }
    },
    "a session ends at its time, unless it was touched or saved": async (store) => {
      const [left, touched, saved] = [newId(), newId(), newId()];
      const end = time.now() + 2;
      await Promise.all([left, touched, saved].map(async (id) => await store.set(id, "payload", end)));
      await store.touch(touched, later());
      await store.set(saved, "new", later(), { replaces: "payload" });
      await time.pass(3);
      deepEqual([await store.get(left), await store.get(touched), await store.get(saved)], [undefined, "payload", "new"]);
    },
    "touching changes no payload, and disturbs nobody who replaces it": async (store) => {
      const id = newId();
      await store.set(id, "one", later());
      await store.touch(id, later() + HOUR);
      equal(await store.get(id), "one");
      equal(await store.set(id, "two", later(), { replaces: "one" }), true);
    },
    "a session may last 400 days": async (store) => {
      const id = newId();
      await store.set(id, "kept", time.now() + 400 * 24 * HOUR);
      equal(await store.get(id), "kept");
    },
    "of many that write one new id at once, one succeeds": async (store) => {
      const id = newId();
      const results = await together(30, async (number) => await store.set(id, `by ${number}`, later()));
      equal(results.filter(Boolean).length, 1);
      equal(await store.get(id), `by ${results.indexOf(true)}`);
    },
    "of many that replace one payload at once, one succeeds": async (store) => {
      const id = newId();
      await store.set(id, "before", later());
      const results = await together(30, async (number) => await store.set(id, `by ${number}`, later(), { replaces: "before" }));
      equal(results.filter(Boolean).length, 1);
      equal(await store.get(id), `by ${results.indexOf(true)}`);
    },
    "parallel writers that read again when refused lose nothing": async (store) => {
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
          if (seen !== undefined) await store.set(id, String(number), later(), { replaces: seen });
          await store.touch(id, later());
        }),
        store.delete(id),
      ]);
      equal(await store.get(id), undefined);
    },
  });
}

/**
 * What the contract of IndexedStore adds to that of SessionStore, as a list of cases.
 *
 * @param open Returns the store to be tested; called once in each case.
 * @param time How its time passes: the machine's clock unless told otherwise.
 *
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
    "the list of a subject shows all its sessions as they are, and nobody else's": async (store) => {
      const [ada, one, two, end] = [newId(), newId(), newId(), later()];
      await store.set(one, AWKWARD, end, { subject: ada });
      await store.set(two, "two", end, { subject: ada });
      await store.set(newId(), "other", end, { subject: `${ada}2` });
      await store.set(newId(), "nobody's", end);
      const sessions = [
        { id: one, payload: AWKWARD, expiresAt: end },
        { id: two, payload: "two", expiresAt: end },
      ];
      deepEqual(await listOf(store, ada), sessions.sort(byId));
    },
    "the list shows what was saved and touched last": async (store) => {
      const [ada, id, end] = [newId(), newId(), later()];
      await store.set(id, "one", end, { subject: ada });
      await store.set(id, "two", end + 1, { replaces: "one", subject: ada });
      deepEqual(await listOf(store, ada), [{ id, payload: "two", expiresAt: end + 1 }]);
      for (const expiresAt of [end + 5, end + 100 * HOUR, end]) {
        await store.touch(id, expiresAt);
        deepEqual(await listOf(store, ada), [{ id, payload: "two", expiresAt }]);
      }
    },
    "expired and deleted sessions are in no list": async (store) => {
      const [ada, expired, touched, deleted] = [newId(), newId(), newId(), newId()];
      await store.set(expired, "expired", time.now() - 1, { subject: ada });
      await store.set(touched, "touched", later(), { subject: ada });
      await store.touch(touched, time.now() - 1);
      await store.set(deleted, "deleted", later(), { subject: ada });
      await store.delete(deleted);
      deepEqual(await store.listBySubject(ada), []);
      equal(await store.deleteBySubject(ada), 0);
    },
    "a session that changes hands changes lists": async (store) => {
      const [ada, grace, id, end] = [newId(), newId(), newId(), later()];
      await store.set(id, "nobody's", end);
      const lists = async (): Promise<unknown> => [await idsOf(store, ada), await idsOf(store, grace)];
      const steps: readonly [payload: string, subject: string | undefined, lists: unknown][] = [
        ["Ada's", ada, [[id], []]],
        ["Grace's", grace, [[], [id]]],
        ["Ada's again", ada, [[id], []]],
        ["nobody's again", undefined, [[], []]],
        ["Ada's at last", ada, [[id], []]],
      ];
      let replaces = "nobody's";
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
      await store.set(id, "Grace's", later(), { replaces: "nobody's", subject: grace });
      deepEqual([await idsOf(store, ada), await idsOf(store, grace)], [[id], []]);
      equal(await store.deleteBySubject(grace), 0);
      equal(await store.get(id), "Ada's");
    },
    "all sessions of a subject end at once, and nobody else's": async (store) => {
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
    "all sessions of a subject end but the one that is named": async (store) => {
      const [ada, here, there] = [newId(), newId(), newId()];
      await store.set(here, "here", later(), { subject: ada });
      await store.set(there, "there", later(), { subject: ada });
      equal(await store.deleteBySubject(ada, here), 1);
      deepEqual(await idsOf(store, ada), [here]);
      equal(await store.deleteBySubject(ada, newId()), 1);
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
    "sessions that begin, are saved and are touched in parallel are all in the list": async (store) => {
      const ada = newId();
      const ids = await together(20, async (number) => {
        const id = newId();
        await store.set(id, "new", later(), { subject: ada });
        await Promise.all([
          store.touch(id, later() + number),
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

/**
 * What the contract of SweepableStore adds to that of SessionStore, as a list of cases.
 *
 * @param open Returns the store to be tested; called once in each case. Nobody else may sweep it meanwhile.
 * @param time How its time passes: the machine's clock unless told otherwise.
 *
 * @example
 * for (const { name, run } of sweepableStoreContract(() => new MyStore())) test(name, run);
 */
export function sweepableStoreContract(
  open: () => SweepableStore | Promise<SweepableStore>,
  time: ContractTime = REAL_TIME,
): readonly ContractCase[] {
  return casesOf<SweepableStore>(open, {
    "a sweep removes what has expired, so much at a time, and nothing else": async (store) => {
      while ((await store.deleteExpired()) > 0);
      const kept = newId();
      await store.set(kept, "kept", time.now() + HOUR);
      const expired = Array.from({ length: 5 }, newId);
      for (const id of expired) await store.set(id, "old", time.now() - 1);
      deepEqual(
        [await store.deleteExpired(2), await store.deleteExpired(2), await store.deleteExpired(2), await store.deleteExpired(2)],
        [2, 2, 1, 0],
      );
      equal(await store.get(kept), "kept");
      for (const id of expired) equal(await store.get(id), undefined);
    },
  });
}

function casesOf<Store>(
  open: () => Store | Promise<Store>,
  checks: Readonly<Record<string, (store: Store) => Promise<void>>>,
): readonly ContractCase[] {
  return Object.entries(checks).map(([name, check]) => ({ name, run: async () => await check(await open()) }));
}

async function listOf(store: IndexedStore, subject: string): Promise<readonly StoredSession[]> {
  const sessions = await store.listBySubject(subject);
  return sessions.map(({ id, payload, expiresAt }) => ({ id, payload, expiresAt })).sort(byId);
}

async function idsOf(store: IndexedStore, subject: string): Promise<readonly string[]> {
  return (await store.listBySubject(subject)).map(({ id }) => id).sort();
}

/** A text of the length and the letters of a session's id. */
function newId(): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return Array.from({ length: 43 }, () => letters[Math.floor(Math.random() * letters.length)]).join("");
}

async function together<Result>(count: number, work: (number: number) => Promise<Result>): Promise<Result[]> {
  return await Promise.all(Array.from({ length: count }, async (_, number) => await work(number)));
}

function byId(one: { readonly id: string }, other: { readonly id: string }): number {
  return one.id < other.id ? -1 : 1;
}
