import type { Recording } from "../recording.ts";
import type { SpanEnd, SpanStart } from "../span.ts";
import { numberOf, textOf, type Message } from "./message.ts";
import type { Source } from "./source.ts";
import { sqlStart } from "./sql-start.ts";
import { traced } from "./traced.ts";

/** Statements and mails of the clients that the application has handed to `instrument`. */
export function own(): Source {
  return {
    id: "own",
    channels: {
      ...traced("latchkey:query", queryStart, queryEnd),
      ...traced("latchkey:mail", mailStart, ({ recipients }) => ({ recipients: numberOf(recipients) ?? 0 })),
    },
  };
}

function queryStart({ system, database, text, params, explain }: Message, recording: Recording): SpanStart | undefined {
  if (typeof text !== "string") return undefined;
  const start = sqlStart(
    {
      system: textOf(system) ?? "sql",
      text: text === "" ? "(no statement)" : text,
      database: textOf(database),
      params: Array.isArray(params) ? (params as unknown[]) : undefined,
    },
    recording,
  );
  if (start === undefined) return undefined;
  return { ...start, ...(typeof explain === "function" ? { explain: explain as () => Promise<unknown> } : {}) };
}

/** The database of a pool may be known only when a connection was free. */
function queryEnd({ rows, database }: Message): SpanEnd["detail"] {
  const count = numberOf(rows);
  return { ...(count === undefined ? {} : { rows: count }), ...databaseOf(database) };
}

function mailStart({ system, subject, recipients }: Message): SpanStart | undefined {
  if (typeof subject !== "string") return undefined;
  const label = subject === "" ? "(no subject)" : subject;
  return { kind: "mail", label, detail: { system: textOf(system) ?? "mail", recipients: numberOf(recipients) ?? 0 } };
}

function databaseOf(database: unknown): { readonly database?: string } {
  const name = textOf(database);
  return name === undefined ? {} : { database: name };
}
