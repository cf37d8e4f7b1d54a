import { readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { currentApp, g, type Flask } from "latchkey/flask";

/** The database of this request. It is opened when it is first asked for. */
export function getDb(): DatabaseSync {
  if (!("db" in g)) g["db"] = new DatabaseSync(currentApp.config["DATABASE"] as string);
  return g["db"] as DatabaseSync;
}

function closeDb(): void {
  const db = g.pop("db", null) as DatabaseSync | null;
  db?.close();
}

/** Makes the tables, and deletes everything that was in them. */
export function initDb(): void {
  getDb().exec(readFileSync(new URL("schema.sql", import.meta.url), "utf8"));
}

/** Closes the database after each request, and adds the command `init-db`. */
export function addDatabase(app: Flask): void {
  app.teardownAppcontext(closeDb);
  app.cli.command("init-db", function initDbCommand() {
    initDb();
    process.stdout.write("The database is ready.\n");
  });
}
