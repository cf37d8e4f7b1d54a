import type { Recording } from "../recording.ts";
import type { SpanStart } from "../span.ts";

/** A longer statement is cut before anything else is done with it. */
const MOST_CHARACTERS = 20_000;
/** The most parameters of a statement that are recorded. */
const MOST_PARAMS = 50;
/** After this many spans of a request, parameters are left out. */
const MOST_WITH_PARAMS = 300;

/** What a driver tells of a statement. */
export interface Statement {
  /** "postgresql", "mysql", "sqlite" … */
  readonly system: string;
  readonly text: string;
  readonly database?: string | undefined;
  readonly params?: unknown;
  /** Whether the driver has put the values into the text. */
  readonly isInlined?: boolean | undefined;
}

/**
 * The beginning of a span for a statement. Undefined inside of another statement: then a library
 * above the driver has told of the same one.
 */
export function sqlStart(
  { system, text, database, params, isInlined }: Statement,
  recording: Recording,
): SpanStart | undefined {
  if (recording.currentSpan?.kind === "sql") return undefined;
  return {
    kind: "sql",
    label: oneLine(text),
    detail: {
      system,
      ...(database === undefined || database === "" ? {} : { database }),
      ...(params === undefined || recording.spans.length >= MOST_WITH_PARAMS ? {} : { params: firstOf(params) }),
      ...(isInlined === true ? { isInlined } : {}),
    },
  };
}

/** A text with its white space collapsed. */
export function oneLine(text: string): string {
  const start = text.length > MOST_CHARACTERS ? text.slice(0, MOST_CHARACTERS) : text;
  return /\s\s|[^\S ]|^ | $/.test(start) ? start.replace(/\s+/g, " ").trim() : start;
}

function firstOf(params: unknown): unknown {
  return Array.isArray(params) && params.length > MOST_PARAMS
    ? [...(params as unknown[]).slice(0, MOST_PARAMS), `… ${params.length - MOST_PARAMS} more`]
    : params;
}
