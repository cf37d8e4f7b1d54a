import { unixNow } from "../../index.ts";
import type { ExchangeSummary } from "../../toolbar/exchange-page.ts";
import { UsageError } from "../usage-error.ts";

/** The options that choose requests. */
export interface FilterOptions {
  readonly failed?: boolean;
  /** Milliseconds; true without a number. */
  readonly slow?: string | true;
  readonly path?: string;
  readonly method?: string;
  readonly status?: string;
  readonly since?: string;
  readonly limit: string;
}

/** The default of the toolbar's option `slowMs`. */
const SLOW = 500;
const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** Chooses requests from a list, and keeps its order. */
export type RecordFilter = (list: readonly ExchangeSummary[]) => readonly ExchangeSummary[];

/**
 * The filter for requests that all of the options choose.
 *
 * @throws UsageError for an option that cannot be read.
 */
export function recordFilter(options: FilterOptions): RecordFilter {
  const { failed, path, method } = options;
  const [slow, hasStatus, since, limit] = [
    options.slow === undefined ? 0 : slowFrom(options.slow),
    statusTest(options.status),
    sinceFrom(options.since),
    limitFrom(options.limit),
  ];
  return (list) =>
    list
      .filter(
        (line) =>
          (failed !== true || hasFailed(line)) &&
          line.duration >= slow &&
          (path === undefined || line.path.includes(path)) &&
          (method === undefined || line.method === method.toUpperCase()) &&
          hasStatus(line.status) &&
          line.startedAt >= since,
      )
      .slice(0, limit);
}

/** Whether an answer is an error, the handler threw, or a panel reports an error. */
function hasFailed({ status = 0, tone }: ExchangeSummary): boolean {
  return status >= 400 || tone === "error";
}

function slowFrom(slow: string | true): number {
  const milliseconds = slow === true ? SLOW : Number(slow);
  if (milliseconds > 0) return milliseconds;
  throw new UsageError(`--slow takes a number of milliseconds above 0. It got "${String(slow)}". Fix: --slow 200.`);
}

function statusTest(status: string | undefined): (status: number | undefined) => boolean {
  if (status === undefined) return () => true;
  const wanted = status.split(",").map((word) => word.trim().toLowerCase());
  if (!wanted.every((word) => /^[1-5](?:\d\d|xx)$/.test(word)))
    throw new UsageError(`--status takes 404, 4xx, or several of them. It got "${status}". Fix: --status 404,5xx.`);
  return (given) =>
    wanted.some((word) => given !== undefined && new RegExp(word.replace("xx", "\\d\\d")).test(String(given)));
}

/** Unix seconds. */
function sinceFrom(since: string | undefined): number {
  if (since === undefined) return -Infinity;
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(since) ?? [];
  if (count !== undefined) return unixNow() - Number(count) * UNITS[unit!]!;
  const moment = /^\d{4}-\d\d-\d\d/.test(since) ? Date.parse(since) : Number.NaN;
  if (!Number.isNaN(moment)) return moment / 1000;
  throw new UsageError(
    `--since takes a time span (30s, 10m, 2h, 1d) or a date. It got "${since}". Fix: --since 10m, or --since 2026-11-29T10:00.`,
  );
}

function limitFrom(limit: string): number {
  const count = Number(limit);
  if (Number.isInteger(count) && count > 0) return count;
  throw new UsageError(`--limit takes a whole number from 1. It got "${limit}". Fix: --limit 20.`);
}
