import { hasMethods, type Method, type Shape } from "./instrumentation.ts";

/** The text of a query of postgres.js, and its values. */
export interface RenderedQuery {
  readonly text: string;
  readonly values: readonly unknown[];
  /**
   * The type of each value, by its number in PostgreSQL; 0 and undefined leave it to the library.
   */
  readonly types: readonly unknown[];
}

/**
 * The text that postgres.js will send for a query: with fragments, identifiers and helpers in their
 * places, and values as `$1`. The library makes it when a connection is free, which may be long
 * after the application has asked, and in the course of another request.
 *
 * @param options of the `sql`, for the library's own helpers.
 */
export function renderQuery(query: Shape, options: unknown): RenderedQuery {
  const values: unknown[] = [];
  const types: unknown[] = [];
  try {
    const text = render(query, values, types, options);
    // The values of `sql.unsafe` are numbered in its text already.
    if (query["tagged"] !== true) for (const value of listOf(query["args"])) pushValue(value, values, types);
    return { text, values, types };
  } catch {
    // The library will refuse this query as well, with an error of its own.
    return { text: listOf(query["strings"]).join("?"), values: [], types: [] };
  }
}

function render(query: Shape, values: unknown[], types: unknown[], options: unknown): string {
  const [first, ...strings] = listOf(query["strings"]);
  const args = listOf(query["args"]);
  let text = typeof first === "string" ? first : "";
  for (const [index, string] of strings.entries()) {
    text += place(args[index], text, values, types, options);
    text += String(string);
  }
  return text;
}

function place(value: unknown, before: string, values: unknown[], types: unknown[], options: unknown): string {
  if (isQuery(value)) return render(value, values, types, options);
  if (Array.isArray(value) && isQuery(value[0]))
    return value.map((part: Shape) => ` ${render(part, values, types, options)}`).join("");
  if (isHelper(value)) {
    if (typeof value["build"] === "function")
      return String((value["build"] as Method).call(value, before, values, types, options));
    if (!("type" in value)) return String(value["value"]);
  }
  return pushValue(value, values, types);
}

function pushValue(value: unknown, values: unknown[], types: unknown[]): string {
  if (!isHelper(value) || !("type" in value)) {
    types.push(0);
    return `$${values.push(value)}`;
  }
  // The types of arrays, by the types of their items. `sql.array` has the latter.
  const arrays = value["array"] as Record<string, unknown> | undefined;
  types.push(arrays?.[String(value["type"])] ?? value["type"]);
  return `$${values.push(value["value"])}`;
}

/** Whether a value is a query of postgres.js. It is a promise that begins when it is awaited. */
export function isQuery(value: unknown): value is Shape {
  return value instanceof Promise && hasMethods(value as unknown as Shape, "handle", "execute", "cancel");
}

/** An identifier, a typed value or a builder: objects with methods that refuse to be awaited. */
function isHelper(value: unknown): value is Shape {
  if (typeof value !== "object" || value === null || value instanceof Promise) return false;
  return hasMethods(value as Shape, "then", "catch", "finally");
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
