import { hasMethods, type Instrumentation, type Method, type Shape } from "./instrumentation.ts";
import { followEvents } from "./knex-events.ts";
import { rememberMakers } from "./remember-makers.ts";
import { isThenable } from "./tracer.ts";
import { wrapMethod } from "./wrap-method.ts";

/** Drivers with connections that can be observed; those of mysql2 publish by themselves. */
const DRIVERS: readonly unknown[] = ["pg", "pgnative", "better-sqlite3", "mysql2"];

/**
 * A knex. Each connection that it takes from its pool is observed, so transactions, streams and
 * migrations are published as well. With a driver that is not known, its events are used: there, a
 * stream has no end, and the statements BEGIN and COMMIT are missing.
 */
export const knex: Instrumentation = {
  name: "knex",
  recognizes: (client) => {
    const inner = client["client"];
    return (
      typeof inner === "object" && inner !== null && hasMethods(inner as Shape, "acquireConnection", "queryBuilder")
    );
  },
  instrument: (knex, inner) => {
    const client = knex["client"] as Shape;
    if (!DRIVERS.includes(client["driverName"])) {
      followEvents(client);
      observeMakers(client);
      return knex;
    }
    observeMakers(client);
    wrapMethod(
      client,
      "acquireConnection",
      (acquireConnection) =>
        function (this: unknown, ...args) {
          const promise = Reflect.apply(acquireConnection, this, args);
          if (!isThenable(promise)) return promise;
          return promise.then(
            (connection) => inner(connection, "a connection of knex"),
            (error: unknown) => {
              throw error;
            },
          );
        },
    );
    return knex;
  },
};

/** A transaction has a client of its own, made from the class of the first one. */
function observeMakers(client: Shape): void {
  rememberMakers(client, ["queryBuilder", "schemaBuilder", "raw"]);
  wrapMethod(
    client,
    "transaction",
    (transaction) =>
      function (this: unknown, run, ...rest) {
        if (typeof run !== "function") return Reflect.apply(transaction, this, [run, ...rest]);
        const observed: Method = function (this: unknown, inner, ...more) {
          const { client } = inner as { client?: unknown };
          if (typeof client === "object" && client !== null) observeMakers(client as Shape);
          return Reflect.apply(run, this, [inner, ...more]) as unknown;
        };
        return Reflect.apply(transaction, this, [observed, ...rest]);
      },
  );
}
