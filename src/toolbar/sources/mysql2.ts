import type { Recording } from "../recording.ts";
import type { SpanEnd, SpanStart } from "../span.ts";
import { connectStart } from "./connect-start.ts";
import { member, numberOf, textOf, type Message } from "./message.ts";
import { Mysql2Pool } from "./mysql2-pool.ts";
import type { Source } from "./source.ts";
import { sqlStart } from "./sql-start.ts";
import { traced } from "./traced.ts";

/** Statements of mysql2 3.20 and later, for MySQL and MariaDB. */
export function mysql2(): Source {
  const pool = new Mysql2Pool();
  const begin = (message: Message, recording: Recording, isText: boolean): SpanStart | undefined => {
    const start = describe(message, recording, isText);
    const where = pool.takeLine(recording);
    return start === undefined || where === undefined ? start : { ...start, where };
  };
  return {
    id: "mysql2",
    channels: {
      ...traced("mysql2:query", (message, recording) => begin(message, recording, true), rows),
      ...traced("mysql2:execute", (message, recording) => begin(message, recording, false), rows),
      ...traced("mysql2:connect", (message) => connectStart("MySQL", message)),
      ...pool.channels,
    },
  };
}

/**
 * @param isText whether it is the text protocol, in which the values are a part of the statement.
 */
function describe(message: Message, recording: Recording, isText: boolean): SpanStart | undefined {
  const text = textOf(message["query"]);
  if (text === undefined) return undefined;
  const params = message["values"];
  const hasParams = typeof params === "object" && params !== null && Object.keys(params).length > 0;
  return sqlStart(
    {
      system: "mysql",
      text,
      database: textOf(message["database"]),
      params: hasParams ? params : undefined,
      isInlined: isText && hasParams,
    },
    recording,
  );
}

function rows({ result }: Message): SpanEnd["detail"] {
  const count = Array.isArray(result) ? result.length : numberOf(member(result, "affectedRows"));
  return count === undefined ? undefined : { rows: count };
}
