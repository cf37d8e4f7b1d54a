import type { SpanEnd } from "../span.ts";
import { member, numberOf, textOf, type Message } from "./message.ts";
import type { Source } from "./source.ts";
import { sqlStart } from "./sql-start.ts";
import { traced } from "./traced.ts";

/**
 * Statements of a version of pg that publishes them. 8.23 does not yet; the names are those of
 * brianc/node-postgres#3650. It does not tell the parameters.
 */
export function pg(): Source {
  return {
    id: "pg",
    channels: traced(
      "pg:query",
      ({ query, client }, recording) => {
        const text = textOf(member(query, "text"));
        if (text === undefined) return undefined;
        return sqlStart({ system: "postgresql", text, database: textOf(member(client, "database")) }, recording);
      },
      rows,
    ),
  };
}

function rows({ result }: Message): SpanEnd["detail"] {
  const count = numberOf(member(result, "rowCount"));
  return count === undefined ? undefined : { rows: count };
}
