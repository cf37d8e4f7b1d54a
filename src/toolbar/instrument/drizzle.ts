import { hasMethods, type Instrumentation, type Shape } from "./instrumentation.ts";

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
    if (observed === client) return database;
    // postgres.js: another tag has to be used. Each new query takes the client of the session.
    database["$client"] = observed;
    const session = database["session"];
    if (typeof session === "object" && session !== null && (session as Shape)["client"] === client)
      (session as Shape)["client"] = observed;
    return database;
  },
};
