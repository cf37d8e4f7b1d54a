import type { ExchangeSummary } from "../exchange-page.ts";

/**
 * A line of the list from its JSON. Undefined if it is not one: the file may have been written by
 * someone else.
 */
export function readSummary(json: string): ExchangeSummary | undefined {
  const value = parsed(json);
  if (typeof value !== "object" || value === null) return undefined;
  const { id, sequence, method, path, status, duration, startedAt, tone, findings, finished, ...more } =
    value as Record<string, unknown>;
  const isLine =
    typeof id === "string" &&
    /^[0-9a-f-]{36}$/.test(id) &&
    typeof method === "string" &&
    typeof path === "string" &&
    [sequence, duration, startedAt, findings].every((number) => Number.isFinite(number)) &&
    (status === undefined || Number.isInteger(status)) &&
    ["ok", "warn", "error"].includes(tone as string) &&
    typeof finished === "boolean" &&
    ["session", "redirectedFrom", "notShown"].every((name) => ["undefined", "string"].includes(typeof more[name]));
  return isLine ? (value as ExchangeSummary) : undefined;
}

/** Whether a JSON text is the data of panels by their ids. The data itself is not checked. */
export function isPanels(json: string): boolean {
  const value = parsed(json);
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
