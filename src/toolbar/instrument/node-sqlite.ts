import { hasMethods, type Instrumentation, type Method, type Shape } from "./instrumentation.ts";
import { SqliteStatements } from "./sqlite-statements.ts";

/** The DatabaseSync of node:sqlite: `exec`, `prepare`, and the tag store of newer versions. */
export const nodeSqlite: Instrumentation = {
  name: "node:sqlite (DatabaseSync)",
  recognizes: (client) => hasMethods(client, "prepare", "exec", "open", "close") && "isOpen" in client,
  instrument: (database) => {
    const statements = new SqliteStatements(database, () => locationOf(database));
    statements.observeText("exec");
    statements.observeMaker(
      "prepare",
      (statement, args) => ({ text: String(statement["sourceSQL"]), params: args }),
      String,
    );
    statements.observeMaker("createTagStore", (_, [strings, ...values]) => ({
      text: Array.isArray(strings) ? strings.join("?") : String(strings),
      params: values,
    }));
    return database;
  },
};

/** Older versions have no `location`, and a closed database throws. */
function locationOf(database: Shape): unknown {
  try {
    return (database["location"] as Method | undefined)?.call(database);
  } catch {
    return undefined;
  }
}
