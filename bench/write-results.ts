import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where figures go. A quick run has a folder of its own: its figures replace no others. */
export const RESULTS = process.env["LATCHKEY_BENCH_RESULTS"] ?? fileURLToPath(new URL("results", import.meta.url));

/** Writes all figures of a run into a file of JSON, so that anyone can compute others from them. */
export function writeResults(name: string, results: object, digits?: number): void {
  mkdirSync(RESULTS, { recursive: true });
  const shorten = (_: string, value: unknown): unknown =>
    typeof value === "number" && digits !== undefined ? Number(value.toFixed(digits)) : value;
  writeFileSync(join(RESULTS, `${name}.json`), `${JSON.stringify(results, shorten, digits === undefined ? 1 : 0)}\n`);
}
