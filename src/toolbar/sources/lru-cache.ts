import type { SpanEnd, SpanStart } from "../span.ts";
import { isMessage, textOf, type Message } from "./message.ts";
import type { Source } from "./source.ts";
import { traced } from "./traced.ts";

const OPERATIONS: ReadonlySet<unknown> = new Set(["get", "set", "has", "delete", "memo"]);

/**
 * Reads and writes of lru-cache 11. Only the keys are recorded: the messages hold the values too,
 * which are never looked at.
 */
export function lruCache(): Source {
  return {
    id: "lru-cache",
    channels: {
      // Told after the call, which takes about a microsecond.
      "lru-cache:metrics": (message, recording) => {
        if (!isMessage(message) || !OPERATIONS.has(message["op"])) return;
        const start = describe(message);
        // Each new entry of a full cache removes another one.
        if (start === undefined || (message["op"] === "delete" && message["delete"] !== "delete")) return;
        recording.startSpan({ ...start, detail: { ...start.detail, ...hit(message) } }).end({ duration: 0 });
      },
      ...traced("lru-cache", describe, hit),
    },
  };
}

function describe(message: Message): SpanStart | undefined {
  const operation = textOf(message["op"]);
  if (operation === undefined) return undefined;
  return {
    kind: "cache",
    label: `${operation} ${keyText(message["key"])}`,
    detail: { cache: "lru-cache" },
    isLocated: operation === "fetch",
  };
}

function hit(message: Message): SpanEnd["detail"] {
  const outcome = message[String(message["op"])];
  if (message["op"] === "set" || message["op"] === "delete" || typeof outcome !== "string") return undefined;
  return { isHit: outcome === "hit" || message["returnedStale"] === true };
}

function keyText(key: unknown): string {
  return typeof key === "string" || typeof key === "number" ? String(key).slice(0, 500) : `[${typeof key}]`;
}
