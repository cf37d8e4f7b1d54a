import type { SpanStart } from "../span.ts";
import { numberOf, textOf, type Message } from "./message.ts";

/**
 * The beginning of a span for a connection to a database, which a request has to wait for.
 *
 * @param system "MySQL", "Redis".
 */
export function connectStart(system: string, message: Message): SpanStart | undefined {
  const host = textOf(message["serverAddress"]);
  if (host === undefined) return undefined;
  const port = numberOf(message["serverPort"]);
  return {
    kind: "connect",
    label: `${system} ${host}${port === undefined ? "" : `:${port}`}`,
    detail: { system: system.toLowerCase() },
  };
}
