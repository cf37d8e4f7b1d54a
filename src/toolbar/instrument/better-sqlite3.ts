import { hasMethods, type Instrumentation } from "./instrumentation.ts";
import { SqliteStatements } from "./sqlite-statements.ts";

/**
 * The package better-sqlite3. A function of `transaction` runs as before; its statements are
 * published, and its own BEGIN and COMMIT are not.
 */
export const betterSqlite3: Instrumentation = {
  name: "better-sqlite3 (Database)",
  recognizes: (client) => hasMethods(client, "prepare", "exec", "transaction", "pragma"),
  instrument: (database) => {
    const statements = new SqliteStatements(database, () => database["name"]);
    statements.observeText("exec");
    statements.observeText("pragma", (text) => `PRAGMA ${String(text)}`);
    statements.observeMaker(
      "prepare",
      (statement, args) => {
        const [first] = args;
        return {
          text: String(statement["source"]),
          params: args.length === 1 && Array.isArray(first) ? (first as readonly unknown[]) : args,
        };
      },
      String,
    );
    return database;
  },
};
