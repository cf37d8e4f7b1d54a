import type { Shape } from "./instrumentation.ts";
import { rememberOrigin } from "./last-origin.ts";
import { queries } from "./query-channel.ts";
import { wrapMethod } from "./wrap-method.ts";

/**
 * Remembers the line of the application that calls these methods, which make a query. A query of
 * drizzle or knex begins when it is awaited, and then this line has left the stack.
 *
 * Of several queries that are made first and awaited together, all get the line of the last.
 */
export function rememberMakers(maker: Shape, names: readonly string[]): void {
  for (const name of names)
    wrapMethod(
      maker,
      name,
      (make) =>
        function (this: unknown, ...args) {
          if (queries.isHeard) rememberOrigin(new Error("query"));
          return Reflect.apply(make, this, args);
        },
    );
}
