import { lateModule } from "../../late-module.ts";
import type { ServerResponse } from "node:http";

const types = lateModule("node:util/types");

/** The status line of an answer. */
export interface Status {
  readonly code: number;
  readonly message: string | undefined;
}

/** HTTP/2 has no status message, and warns of everybody who asks for it. */
export function isHttp1(response: ServerResponse): boolean {
  return !("stream" in response);
}

/** The status that a response shows. */
export function statusOf(response: ServerResponse): Status {
  return { code: response.statusCode, message: isHttp1(response) ? response.statusMessage : undefined };
}

/** Puts a status back. */
export function setStatus(response: ServerResponse, { code, message }: Status): void {
  response.statusCode = code;
  if (isHttp1(response)) (response as { statusMessage: string | undefined }).statusMessage = message;
}

/** Throws what Node throws for a status that cannot be sent. */
export function checkStatus(response: ServerResponse): void {
  const { code, message } = statusOf(response);
  // As Node rounds it.
  const status = Math.trunc(code);
  if (!(status >= 100 && status <= 999))
    throw Object.assign(new RangeError(`Invalid status code: ${String(code)}`), {
      code: "ERR_HTTP_INVALID_STATUS_CODE",
    });
  // Not an import: an answer exists, so node:http is loaded. An application on another server,
  // which only imports the adapter, need not load it.
  if (message !== undefined) process.getBuiltinModule("node:http").validateHeaderValue("statusMessage", message);
}

/** What Node refuses to write, it refuses to the caller, and not when the answer is released. */
export function checkChunk([chunk, encoding]: readonly unknown[]): void {
  if (typeof chunk === "string") {
    if (typeof encoding !== "string" || encoding === "" || Buffer.isEncoding(encoding)) return;
    throw Object.assign(new TypeError(`Unknown encoding: ${encoding}`), { code: "ERR_UNKNOWN_ENCODING" });
  }
  if (types().isUint8Array(chunk)) return;
  const code = chunk === null ? "ERR_STREAM_NULL_VALUES" : "ERR_INVALID_ARG_TYPE";
  throw Object.assign(new TypeError(`What is written is a string, a Buffer or a Uint8Array, not ${typeof chunk}.`), {
    code,
  });
}

/**
 * The error for a header that comes too late. All errors here have the code that Node gives them.
 */
export function headersSent(): Error {
  return Object.assign(new Error("Cannot change headers after they are sent to the client"), {
    code: "ERR_HTTP_HEADERS_SENT",
  });
}

/** The error for bytes that cannot be sent any more. */
export function destroyed(): Error {
  return Object.assign(new Error("Cannot write: the client has left, or this answer is not sent."), {
    code: "ERR_STREAM_DESTROYED",
  });
}
