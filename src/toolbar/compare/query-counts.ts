const MOST = 2_000;

/**
 * How often each query ran, by its text without values, so that equal queries with other values
 * count as one. It reads the figures of the panel "queries", and ignores shapes that it does not
 * know.
 */
export function queryCounts(panels: Readonly<Record<string, unknown>>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const stats = panels["queries"];
  if (typeof stats !== "object" || stats === null) return counts;
  const { groups } = stats as { readonly groups?: unknown };
  const lists = [groups, ...Object.values(stats)].filter((value) => Array.isArray(value));
  const list = (lists as unknown[][]).find((items) => items.some((item) => textOf(item) !== undefined)) ?? [];
  for (const item of list.slice(0, MOST)) {
    const text = textOf(item);
    if (text === undefined) continue;
    const fingerprint = withoutValues(text);
    const { count } = item as { count?: unknown };
    counts.set(fingerprint, (counts.get(fingerprint) ?? 0) + (typeof count === "number" ? count : 1));
  }
  return counts;
}

function textOf(item: unknown): string | undefined {
  if (typeof item !== "object" || item === null) return undefined;
  const { fingerprint, label, sql, text } = item as Readonly<Record<string, unknown>>;
  return [fingerprint, label, sql, text].find((value) => typeof value === "string") as string | undefined;
}

function withoutValues(text: string): string {
  return text
    .slice(0, 4_000)
    .replace(/'(?:[^']|'')*'/g, "?")
    .replace(/\b\d+(?:\.\d+)?\b/g, "?")
    .replace(/\$\?/g, "?")
    .replace(/\s+/g, " ")
    .trim();
}
