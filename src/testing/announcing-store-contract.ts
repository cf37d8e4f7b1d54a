import { deepEqual, ok } from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { AnnouncementListener, AnnouncingStore } from "../sessions/store/session-store.ts";
import { casesOf, newId, type ContractCase } from "./contract-case.ts";

/** Milliseconds that a message may take. */
const PATIENCE = 10_000;

/**
 * The additional rules of AnnouncingStore, beyond those of SessionStore, as a list of cases for any
 * test runner. Other processes may announce on the same place meanwhile.
 *
 * @param open Returns the store to be tested. It is called once in each case. Its `listen` must not
 *   give undefined.
 * @throws InvalidOptionError if `open` is not a function.
 * @example
 * for (const { name, run } of announcingStoreContract(() => new MyStore())) test(name, run);
 */
export function announcingStoreContract(
  open: () => AnnouncingStore | Promise<AnnouncingStore>,
): readonly ContractCase[] {
  return casesOf<AnnouncingStore>(open, {
    "what is announced is heard, as it was written": async (store) => {
      const [first, second] = [`ended logout ${newId()}`, `moved ${newId()} ${newId()}`];
      const [heard, stop] = await listen(store, [first, second]);
      try {
        await store.announce(first);
        await store.announce(second);
        await until(() => heard.length === 2, "Two messages were announced, and not both of them were heard.");
        // In any order: the nodes of a Cluster pass messages on in ways of their own.
        deepEqual(heard.toSorted(), [first, second]);
      } finally {
        await stop();
      }
    },
    "all who listen hear each message once": async (store) => {
      const message = `ended revoked ${newId()}`;
      const both = [await listen(store, [message]), await listen(store, [message])] as const;
      try {
        await store.announce(message);
        await until(
          () => both.every(([heard]) => heard.length > 0),
          "Two listened, and not both of them heard a message.",
        );
        deepEqual(
          both.map(([heard]) => heard),
          [[message], [message]],
        );
      } finally {
        for (const [, stop] of both) await stop();
      }
    },
    "one who stops hears nothing more, and the others still do": async (store) => {
      const message = `ended expired ${newId()}`;
      const [stopped, stop] = await listen(store, [message]);
      const [heard, stopOther] = await listen(store, [message]);
      try {
        await stop();
        await store.announce(message);
        await until(() => heard.length === 1, "After one listener had stopped, another heard nothing.");
        deepEqual(stopped, []);
      } finally {
        await stopOther();
      }
    },
    "one may begin to listen while the last one stops": async (store) => {
      const message = `ended limit ${newId()}`;
      const [, stop] = await listen(store, [message]);
      const [[heard, stopNext]] = await Promise.all([listen(store, [message]), stop()]);
      try {
        await store.announce(message);
        await until(() => heard.length === 1, "One who began while another stopped heard nothing.");
      } finally {
        await stopNext();
      }
    },
    "one can listen again after all have stopped": async (store) => {
      const message = `ended logout ${newId()}`;
      const [, stop] = await listen(store, [message]);
      await stop();
      const [heard, stopAgain] = await listen(store, [message]);
      try {
        await store.announce(message);
        await until(() => heard.length === 1, "One who listened a second time heard nothing.");
      } finally {
        await stopAgain();
      }
    },
  });
}

/** The messages that arrive, of those that are expected, and a function that stops listening. */
async function listen(
  store: AnnouncingStore,
  expected: readonly string[],
): Promise<readonly [heard: readonly string[], stop: () => Promise<void>]> {
  const heard: string[] = [];
  const listener: AnnouncementListener = {
    heard: (message) => {
      if (expected.includes(message)) heard.push(message);
    },
    missed: () => undefined,
    lost: () => undefined,
  };
  const listening = store.listen(listener);
  ok(listening !== undefined, "The store has no connection to listen on: its listen gave undefined.");
  return [heard, await listening];
}

async function until(isSo: () => boolean, otherwise: string): Promise<void> {
  for (let waited = 0; !isSo(); waited += 20) {
    ok(waited < PATIENCE, otherwise);
    await sleep(20);
  }
}
