import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { ResponseSize } from "../recording.ts";

/** The bytes that a connection had written when its last answer was complete. */
const writtenBefore = new WeakMap<Socket, number>();

/**
 * Begins to count what a connection writes. Returns a function that tells the size of the answer's
 * body once it was sent.
 *
 * Node does not tell the size of a stream's body. So it is what the connection has written for this
 * answer, without the headers. HTTP/2 has several answers on one connection at a time: there only
 * Content-Length tells the size.
 */
export function watchResponseSize(
  request: IncomingMessage,
  response: ServerResponse,
): (added: number, isComplete: boolean) => ResponseSize | undefined {
  const { socket } = request;
  const isShared = request.httpVersionMajor >= 2;
  const atStart = isShared ? 0 : socket.bytesWritten;
  return (added, isComplete) => {
    const written = isShared ? 0 : writtenSince(socket, atStart);
    if (hasNoBody(request, response)) return { body: 0, isExact: true, added };
    const declared = Number(response.getHeader("content-length") ?? Number.NaN);
    if (isComplete && Number.isInteger(declared)) return { body: Math.max(0, declared - added), isExact: true, added };
    // Not a public member, so it may be gone in a later Node. Then the size is not known.
    const { _header: header } = response as { readonly _header?: unknown };
    if (isShared || typeof header !== "string") return undefined;
    return {
      body: Math.max(0, written - Buffer.byteLength(header, "latin1") - added),
      isExact: !/\r\ntransfer-encoding:/i.test(header),
      added,
    };
  };
}

function writtenSince(socket: Socket, atStart: number): number {
  // A request that came before the answer to the one before it was complete.
  const from = Math.max(atStart, writtenBefore.get(socket) ?? 0);
  writtenBefore.set(socket, socket.bytesWritten);
  return socket.bytesWritten - from;
}

function hasNoBody({ method }: IncomingMessage, { statusCode }: ServerResponse): boolean {
  return method === "HEAD" || statusCode === 204 || statusCode === 304;
}
