import { lateModule } from "../../late-module.ts";
import { InvalidOptionError, SecretKeyError } from "../../errors.ts";
import { formatFallbacks, parseFallbacks } from "./fallbacks.ts";
import { parseKeyFile } from "./key-file.ts";
import { checkText, nameOrKind } from "../../options.ts";

const util = lateModule("node:util");

/**
 * How a text holds keys: `file` has one key per line with the current one first, and `env` has the
 * variables of a .env file.
 */
export type KeysTextFormat = "file" | "env";

/** The keys in a text. */
export interface KeysInText {
  readonly current: string;
  readonly fallbacks: readonly string[];
}

const VARIABLES = ["SECRET_KEY", "SECRET_KEY_FALLBACKS"] as const;

/**
 * The keys in the text of a key file or a .env file.
 *
 * @throws SecretKeyError `key_file` for a text that cannot be read in this format, `key_missing`
 *   for a .env without SECRET_KEY. InvalidOptionError for arguments of a wrong type.
 */
export function readKeysText(text: string, format: KeysTextFormat): KeysInText {
  checkText("The text of a file with keys, such as in readKeysText(text, format),", text);
  if (format !== "file" && format !== "env")
    throw new InvalidOptionError(
      `The format of a text with keys must be "file" or "env". It got ${nameOrKind(format)}. Fix: readKeysText(text, "env").`,
    );
  if (format === "file") {
    const [current, ...fallbacks] = parseKeyFile(Buffer.from(text, "utf8"), "that was passed as text");
    return { current, fallbacks };
  }
  for (const name of VARIABLES) refuseWhatCannotBeEdited(text, name);
  const values = util().parseEnv(text);
  const current = values["SECRET_KEY"];
  if (current === undefined || current === "")
    throw new SecretKeyError(
      "key_missing",
      "The .env file sets no SECRET_KEY. Fix: add one, made with npx latchkey key generate",
    );
  return {
    current,
    fallbacks: parseFallbacks(values["SECRET_KEY_FALLBACKS"] ?? "", "SECRET_KEY_FALLBACKS of the .env file"),
  };
}

/** Replaces the keys in the text, and leaves everything else as it is. */
export function writeKeysText(text: string, format: KeysTextFormat, { current, fallbacks }: KeysInText): string {
  if (format === "file") {
    const end = text.endsWith("\r\n") ? "\r\n" : "\n";
    return [current, ...fallbacks].join(end) + (text.endsWith("\n") ? end : "");
  }
  const withCurrent = text.replace(
    lineOf("SECRET_KEY"),
    (_, head: string, _value, end: string) => `${head}${quote(current)}${end}`,
  );
  const list = `'${formatFallbacks(fallbacks)}'`;
  const fallbackLine = lineOf("SECRET_KEY_FALLBACKS");
  const written = fallbackLine.test(withCurrent)
    ? withCurrent.replace(fallbackLine, (_, head: string, _value, end: string) =>
        fallbacks.length === 0 ? "" : `${head}${list}${end}`,
      )
    : fallbacks.length === 0
      ? withCurrent
      : withCurrent.replace(lineOf("SECRET_KEY"), (line, head: string, _value, end: string) => {
          const newline = end === "" ? "\n" : end;
          return `${line}${end === "" ? newline : ""}${head.replace("SECRET_KEY", "SECRET_KEY_FALLBACKS")}${list}${end}`;
        });
  const { current: readCurrent, fallbacks: readFallbacks } = readKeysText(written, "env");
  // Node reads a backslash before the closing quote as itself. Bun and python-dotenv read it as an
  // escape of the quote, so they would get another key.
  if (
    current.endsWith("\\") ||
    readCurrent !== current ||
    JSON.stringify(readFallbacks) !== JSON.stringify(fallbacks)
  ) {
    throw new SecretKeyError(
      "key_file",
      "These keys cannot be written to a .env file and read back unchanged. Fix: use a key file (SECRET_KEY_FILE).",
    );
  }
  return written;
}

/**
 * Matches the line that sets a variable: the part before the value, the value, and the line ending.
 */
function lineOf(name: string, flags = "m"): RegExp {
  return new RegExp(String.raw`^([ \t]*(?:export[ \t]+)?${name}[ \t]*=[ \t]*)([^\r\n]*)(\r?\n|$(?![\s\S]))`, flags);
}

function refuseWhatCannotBeEdited(text: string, name: string): void {
  const lines = [...text.matchAll(lineOf(name, "gm"))];
  if (lines.length > 1)
    throw new SecretKeyError("key_file", `The .env file sets ${name} more than once. Fix: keep one of the lines.`);
  const value = lines[0]?.[2] ?? "";
  const quoteSign = /^["'`]/.exec(value)?.[0];
  if (quoteSign !== undefined && value.indexOf(quoteSign, 1) === -1) {
    throw new SecretKeyError(
      "key_file",
      `In the .env file the value of ${name} has several lines. Fix: write it on one line.`,
    );
  }
}

/** A value in a form that all readers of .env files read in the same way. */
function quote(value: string): string {
  if (/^[\w+/=.:-]+$/.test(value)) return value;
  return value.includes("'") ? `"${value}"` : `'${value}'`;
}
