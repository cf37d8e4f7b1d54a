import { SqliteStore, type SqliteDatabase } from "../../src/stores/sqlite.ts";
import { indexedStoreContract } from "../../src/testing/indexed-store-contract.ts";
import { storeContract } from "../../src/testing/store-contract.ts";
import { sweepableStoreContract } from "../../src/testing/sweepable-store-contract.ts";

/*
 * A program for Bun: it runs the contract on SqliteStore with bun:sqlite, in the file that it is
 * given, and prints the result of each case as JSON.
 */
const bunSqlite = "bun:sqlite";
const { Database } = (await import(bunSqlite)) as { Database: new (file: string) => SqliteDatabase };

let now = 1_800_000_000;
const time = { now: () => now, pass: (seconds: number) => void (now += seconds) };
const store = new SqliteStore(new Database(process.argv[2]!), { clock: time.now });
store.createSchema();

const results: Record<string, Record<string, string>> = {};
for (const [part, contract] of Object.entries({
  SessionStore: storeContract,
  IndexedStore: indexedStoreContract,
  SweepableStore: sweepableStoreContract,
})) {
  const cases: Record<string, string> = (results[part] = {});
  for (const { name, run } of contract(() => store, time))
    cases[name] = await run().then(
      () => "ok",
      (error: unknown) => String(error),
    );
}
console.log(JSON.stringify(results));
