// What copied tests import: where the application listens, and its SessionManager.
import { env } from "node:process";
import { DatabaseSync } from "node:sqlite";
import { SessionManager } from "latchkey";
import { loadKeyRing } from "latchkey/keys";
import { SqliteStore } from "latchkey/stores/sqlite";

export const origin: string = env["ORIGIN"]!;
export const manager = new SessionManager({
  keys: loadKeyRing({ env, mode: "development" }),
  store: new SqliteStore(new DatabaseSync(env["DATABASE"]!)),
});
