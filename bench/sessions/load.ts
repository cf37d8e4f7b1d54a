import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { ANSWER } from "./contender.ts";

/** One request that is sent over and over; with several cookies, each in its turn. */
export interface Target {
  readonly port: number;
  readonly path: string;
  /** Cookie headers. Empty: none is sent. */
  readonly cookies: readonly string[];
}

/** What came of it. */
export interface Load {
  readonly requests: number;
  readonly seconds: number;
  /** Milliseconds. */
  readonly p99: number;
  /** Answers with a Set-Cookie header, as far as those that were looked at tell. */
  readonly withCookie: number;
}

const HEAD_END = Buffer.from("\r\n\r\n");
/** What every answer ends with. */
const TAIL = Buffer.from(`\r\n\r\n${JSON.stringify(ANSWER)}`);
const NOTHING = Buffer.alloc(0);
/**
 * One answer of so many is looked at as a whole: a load that is slower than the server measures
 * itself.
 */
const LOOK_AT = 16;

/**
 * Sends requests over kept-alive connections, each its next one when the answer is there, and says
 * how many were answered in that time. It knows just as much of HTTP as these servers speak, so
 * that it needs less time than they do.
 */
export async function load(
  target: Target,
  {
    seconds,
    requests: most = Infinity,
    connections = 16,
  }: { seconds: number; requests?: number; connections?: number },
): Promise<Load> {
  const requests = (target.cookies.length === 0 ? [""] : target.cookies).map((cookie) =>
    Buffer.from(
      `GET ${target.path} HTTP/1.1\r\nHost: localhost\r\n${cookie === "" ? "" : `Cookie: ${cookie}\r\n`}\r\n`,
      "latin1",
    ),
  );
  const latencies: number[] = [];
  let next = 0;
  let withCookie = 0;
  let looked = 0;
  const started = performance.now();
  const end = started + seconds * 1000;

  const work = async (socket: Socket): Promise<void> => {
    let sent = 0;
    let pending: Buffer = NOTHING;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const send = (): void => {
      sent = performance.now();
      if (sent >= end || latencies.length >= most) return resolve();
      socket.write(requests[next++ % requests.length]!);
    };
    socket.on("data", (chunk) => {
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      // All answers have the same body, so the end of one that is whole is known without a look at
      // its headers.
      if (
        latencies.length % LOOK_AT === 0 ||
        pending.length < TAIL.length ||
        !pending.subarray(-TAIL.length).equals(TAIL)
      ) {
        const head = pending.indexOf(HEAD_END);
        if (head === -1) return;
        const headers = pending.toString("latin1", 0, head).toLowerCase();
        if (!headers.startsWith("http/1.1 200"))
          return reject(new Error(`${target.path} answered ${headers.slice(9, 12)}: ${pending.toString()}`));
        if (!isWhole(headers, pending, head + HEAD_END.length)) return;
        looked++;
        if (headers.includes("\r\nset-cookie:")) withCookie++;
      }
      pending = NOTHING;
      latencies.push(performance.now() - sent);
      send();
    });
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("The server closed a connection.")));
    send();
    await promise;
  };

  const sockets = await Promise.all(
    Array.from({ length: connections }, async () => {
      const socket = connect(target.port, "127.0.0.1").setNoDelay(true);
      await once(socket, "connect");
      return socket;
    }),
  );
  // This process never sleeps: to wake it is work that the kernel does on the server's time, and on
  // a virtual machine it is more than most sessions cost. A server that is slower than its load
  // would pay for that with each answer, and a fast one would not.
  let isLoading = true;
  const stayAwake = (): void => void (isLoading && setImmediate(stayAwake));
  stayAwake();
  try {
    await Promise.all(sockets.map(work));
  } finally {
    isLoading = false;
    for (const socket of sockets) socket.removeAllListeners("close").destroy();
  }
  const took = (performance.now() - started) / 1000;
  return {
    requests: latencies.length,
    seconds: took,
    p99: quantile(latencies, 0.99),
    withCookie: (withCookie / looked) * latencies.length,
  };
}

function isWhole(headers: string, bytes: Buffer, bodyStart: number): boolean {
  const length = /\r\ncontent-length: *(\d+)/.exec(headers)?.[1];
  if (length !== undefined) return bytes.length >= bodyStart + Number(length);
  return bytes.subarray(-5).equals(Buffer.from("0\r\n\r\n"));
}

/** The value below which this part of them lies. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
}

/** The Cookie header that a browser would send after this answer. */
export async function cookieAfter(port: number, path: string): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`${path} answered ${response.status}.`);
  const pairs = new Map<string, string>();
  for (const cookie of response.headers.getSetCookie()) {
    const [pair = ""] = cookie.split(";");
    const equals = pair.indexOf("=");
    pairs.set(pair.slice(0, equals), pair);
  }
  if (pairs.size === 0) throw new Error(`${path} sent no cookie.`);
  return [...pairs.values()].join("; ");
}

/**
 * The same cookies with one letter of the last one changed, near its end: where signatures and tags
 * stand.
 */
export function forged(cookie: string): string {
  let place = cookie.length - 6;
  // Not in the middle of a percent-encoded character.
  while (!/[A-Za-z0-9]/.test(cookie[place]!) || cookie.slice(place - 2, place).includes("%")) place--;
  return cookie.slice(0, place) + (cookie[place] === "A" ? "B" : "A") + cookie.slice(place + 1);
}
