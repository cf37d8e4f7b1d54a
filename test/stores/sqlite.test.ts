import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { InvalidOptionError } from "latchkey";
import { SqliteStore, type SqliteDatabase } from "latchkey/stores/sqlite";
import { afterAll, describe, expect, test } from "vitest";
import { FULL, ownTime, storeSuite, type OpenedStore } from "../contracts/store-suite.ts";
import { openBetterSqlite3 } from "../support/better-sqlite3.ts";

/** An open database of either package. */
type Database = SqliteDatabase & { close(): unknown };

const PACKAGES: Readonly<Record<string, ((path: string) => Database) | undefined>> = {
  "node:sqlite": (path) => new DatabaseSync(path),
  "better-sqlite3": openBetterSqlite3,
};

const folder = mkdtempSync(join(tmpdir(), "latchkey-sqlite-"));
const databases: Database[] = [];
afterAll(() => {
  for (const database of databases) database.close();
  rmSync(folder, { recursive: true });
});

/** What one column of a query holds, from row to row. */
function columnOf(database: Database, column: string, sql: string): readonly unknown[] {
  return database
    .prepare(sql)
    .all()
    .map((row) => (row as Record<string, unknown>)[column]);
}

for (const [name, connect] of Object.entries(PACKAGES)) {
  describe.skipIf(connect === undefined)(`SqliteStore with ${name}`, () => {
    const open = (file: string): Database => {
      const database = connect!(join(folder, `${name.replace(":", "-")}-${file}`));
      database.exec("PRAGMA busy_timeout = 2000; PRAGMA journal_mode = WAL");
      databases.push(database);
      return database;
    };

    const time = ownTime();
    const openStore = (): OpenedStore<SqliteStore> => {
      const store = new SqliteStore(open("contract.sqlite"), { clock: time.now });
      store.createSchema();
      return { store };
    };
    storeSuite("in a file", FULL, openStore, time);

    test("creates nothing by itself, and its schema once", async () => {
      const database = open("schema.sqlite");
      const store = new SqliteStore(database);
      const names = (): unknown =>
        columnOf(database, "name", "SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name");
      await expect(store.get("a")).rejects.toThrow(/no such table/);
      expect(names()).toEqual([]);
      store.createSchema();
      store.createSchema();
      expect(names()).toEqual(["latchkey_sessions", "latchkey_sessions_expires_at", "latchkey_sessions_subject"]);
      expect(await store.get("a")).toBeUndefined();
    });

    test("two stores on one file see each other's sessions", async () => {
      const [one, other] = [new SqliteStore(open("shared.sqlite")), new SqliteStore(open("shared.sqlite"))];
      one.createSchema();
      await one.set("a", "one", 4_000_000_000);
      expect(await other.set("a", "two", 4_000_000_000, { replaces: "one" })).toBe(true);
      expect(await one.get("a")).toBe("two");
    });

    test("the table has the name it is given, if it can be one", async () => {
      const database = open("named.sqlite");
      const store = new SqliteStore(database, { table: "visitors" });
      store.createSchema();
      await store.set("a", "one", 4_000_000_000);
      expect(columnOf(database, "id", "SELECT id FROM visitors")).toEqual(["a"]);
      for (const table of ["", "a b", "x; DROP TABLE y", "1st", "x".repeat(64)])
        expect(() => new SqliteStore(database, { table })).toThrow(InvalidOptionError);
    });

    test("A17: refuses a value that is not a database, unknown options, and an incomplete row", async () => {
      const database = open("refused.sqlite");
      for (const bad of [undefined, null, {}, "app.sqlite", { exec: () => {} }])
        expect(() => new SqliteStore(bad as unknown as Database)).toThrow(InvalidOptionError);
      expect(() => new SqliteStore("app.sqlite" as unknown as Database)).toThrow(
        /It got a string\. Fix: new SqliteStore\(new DatabaseSync/,
      );
      expect(() => new SqliteStore(database, { tabel: "x" } as object)).toThrow(
        /no option "tabel"\. Did you mean "table"\?/,
      );
      expect(() => new SqliteStore(database, { table: 7 as unknown as string })).toThrow(/It is a number/);
      const store = new SqliteStore(database);
      store.createSchema();
      for (const limit of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])
        await expect(store.deleteExpired(limit)).rejects.toThrow(InvalidOptionError);
    });

    test("finding a subject's sessions and the expired ones uses an index", () => {
      const database = open("plan.sqlite");
      new SqliteStore(database).createSchema();
      const plan = (sql: string): string => columnOf(database, "detail", `EXPLAIN QUERY PLAN ${sql}`).join(" ");
      expect(plan("SELECT id FROM latchkey_sessions WHERE subject = 'a' AND expires_at >= 1")).toContain(
        "latchkey_sessions_subject",
      );
      expect(plan("SELECT id FROM latchkey_sessions WHERE expires_at < 1 LIMIT 5")).toContain(
        "latchkey_sessions_expires_at",
      );
    });
  });
}
