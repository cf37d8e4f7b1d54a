import { hasMethods, type Instrumentation, type Method, type Shape } from "./instrumentation.ts";
import { rememberMakers } from "./remember-makers.ts";
import { wrapMethod } from "./wrap-method.ts";

/** The methods of a database, and of a transaction, that make a query. */
const MAKERS = ["select", "selectDistinct", "selectDistinctOn", "insert", "update", "delete", "execute", "with"];
/** Those of `database.query.users`. */
const FINDERS = ["findFirst", "findMany"];

/**
 * A database of drizzle-orm. It has its driver's client as `$client`, and this client is observed:
 * every statement goes through it, also those of prepared queries and transactions.
 */
export const drizzle: Instrumentation = {
  name: "drizzle-orm (the database that drizzle() returns)",
  recognizes: (client) => "$client" in client && hasMethods(client, "select", "insert", "transaction"),
  instrument: (database, inner) => {
    const client = database["$client"];
    const observed = inner(client, "the $client of a drizzle database");
    observeMakers(database);
    if (observed === client) return database;
    // postgres.js: another tag has to be used. Each new query takes the client of the session.
    database["$client"] = observed;
    const session = database["session"];
    if (typeof session === "object" && session !== null && (session as Shape)["client"] === client)
      (session as Shape)["client"] = observed;
    return database;
  },
};

function observeMakers(database: Shape): void {
  rememberMakers(database, MAKERS);
  for (const table of Object.values((database["query"] ?? {}) as Record<string, Shape>)) rememberMakers(table, FINDERS);
  wrapMethod(
    database,
    "transaction",
    (transaction) =>
      function (this: unknown, run, ...rest) {
        if (typeof run !== "function") return Reflect.apply(transaction, this, [run, ...rest]);
        const observed: Method = function (this: unknown, inner, ...more) {
          observeMakers(inner as Shape);
          return Reflect.apply(run, this, [inner, ...more]) as unknown;
        };
        return Reflect.apply(transaction, this, [observed, ...rest]);
      },
  );
}
