import { writeSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { SqliteStore } from "../../src/stores/sqlite.ts";

/*
 * A process that writes sessions into a file until it is killed. It tells of each write, with its
 * id and number, when the store has confirmed it.
 */
const [file, round] = process.argv.slice(2);
const database = new DatabaseSync(file!);
database.exec("PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
const store = new SqliteStore(database);
store.createSchema();

const ids = Array.from({ length: 10 }, (_, number) => `${round}-${number}`);
const filling = "x".repeat(2000);
for (let version = 1; ; version++) {
  for (const id of ids) {
    const replaces = version === 1 ? undefined : `${version - 1} ${filling}`;
    const written = await store.set(id, `${version} ${filling}`, 4_000_000_000, { replaces, subject: round });
    if (!written) throw new Error(`The write ${version} of ${id} was refused.`);
    writeSync(1, `${id} ${version}\n`);
  }
}
