import type { Guarantee } from "../contender.ts";
import { load } from "../load.ts";
import type { ServerProcess } from "../process.ts";

/** What grows: bytes of JSON in a session, keys in the ring, or requests under way at once. */
export type Axis = "size" | "keys" | "connections";

/** One point of a line that is to be measured. */
export interface Point {
  readonly axis: Axis;
  readonly x: number;
  /** The contender's name. */
  readonly line: string;
  readonly guarantee: Guarantee;
  readonly isOurs: boolean;
  /** Such as "read", "write" or "forged". */
  readonly request: string;
  readonly server: ServerProcess;
  readonly path: string;
  readonly cookies: readonly string[];
  readonly connections: number;
}

/** One window of a point. */
export interface Window {
  /** Microseconds of the server's CPU time for a request. */
  readonly cpu: number;
  /** Requests in a second. */
  readonly rate: number;
  /** Milliseconds. */
  readonly p99: number;
}

/** A point as it is saved: its place, and the figures of each round. */
export interface MeasuredPoint extends Pick<Point, "axis" | "x" | "line" | "guarantee" | "isOurs" | "request"> {
  /** Microseconds of CPU beyond the bare framework's in the same round. */
  readonly added: readonly number[];
  /** Requests in a second. */
  readonly rate: readonly number[];
  /** Milliseconds. */
  readonly p99: readonly number[];
}

/** A point that could not be measured. */
export interface LeftOut extends Pick<Point, "axis" | "x" | "line"> {
  readonly why: string;
}

/** One window of requests. */
export async function measureWindow(
  { server, path, cookies, connections }: Pick<Point, "server" | "path" | "cookies" | "connections">,
  duration: { readonly seconds: number; readonly requests?: number },
): Promise<Window> {
  const before = await server.cpu();
  const { requests, seconds, p99 } = await load({ port: server.port, path, cookies }, { ...duration, connections });
  return { cpu: ((await server.cpu()) - before) / requests, rate: requests / seconds, p99 };
}
