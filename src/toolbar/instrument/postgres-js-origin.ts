/** Templates with an origin that was repaired. postgres.js remembers one for each template too. */
const repaired = new WeakSet<object>();
/** The number of lines that postgres.js keeps of the place at which a query was made. */
const KEPT_LINES = 4;

/**
 * Puts the application's line back into the origin of a query.
 *
 * postgres.js keeps the four topmost lines of the stack at which a tag was called, and adds them to
 * the stack of an error: three of its own and one of the application. A wrapped tag takes the place
 * of the last one. So that line is replaced by the one above it.
 *
 * @param query what the tag returned.
 * @param strings the template. It is the same object at each call from the same line.
 * @returns `query`.
 */
export function repairOrigin(query: unknown, strings: unknown): unknown {
  if (typeof strings !== "object" || strings === null || repaired.has(strings)) return query;
  if (typeof query !== "object" || query === null) return query;
  repaired.add(strings);
  const symbol = Object.getOwnPropertySymbols(query).find(({ description }) => description === "OriginError");
  const origin = symbol === undefined ? undefined : (query as Record<symbol, unknown>)[symbol];
  if (!(origin instanceof Error) || typeof origin.stack !== "string") return query;
  const lines = origin.stack.split("\n");
  // A header and the frames. Longer ones, of the debug mode, have the application's line anyway.
  if (lines.length !== KEPT_LINES + 1) return query;
  // Above this function: the wrapped tag, and what called it.
  const [tag, caller] = (new Error("origin").stack ?? "").split("\n").slice(2);
  if (tag === undefined || caller === undefined || placeOf(tag) !== placeOf(lines[KEPT_LINES]!)) return query;
  lines[KEPT_LINES] = caller;
  origin.stack = lines.join("\n");
  return query;
}

/** A line of a stack without its line and column: "at Object.apply (file:///app/tag.js". */
function placeOf(line: string): string {
  return line.replace(/(?::\d+){1,2}\)?$/, "");
}
