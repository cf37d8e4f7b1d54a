import { readOptionsHeader } from "./options-header.ts";
import { strictly } from "../url-encoded.ts";

/** A part of a multipart form. */
export interface FormPart {
  readonly name: string;
  /** Undefined for a field that is not a file. */
  readonly filename: string | undefined;
  readonly headers: Headers;
  readonly content: Buffer;
}

const LINE = "(?:\\r\\n|\\n|\\r)";

/**
 * Takes a multipart form apart (RFC 7578). As Werkzeug, it takes every form of line break, text
 * before the first boundary, and names of files in the forms of RFC 2231.
 *
 * @param type the request's Content-Type.
 * @throws RangeError for a form that is not well-formed, or that is cut off.
 */
export function* readParts(data: Buffer, type: string): Generator<FormPart> {
  const boundary = readOptionsHeader(type).options.get("boundary") ?? "";
  if (boundary === "") throw new RangeError("the header Content-Type has no boundary");
  // Each byte is a letter, so that expressions find places in the bytes.
  const text = data.toString("latin1");
  const mark = `--${Buffer.from(boundary).toString("latin1").replace(/[^\w]/g, "\\$&")}`;
  const end = `(--[^\\S\\n\\r]*${LINE}?|[^\\S\\n\\r]*${LINE})`;
  const first = new RegExp(`${LINE}?${mark}${end}`, "g");
  const next = new RegExp(`${LINE}${mark}${end}`, "g");
  let found = first.exec(text);
  let at = first.lastIndex;
  while (found !== null && !found[1]!.startsWith("--")) {
    const head = blankLine(text, at);
    if (head === undefined) throw new RangeError("a part has no end of its headers");
    next.lastIndex = head.body - head.line;
    found = next.exec(text);
    if (found === null) throw new RangeError("the form is cut off");
    // The break before the boundary may be the one that ends the headers.
    const content = data.subarray(head.body, Math.max(head.body, found.index));
    yield { ...facts(data.subarray(at, head.end)), content };
    at = next.lastIndex;
  }
  if (found === null) throw new RangeError("the form has no boundary");
}

/** Where headers end, and where the content after their blank line begins. */
function blankLine(
  text: string,
  from: number,
): { readonly end: number; readonly body: number; readonly line: number } | undefined {
  const blank = /\r\n\r\n|\r\r|\n\n/g;
  blank.lastIndex = from;
  const found = blank.exec(text);
  return found === null ? undefined : { end: found.index, body: blank.lastIndex, line: found[0].length / 2 };
}

function facts(head: Buffer): Omit<FormPart, "content"> {
  const text = strictly(head);
  if (text === undefined) throw new RangeError("a part has headers that are not UTF-8");
  const headers = new Headers();
  let disposition: string | undefined;
  for (const line of text.replace(/(?:\r\n|\n|\r)[ \t]/g, " ").split(/[\r\n]+/)) {
    const colon = line.indexOf(":");
    if (colon < 0) continue;
    const [name, value] = [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
    if (/^content-disposition$/i.test(name)) disposition ??= value;
    if (/^[\w!#$%&'*+\-.^`|~]+$/.test(name) && !value.includes("\0"))
      headers.append(name, Buffer.from(value).toString("latin1"));
  }
  const { options } = readOptionsHeader(disposition ?? "");
  const name = options.get("name");
  if (name === undefined) throw new RangeError("a part has no name");
  return { name, filename: options.get("filename"), headers };
}
