import type { Channels } from "../channels.ts";
import type { SpanEnd, SpanStart } from "../span.ts";
import { connectStart } from "./connect-start.ts";
import { numberOf, textOf, type Message } from "./message.ts";
import { redisLabel } from "./redis-label.ts";
import { traced } from "./traced.ts";

/** Commands that answer null where nothing is stored. */
const READS = /^(?:GET|GETEX|GETDEL|HGET|LINDEX|MGET|HMGET)$/;

/**
 * The channels of node-redis 6 and ioredis 6, which are alike.
 *
 * @param name of the library in its channels: "ioredis".
 * @param hasCommandFirst whether the list of arguments begins with the command.
 */
export function redisChannels(name: string, hasCommandFirst: boolean): Channels {
  const command = (message: Message): SpanStart | undefined => {
    const word = textOf(message["command"])?.toUpperCase();
    const args = message["args"];
    if (word === undefined || !Array.isArray(args)) return undefined;
    return {
      kind: "redis",
      label: redisLabel(word, hasCommandFirst ? args.slice(1) : args),
      detail: { command: word },
      // All commands of a batch begin at the same line, and there may be thousands.
      isLocated: message["batchMode"] === undefined,
    };
  };
  const found = (message: Message): SpanEnd["detail"] => {
    const { command: word, result } = message;
    if (typeof word !== "string" || !READS.test(word.toUpperCase())) return undefined;
    return { isHit: Array.isArray(result) ? result.every(isThere) : isThere(result) };
  };
  return {
    ...traced(`${name}:command`, command, found),
    ...traced(`${name}:batch`, batch),
    ...traced(`${name}:connect`, (message) => connectStart("Redis", message)),
  };
}

function batch(message: Message): SpanStart | undefined {
  const mode = textOf(message["batchMode"]);
  const size = numberOf(message["batchSize"]);
  if (mode === undefined || size === undefined) return undefined;
  return { kind: "redis", label: `${mode} (${size} commands)`, detail: { command: mode, commands: size } };
}

function isThere(value: unknown): boolean {
  return value !== null && value !== undefined;
}
