import { createRequire } from "node:module";
import type BetterSqlite3 from "better-sqlite3";
import { requirement } from "./requirements.ts";

/**
 * Opens a database with the better-sqlite3 of test/native; undefined where that is not installed,
 * or carries no binary for this machine.
 */
export const openBetterSqlite3 = requirement("better-sqlite3 (npm ci --prefix test/native)", () => {
  const load = createRequire(new URL("../native/package.json", import.meta.url));
  try {
    const Database = load("better-sqlite3") as typeof BetterSqlite3;
    const open = (path: string): BetterSqlite3.Database => new Database(path);
    // The binary is loaded with the first database.
    open(":memory:").close();
    return open;
  } catch {
    return undefined;
  }
});
