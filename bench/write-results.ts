import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { measuredOn } from "./measured-on.ts";

/** Where figures go. A quick run has a folder of its own: its figures replace no others. */
export const RESULTS = process.env["LATCHKEY_BENCH_RESULTS"] ?? fileURLToPath(new URL("results", import.meta.url));

/**
 * Writes all figures of a run into a file of JSON, so that anyone can compute others from them.
 * What they were measured on and against goes with them, as `about.measuredOn`.
 *
 * @param name of the file, without its ending.
 * @param results each round's figures, and in `about` how they came to be.
 * @param digits behind the point. Default: all of them, on lines of their own.
 */
export function writeResults(
  name: string,
  results: { readonly about: object; readonly [content: string]: unknown },
  digits?: number,
): void {
  mkdirSync(RESULTS, { recursive: true });
  const whole = { ...results, about: { ...results.about, measuredOn: measuredOn() } };
  const shorten = (_: string, value: unknown): unknown =>
    typeof value === "number" && digits !== undefined ? Number(value.toFixed(digits)) : value;
  writeFileSync(join(RESULTS, `${name}.json`), `${JSON.stringify(whole, shorten, digits === undefined ? 1 : 0)}\n`);
}
