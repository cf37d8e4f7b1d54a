import { parseEnv } from "node:util";
import { UsageError } from "../usage-error.ts";

/** The line that sets SECRET_KEY: what is before the value, the value, and what is after it. */
const KEY_LINE =
  /^([ \t]*(?:export[ \t]+)?SECRET_KEY[ \t]*=[ \t]*)("[^"]*"|'[^']*'|`[^`]*`|[^#\r\n]*?)(\s*(?:#.*\s*)?)$/;

/** The value of a variable in the text of a .env file. An empty value counts as none. */
export function envValue(text: string, name: string): string | undefined {
  const value = parseEnv(text)[name];
  return value === "" ? undefined : value;
}

/** How a key is added to the text of a .env file. */
export interface AddKeyOptions {
  /** How errors name the file. */
  readonly file: string;
  /** Replaces a key that the text has already. Default: that is an error. */
  readonly isForced?: boolean | undefined;
  /** A line to write above a new line, with its "#". Default: none. */
  readonly comment?: string | undefined;
}

/**
 * The text of a .env file with this SECRET_KEY. All other lines, comments, line endings and the end
 * of the file stay as they are. A line with an empty value is filled in.
 *
 * @throws UsageError if the text has a key already, or cannot be understood.
 */
export function addKey(text: string, key: string, { file, isForced = false, comment }: AddKeyOptions): string {
  if (envValue(text, "SECRET_KEY") !== undefined && !isForced)
    throw new UsageError(
      `${file} sets SECRET_KEY already, so it was left as it is. Fix: npx latchkey key rotate ${file} --announce begins to replace the key, and logs nobody out. With --force the key is replaced at once, and every session ends.`,
    );
  const lines = text.split(/(?<=\n)/);
  const places = lines.flatMap((line, index) => (KEY_LINE.test(line) ? [index] : []));
  if (places.length > 1)
    throw new UsageError(`${file} sets SECRET_KEY more than once. Fix: keep one of the lines, and run this again.`);
  const [place] = places;
  const written =
    place === undefined
      ? appended(text, [...(comment === undefined ? [] : [comment]), `SECRET_KEY=${key}`])
      : lines
          .with(
            place,
            lines[place]!.replace(KEY_LINE, (_, head: string, _value, tail: string) => head + key + tail),
          )
          .join("");
  // Such as a line in the middle of a value with several lines.
  const expected: NodeJS.Dict<string> = { ...parseEnv(text), SECRET_KEY: key };
  const read = parseEnv(written);
  const names = new Set([...Object.keys(expected), ...Object.keys(read)]);
  if ([...names].some((name) => expected[name] !== read[name]))
    throw new UsageError(
      `${file} has a line that cannot be understood, such as a quote without its end, so it was left as it is. Fix: write SECRET_KEY to it by hand: npx latchkey key generate`,
    );
  return written;
}

/** A text with more lines at its end. A text without a newline at its end gets none. */
export function appended(text: string, lines: readonly string[]): string {
  const newline = newlineOf(text);
  const added = lines.join(newline);
  if (text === "") return added + newline;
  return text.endsWith("\n") ? text + added + newline : text + newline + added;
}

/** The line ending that a text uses: that of its first line. */
export function newlineOf(text: string): "\n" | "\r\n" {
  return /\r?\n/.exec(text)?.[0] === "\r\n" ? "\r\n" : "\n";
}
