import { multiDict, type MultiDict } from "./multi-dict.ts";

/**
 * Reads a Cookie header. Of two cookies of a name, the first one counts first. Quotes around a
 * value are taken away, with the escapes in it. Percent signs are not decoded.
 */
export function readCookies(header: string): MultiDict {
  const pairs: (readonly [string, string])[] = [];
  for (const part of header.split(";")) {
    const at = part.indexOf("=");
    const name = trim(at < 0 ? part : part.slice(0, at));
    if (name === "") continue;
    pairs.push([name, at < 0 ? "" : unquote(trim(part.slice(at + 1)))]);
  }
  return multiDict("cookies", pairs);
}

function trim(text: string): string {
  return text.replace(/^[ \t]+|[ \t]+$/g, "");
}

/** `"a\"b\073"` is `a"b;`: escaped marks, and bytes of UTF-8 as three octal digits. */
function unquote(value: string): string {
  if (value.length < 2 || !value.startsWith('"') || !value.endsWith('"')) return value;
  const bytes: Buffer[] = [];
  for (const [, octal, mark, text] of value.slice(1, -1).matchAll(/\\([0-3][0-7]{2})|\\(.)|([^\\]+|\\)/gs))
    bytes.push(octal === undefined ? Buffer.from(mark ?? text ?? "") : Buffer.from([Number.parseInt(octal, 8)]));
  return Buffer.concat(bytes).toString("utf8");
}

/** A cookie's value as it is written: in quotes, with escapes, where it needs them. */
export function quoteCookie(value: string): string {
  if (/^[\w!#$%&'()*+\-./:<=>?@[\]^`{|}~]*$/.test(value)) return value;
  const escaped = [...Buffer.from(value.toWellFormed(), "utf8")]
    .map((byte) => {
      const letter = String.fromCharCode(byte);
      if (letter === '"' || letter === "\\") return `\\${letter}`;
      return byte < 0x20 || byte > 0x7e || letter === "," || letter === ";"
        ? `\\${byte.toString(8).padStart(3, "0")}`
        : letter;
    })
    .join("");
  return `"${escaped}"`;
}
