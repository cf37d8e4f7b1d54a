import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { KeyUsage } from "../../index.ts";
import type { KeysTextFormat } from "../../keys/index.ts";
import { isEnvFile } from "../doctor/list-files.ts";
import type { Io } from "../io.ts";
import { UsageError } from "../usage-error.ts";

/** The format in which a file holds keys, by its name. */
export function formatOf(name: string): KeysTextFormat {
  return isEnvFile(name) || /\.env\.(?:example|sample|template|dist)$/.test(name) ? "env" : "file";
}

/**
 * The counters of one server or of several: the result of `ring.usage()` as JSON, or a list of such
 * results.
 */
export async function readUsageFile(name: string, io: Io): Promise<readonly KeyUsage[]> {
  const text = name === "-" ? (await io.readInput()).toString("utf8") : readFileSync(resolve(io.cwd, name), "utf8");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UsageError(`The counters in ${name} are not JSON. Fix: write JSON.stringify(ring.usage()) to it.`);
  }
  const usage = Array.isArray(value) ? (value.flat() as unknown[]) : [];
  if (usage.length === 0 || !usage.every(isUsage))
    throw new UsageError(
      `The counters in ${name} must be a list with fingerprint, role, signed and verified for each key. Fix: write JSON.stringify(ring.usage()) to it.`,
    );
  return usage as KeyUsage[];
}

function isUsage(entry: unknown): boolean {
  const { fingerprint, verified } = (entry ?? {}) as Record<string, unknown>;
  return typeof fingerprint === "string" && typeof verified === "number" && verified >= 0;
}
