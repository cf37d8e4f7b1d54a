import type { SessionStore } from "latchkey";
import {
  announcingStoreContract,
  indexedStoreContract,
  storeContract,
  sweepableStoreContract,
  type ContractCase,
  type ContractTime,
} from "latchkey/testing";
import { afterAll, beforeAll, describe, test } from "vitest";

/** A store that was opened for its contract, and what closes all that is below it. */
export interface OpenedStore<Store extends SessionStore> {
  readonly store: Store;
  close?(): unknown;
}

/** Parts of the contract, by the name of the interface that each belongs to. */
type Parts<Store> = Readonly<Record<string, (open: () => Store, time?: ContractTime) => readonly ContractCase[]>>;

/** The part of the contract that every store fulfils. */
export const PLAIN = { SessionStore: storeContract };
/** The parts that a store fulfils which can list the sessions of a subject. */
export const INDEXED = { ...PLAIN, IndexedStore: indexedStoreContract };
/** All parts: for a store that has to be swept as well. */
export const FULL = { ...INDEXED, SweepableStore: sweepableStoreContract };

/** The part of a store that passes messages between processes. */
export const ANNOUNCING = { AnnouncingStore: announcingStoreContract };

/**
 * Holds a store to parts of the contract, with a suite for each. The table at the end of a run is
 * made of the names of these suites (see test/support/contract-table.ts).
 */
export function storeSuite<Store extends SessionStore>(
  name: string,
  parts: Parts<Store>,
  open: () => OpenedStore<Store> | Promise<OpenedStore<Store>>,
  time?: ContractTime,
): void {
  describe(name, () => {
    let opened: OpenedStore<Store> | undefined;
    beforeAll(async () => void (opened = await open()));
    afterAll(async () => void (await opened?.close?.()));
    for (const [part, contract] of Object.entries(parts)) {
      describe(`keeps the contract of ${part}`, () => {
        for (const { name, run } of contract(() => opened!.store, time)) test(name, run);
      });
    }
  });
}

/** A clock of the test's own, so that no test waits. */
export function ownTime(): ContractTime {
  let now = 1_800_000_000;
  return { now: () => now, pass: (seconds) => void (now += seconds) };
}
