import { isMessage, numberOf, textOf } from "./message.ts";
import type { Source } from "./source.ts";
import { sqlStart } from "./sql-start.ts";

/** Statements of node:sqlite. Node 26 publishes each after it has run; Node 24 does not. */
export function nodeSqlite(): Source {
  return {
    id: "node-sqlite",
    channels: {
      "sqlite.db.query": (message, recording) => {
        if (!isMessage(message)) return;
        const text = textOf(message["sql"]);
        if (text === undefined) return;
        const start = sqlStart({ system: "sqlite", text, isInlined: true }, recording);
        if (start === undefined) return;
        const duration = (numberOf(message["duration"]) ?? 0) / 1e6;
        recording.startSpan({ ...start, start: recording.elapsed() - duration }).end({ duration });
      },
    },
  };
}
