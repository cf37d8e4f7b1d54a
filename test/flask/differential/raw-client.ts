import { connect } from "node:net";

/** An answer as it came over the socket, with the body put together. */
export interface Answer {
  readonly status: number;
  /** Names in lower case, in the order in which they came. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

/** The bytes of a request, with the lines that every request needs. */
export function toBytes(request: string, body: Uint8Array | undefined, more: readonly string[]): Buffer {
  const [head = "", ...rest] = request.split("\n\n");
  const [line = "", ...written] = head.split("\n");
  const payload = body ?? Buffer.from(rest.join("\n\n"));
  const has = (name: string): boolean => written.some((header) => header.toLowerCase().startsWith(`${name}:`));
  const hasBody = body !== undefined || rest.length > 0;
  const headers = [
    ...(has("host") ? [] : ["Host: localhost"]),
    ...written,
    ...more,
    ...(hasBody && !has("content-length") && !has("transfer-encoding")
      ? [`Content-Length: ${payload.byteLength}`]
      : []),
    "Connection: close",
  ];
  const version = / HTTP\/\d\.\d$/.test(line) ? "" : " HTTP/1.1";
  return Buffer.concat([Buffer.from(`${line}${version}\r\n${headers.join("\r\n")}\r\n\r\n`), payload]);
}

/**
 * Sends bytes to a server of this machine, and reads the answer to its end. No library comes
 * between, so that addresses and headers arrive as they were written.
 */
export async function sendRaw(port: number, bytes: Buffer): Promise<Answer> {
  const received = await new Promise<Buffer>((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
    socket.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      // Flask's server waits for the rest of a body that it has refused.
      if (isMeasuredAndWhole(Buffer.concat(chunks))) socket.destroy();
    });
    // A server that does not read the whole body may reset the connection after its answer.
    socket.on("error", (error) => (chunks.length > 0 ? resolve(Buffer.concat(chunks)) : reject(error)));
    socket.on("close", () => resolve(Buffer.concat(chunks)));
    socket.setTimeout(20_000, () => socket.destroy(new Error("no answer within 20 seconds")));
  });
  return parse(received, bytes.subarray(0, 5).toString() === "HEAD ");
}

function parse(received: Buffer, isHead: boolean): Answer {
  const end = received.indexOf("\r\n\r\n");
  if (end < 0) throw new Error(`no answer of HTTP: ${JSON.stringify(received.subarray(0, 200).toString())}`);
  const [line = "", ...lines] = received.subarray(0, end).toString("latin1").split("\r\n");
  const status = Number(line.split(" ")[1]);
  const rest = received.subarray(end + 4);
  if (status === 100) return parse(rest, isHead);
  const headers = lines.map((text): [string, string] => {
    const at = text.indexOf(":");
    return [text.slice(0, at).toLowerCase(), text.slice(at + 1).trim()];
  });
  const isChunked = headers.some(([name, value]) => name === "transfer-encoding" && value.toLowerCase() === "chunked");
  return { status, headers, body: isChunked && !isHead ? dechunked(rest) : rest };
}

/** Whether an answer with Content-Length is there as a whole. Others end with the connection. */
function isMeasuredAndWhole(received: Buffer): boolean {
  const end = received.indexOf("\r\n\r\n");
  const length = /\r\ncontent-length: (\d+)/i.exec(received.subarray(0, Math.max(0, end)).toString("latin1"))?.[1];
  return end >= 0 && length !== undefined && received.length - end - 4 >= Number(length);
}

function dechunked(text: Buffer): Buffer {
  const chunks: Buffer[] = [];
  for (let at = 0; ;) {
    const end = text.indexOf("\r\n", at);
    const size = end < 0 ? Number.NaN : Number.parseInt(text.subarray(at, end).toString("latin1"), 16);
    if (Number.isNaN(size)) return Buffer.concat([...chunks, Buffer.from("\n(the stream was cut off)")]);
    if (size === 0) return Buffer.concat(chunks);
    chunks.push(text.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
}
