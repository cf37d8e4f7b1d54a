import { formatWithOptions, stripVTControlCharacters } from "node:util";
import { formatThrownName } from "../../format.ts";
import { boundedValue } from "./bounded-value.ts";

/** More than is searched for secrets, so that the end of what is shown is never half of one. */
const LONGEST = 20_000;
const MOST_ARGUMENTS = 50;
/** What escape codes of terminals begin with. */
const ESCAPES = ["\u001B", "\u009B"] as const;
const OPTIONS = { depth: 4, maxArrayLength: 50, maxStringLength: 4_000, colors: false } as const;

/** A text of a log, before redaction. */
export interface LoggedText {
  readonly text: string;
  /** The characters that it had, where only its beginning is in `text`. */
  readonly length: number | undefined;
}

/** What console prints for these arguments, bounded before it is formatted, and without colours. */
export function formatArguments(args: readonly unknown[]): LoggedText {
  const [first] = args;
  if (args.length === 1 && typeof first === "string") return plainText(first);
  const bounded = args
    .slice(0, MOST_ARGUMENTS)
    .map((value) => (typeof value === "string" ? value.slice(0, LONGEST) : boundedValue(value)));
  const cut = args.reduce<number>(
    (sum, value) => sum + (typeof value === "string" ? Math.max(0, value.length - LONGEST) : 0),
    0,
  );
  return plainText(formatted(bounded), cut);
}

/**
 * A text without the escape codes of terminals.
 *
 * @param cut how many characters of it are left out already.
 */
export function plainText(text: string, cut = 0): LoggedText {
  const start = text.length > LONGEST ? text.slice(0, LONGEST) : text;
  return {
    text: ESCAPES.some((escape) => start.includes(escape)) ? stripVTControlCharacters(start) : start,
    length: text.length + cut > LONGEST ? text.length + cut : undefined,
  };
}

function formatted(args: readonly unknown[]): string {
  try {
    return formatWithOptions(OPTIONS, ...args);
  } catch (error) {
    // A class may have its own way of being shown, and that may throw. Console has thrown then, or
    // is about to.
    return `[cannot be shown: ${formatThrownName(error)}]`;
  }
}
