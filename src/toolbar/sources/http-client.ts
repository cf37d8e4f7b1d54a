import type { ChannelListener, KeyedListener } from "../channels.ts";
import type { OpenSpan } from "../span.ts";
import { httpAddress } from "./http-address.ts";
import { isMessage, member, numberOf, textOf, type Message } from "./message.ts";
import type { Source } from "./source.ts";

/**
 * Outgoing requests of node:http and node:https, and of libraries that stand on them. A span lasts
 * until the body was read. `fetch` does not use node:http, so nothing comes twice.
 */
export function httpClient(): Source {
  const open = new WeakMap<object, OpenSpan>();
  const spanOf = (message: unknown): OpenSpan | undefined => open.get(member(message, "request") as object);
  const keyed = (listener: ChannelListener): KeyedListener => ({
    key: (message) => member(message, "request"),
    listener,
  });
  const begin = keyed((message, recording) => {
    const request = member(message, "request");
    if (!isMessage(request) || open.has(request)) return;
    const method = textOf(request["method"]);
    const path = textOf(request["path"]);
    const origin = originOf(request);
    if (method === undefined || path === undefined || origin === undefined) return;
    const url = httpAddress(origin, path, recording);
    open.set(request, recording.startSpan({ kind: "http", label: `${method} ${url}`, detail: { method, url } }));
  });
  return {
    id: "http-client",
    channels: {
      "http.client.request.created": begin,
      // For a Node that does not publish the other one.
      "http.client.request.start": begin,
      "http.client.request.error": keyed((message) => spanOf(message)?.end({ error: member(message, "error") })),
      // It is published when the headers have arrived.
      "http.client.response.finish": keyed((message) => {
        const response = member(message, "response");
        const span = spanOf(message);
        const status = numberOf(member(response, "statusCode"));
        if (span === undefined || !isMessage(response) || status === undefined) return;
        const bytes = Number(member(response["headers"], "content-length"));
        span.note({ status, ...(Number.isInteger(bytes) ? { bytes } : {}) });
        const { once } = response;
        if (typeof once === "function")
          once.call(response, "close", () =>
            span.end(response["complete"] === false ? { error: new Error("The answer was not complete.") } : {}),
          );
      }),
    },
  };
}

function originOf(request: Message): string | undefined {
  const { getHeader, protocol } = request;
  const host: unknown =
    (typeof getHeader === "function" ? (getHeader as (name: string) => unknown).call(request, "host") : undefined) ??
    request["host"];
  return typeof protocol === "string" && typeof host === "string" ? `${protocol}//${host}` : undefined;
}
