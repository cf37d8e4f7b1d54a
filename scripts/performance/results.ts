import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { MeasuredOn } from "../../bench/measured-on.ts";
import type { LeftOut, MeasuredPoint } from "../../bench/sessions/growth/point.ts";
import type { Row as NumberRow } from "../../bench/sessions/number/measure.ts";
import type { Figures } from "../../bench/sessions/report.ts";

/** How figures came to be. */
interface About {
  readonly rounds: number;
  readonly measuredOn: Machine;
}
/** Runs of earlier releases did not write all of it down. */
export type Machine = Omit<MeasuredOn, "model" | "gigabytes" | "load"> &
  Partial<Pick<MeasuredOn, "model" | "gigabytes" | "load">>;
type Rounds = readonly number[];
type Result<Content> = Content & { readonly about: About };

interface FlaskFigure {
  readonly rate: number;
  readonly cpu: number;
  readonly p99: number;
}

/** The files of bench/results that the page is made of. Undefined for what was not measured. */
export interface Results {
  readonly sessions?: Result<{ readonly figures: readonly Figures[] }>;
  /** Libraries for logins, in a run of their own. */
  readonly auth?: Result<{ readonly figures: readonly Figures[] }>;
  readonly growth?: Result<{ readonly points: readonly MeasuredPoint[]; readonly leftOut: readonly LeftOut[] }>;
  readonly number?: Result<{ readonly rows: readonly NumberRow[] }>;
  readonly start?: Result<{
    readonly milliseconds: Readonly<Record<string, Rounds>>;
    readonly cpuMilliseconds: Readonly<Record<string, Rounds>>;
  }>;
  readonly keys?: Result<{ readonly milliseconds: Readonly<Record<string, readonly Rounds[]>> }>;
  readonly signing?: Result<{ readonly rows: readonly SigningRow[] }>;
  readonly stores?: Result<{ readonly microseconds: Readonly<Record<string, Readonly<Record<string, Rounds>>>> }>;
  readonly flask?: Result<{
    readonly figures: Readonly<Record<string, Readonly<Record<string, readonly FlaskFigure[]>>>>;
  }>;
  readonly rendering?: Result<{ readonly figures: Readonly<Record<string, Readonly<Record<string, Rounds>>>> }>;
  readonly toolbar?: Result<{ readonly figures: Readonly<Record<string, Rounds>> }>;
}

/** What was measured of one contender that signs. */
export interface SigningRow {
  readonly payload: string;
  readonly operation: "verify" | "sign";
  readonly contender: string;
  readonly inPython?: string | undefined;
  readonly microseconds: Rounds;
}

/** By the part of `npm run bench`, the file that it writes. */
const FILES: Readonly<Record<keyof Results, string>> = {
  sessions: "sessions.json",
  auth: "sessions-auth.json",
  growth: "growth.json",
  number: "number.json",
  signing: "signing.json",
  keys: "keys.json",
  start: "start.json",
  stores: "stores.json",
  flask: "flask.json",
  rendering: "flask-rendering.json",
  toolbar: "toolbar.json",
};

/** All figures in a folder, such as bench/results. */
export function readResults(folder: string): Results {
  return Object.fromEntries(
    Object.entries(FILES)
      .map(([part, file]) => [part, join(folder, file)] as const)
      .filter(([, file]) => existsSync(file))
      .map(([part, file]) => [part, JSON.parse(readFileSync(file, "utf8")) as unknown]),
  );
}

/** The parts of `npm run bench` that have no figures. */
export function notMeasured(results: Results): readonly string[] {
  return (Object.keys(FILES) as (keyof Results)[]).filter((part) => results[part] === undefined);
}
