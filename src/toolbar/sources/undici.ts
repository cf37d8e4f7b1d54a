import type { ChannelListener, KeyedListener } from "../channels.ts";
import type { OpenSpan } from "../span.ts";
import { httpAddress } from "./http-address.ts";
import { isMessage, member, numberOf, textOf } from "./message.ts";
import type { Source } from "./source.ts";

/**
 * Outgoing requests of `fetch` and undici. A span lasts until the body has arrived. Answers arrive
 * on pooled sockets, so all messages are told apart by the request.
 */
export function undici(): Source {
  const open = new WeakMap<object, OpenSpan>();
  const spanOf = (message: unknown): OpenSpan | undefined => open.get(member(message, "request") as object);
  const keyed = (listener: ChannelListener): KeyedListener => ({
    key: (message) => member(message, "request"),
    listener,
  });
  return {
    id: "undici",
    channels: {
      "undici:request:create": keyed((message, recording) => {
        const request = member(message, "request");
        const method = textOf(member(request, "method"));
        const path = textOf(member(request, "path"));
        const origin = member(request, "origin");
        if (!isMessage(request) || method === undefined || path === undefined) return;
        if (typeof origin !== "string" && !(origin instanceof URL)) return;
        const url = httpAddress(typeof origin === "string" ? origin : origin.origin, path, recording);
        open.set(request, recording.startSpan({ kind: "http", label: `${method} ${url}`, detail: { method, url } }));
      }),
      "undici:request:headers": keyed((message) => {
        const response = member(message, "response");
        const status = numberOf(member(response, "statusCode"));
        if (status === undefined) return;
        const bytes = lengthOf(member(response, "headers"));
        spanOf(message)?.note({ status, ...(bytes === undefined ? {} : { bytes }) });
      }),
      "undici:request:trailers": keyed((message) => spanOf(message)?.end()),
      "undici:request:error": keyed((message) => spanOf(message)?.end({ error: member(message, "error") })),
    },
  };
}

/** The Content-Length in undici's list of names and values, which are bytes. */
function lengthOf(headers: unknown): number | undefined {
  if (!Array.isArray(headers)) return undefined;
  const index = headers.findIndex((name, at) => at % 2 === 0 && isContentLength(name));
  return index === -1 ? undefined : numberOf(Number(String(headers[index + 1])));
}

function isContentLength(name: unknown): boolean {
  return name instanceof Uint8Array && name.length === 14 && String(name).toLowerCase() === "content-length";
}
