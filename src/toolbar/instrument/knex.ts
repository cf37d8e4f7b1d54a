import { InvalidOptionError } from "../../errors.ts";
import { hasMethods, type Instrumentation, type Shape } from "./instrumentation.ts";
import { isThenable } from "./tracer.ts";
import { wrapMethod } from "./wrap-method.ts";

/** The drivers of knex with connections that are observed; those of mysql2 publish by themselves. */
const DRIVERS: readonly unknown[] = ["pg", "pgnative", "better-sqlite3", "mysql2"];

/**
 * A knex. Each connection that it takes from its pool is observed, so transactions, streams and
 * migrations are published as well.
 *
 * The events of knex are not used: a transaction's own statements and streams have no end there.
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
    const driver = client["driverName"];
    if (!DRIVERS.includes(driver)) {
      throw new InvalidOptionError(
        `instrument(knex) knows the drivers ${DRIVERS.join(", ")}. It got ${JSON.stringify(driver)}. ` +
          "Fix: use one of these, or leave this knex out.",
      );
    }
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
