import { InvalidOptionError } from "../../../errors.ts";
import { checkBytes, nameOrKind } from "../../../options.ts";

/** How the lines of a list of keys are written. */
export type KeyListFormat = "auto" | "text" | "base64";

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\",
  "'": "'",
  '"': '"',
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};
const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3})|(.))/gs;

/**
 * The keys of a text with one key per line, as bytes. Empty lines are ignored.
 *
 * @throws InvalidOptionError for a line that does not fit the format.
 */
export function parseKeyList(bytes: Uint8Array, format: KeyListFormat = "auto"): Uint8Array[] {
  checkBytes("The argument of parseKeyList(bytes)", bytes);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    .toString("utf8")
    .replace(/^\u{FEFF}/u, "");
  return text.split(/\r?\n/).flatMap((line, index) => (line === "" ? [] : [parseLine(line, index + 1, format)]));
}

function parseLine(line: string, number: number, format: KeyListFormat): Uint8Array {
  switch (format) {
    case "text":
      return Buffer.from(line, "utf8");
    case "base64": {
      const decoded = Buffer.from(line, "base64");
      const canonical = decoded.toString("base64").replace(/=+$/, "");
      if (canonical !== line.trim().replace(/=+$/, "").replaceAll("-", "+").replaceAll("_", "/")) {
        throw new InvalidOptionError(
          `Line ${number} of the list of known keys is not base64. Fix: correct the line, or use the format "text".`,
        );
      }
      return decoded;
    }
    case "auto": {
      const literal = /^(b?)(["'])(.*)\2$/s.exec(line);
      return literal === null ? Buffer.from(line, "utf8") : unescapeLiteral(literal[3]!, literal[1] === "b");
    }
    default:
      throw new InvalidOptionError(
        `The format of a list of known keys must be "auto", "text" or "base64". It got ${nameOrKind(format)}. Fix: leave it out.`,
      );
  }
}

/**
 * Unescapes a literal as Python does: text as UTF-8, and bytes byte for byte. An unknown escape is
 * kept as it is.
 */
function unescapeLiteral(body: string, isBytes: boolean): Uint8Array {
  const value = body.replace(
    ESCAPE,
    (escape, two?: string, four?: string, eight?: string, octal?: string, simple?: string) => {
      if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
      if (simple !== undefined) return simple === "\n" ? "" : (SIMPLE_ESCAPES[simple] ?? escape);
      if (isBytes && two === undefined) return escape;
      const code = Number.parseInt((two ?? four ?? eight)!, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : escape;
    },
  );
  return Buffer.from(value, isBytes ? "latin1" : "utf8");
}
