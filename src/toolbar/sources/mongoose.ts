import type { Recording } from "../recording.ts";
import type { SpanEnd, SpanStart } from "../span.ts";
import { member, numberOf, textOf, type Message } from "./message.ts";
import type { Source } from "./source.ts";
import { traced } from "./traced.ts";

const NAMES = ["query", "aggregate", "model:save", "model:insertMany", "model:bulkWrite", "cursor:next"] as const;
const MOST_MEMBERS = 20;
const MOST_DEPTH = 6;

/** Operations of mongoose 9.7 and later, on MongoDB. Documents are not read, only filters. */
export function mongoose(): Source {
  return {
    id: "mongoose",
    channels: Object.assign(
      {},
      ...NAMES.map((name) => traced(`mongoose:${name}`, describe, rows)),
    ) as Source["channels"],
  };
}

function describe(message: Message, recording: Recording): SpanStart | undefined {
  const operation = textOf(message["operation"]);
  const collection = textOf(message["collection"]);
  if (operation === undefined || collection === undefined) return undefined;
  // A mongoose operation may be made of others, such as an insertMany of a bulkWrite.
  if (recording.currentSpan?.kind === "sql") return undefined;
  const args = message["args"];
  const filter = member(args, "filter") ?? member(args, "pipeline");
  const database = textOf(message["database"]);
  return {
    kind: "sql",
    label: `${collection}.${operation}${filter === undefined ? "" : ` ${JSON.stringify(shapeOf(filter, 0))}`}`,
    detail: {
      system: "mongodb",
      ...(database === undefined ? {} : { database }),
      ...(filter === undefined ? {} : { params: [filter] }),
    },
  };
}

/** The names of a filter, with its values as "?". */
function shapeOf(value: unknown, depth: number): unknown {
  if (depth >= MOST_DEPTH || typeof value !== "object" || value === null) return "?";
  if (Array.isArray(value)) return value.slice(0, MOST_MEMBERS).map((item) => shapeOf(item, depth + 1));
  const prototype: unknown = Object.getPrototypeOf(value);
  // An ObjectId or a date is a value.
  if (prototype !== Object.prototype && prototype !== null) return "?";
  const entries = Object.entries(value as Message).slice(0, MOST_MEMBERS);
  return Object.fromEntries(entries.map(([name, item]) => [name, shapeOf(item, depth + 1)]));
}

function rows({ result }: Message): SpanEnd["detail"] {
  const count = Array.isArray(result)
    ? result.length
    : (numberOf(member(result, "modifiedCount")) ?? numberOf(member(result, "deletedCount")));
  return count === undefined ? undefined : { rows: count };
}
