import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { SqliteStore } from "../../../src/stores/sqlite.ts";
import { expiryOf, idOf, payload } from "./session.ts";
import type { Subject, Subjects } from "./subject.ts";

/** How a database is made and opened, beside write-ahead logging. */
const WAYS = [
  { line: "sqlite", page: 4096, pragmas: "" },
  { line: "sqlite, tuned", page: 16_384, pragmas: "PRAGMA mmap_size = 2147418112; PRAGMA cache_size = -1500000" },
];

/**
 * A file for each size and way. The sessions come in the order of their numbers, which is none for
 * their ids: pages are as full as in use.
 */
export async function sqlite(sizes: readonly number[]): Promise<Subjects> {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-bench-"));
  const open: DatabaseSync[] = [];
  const all: Subject[] = [];
  for (const { line, page, pragmas } of WAYS) {
    for (const sessions of sizes) {
      const file = join(folder, `${page}-${sessions}.sqlite`);
      fill(file, page, sessions);
      const database = new DatabaseSync(file);
      open.push(database);
      database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; ${pragmas}`);
      // Read through once, as an application has that runs for a while: what is mapped then stays
      // mapped.
      database.prepare("SELECT sum(length(payload)) FROM latchkey_sessions").get();
      all.push({ line, sessions, store: new SqliteStore(database), bytesPerSession: statSync(file).size / sessions });
    }
  }
  return {
    all,
    stop: async () => {
      for (const database of open) database.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/**
 * In one transaction that nothing protects and that has all the memory it wants, or it would take
 * hours.
 */
function fill(file: string, page: number, sessions: number): void {
  const database = new DatabaseSync(file);
  database.exec(
    `PRAGMA page_size = ${page}; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -6291456`,
  );
  new SqliteStore(database).createSchema();
  const insert = database.prepare(
    "INSERT INTO latchkey_sessions (id, subject, payload, expires_at) VALUES (?, NULL, ?, ?)",
  );
  database.exec("BEGIN");
  for (let number = 0; number < sessions; number++) insert.run(idOf(number), payload, expiryOf(number, sessions));
  database.exec("COMMIT");
  database.close();
}
