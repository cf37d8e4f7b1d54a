/** What a file is compared by. */
export interface FileFacts {
  /** In quotes. */
  readonly etag: string | undefined;
  /** Milliseconds. */
  readonly modified: number | undefined;
  readonly size: number;
}

/** Whether the browser's copy is still good (RFC 9110, 13). */
export function isFresh(headers: Headers, { etag, modified }: FileFacts): boolean {
  const noneMatch = headers.get("if-none-match");
  if (noneMatch !== null && etag !== undefined)
    return noneMatch.trim() === "*" || noneMatch.split(",").some((tag) => opaque(tag) === opaque(etag));
  // Old browsers add a length.
  const since = Date.parse((headers.get("if-modified-since") ?? "").split(";")[0]!);
  return modified !== undefined && !Number.isNaN(since) && Math.floor(modified / 1000) * 1000 <= since;
}

/** The first byte and the last one of the part that is asked for. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Whether the request is only for another version of the file (RFC 9110, 13.1.1). */
export function isForOther(headers: Headers, { etag }: FileFacts): boolean {
  const match = headers.get("if-match");
  return (
    match !== null && etag !== undefined && match.trim() !== "*" && !match.split(",").some((tag) => tag.trim() === etag)
  );
}

/**
 * The part of a file that a request asks for. Undefined: the whole file. "none": the file has no
 * such part, or several are asked for. An unknown unit is ignored (RFC 9110, 14.2).
 */
export function rangeOf(headers: Headers, { etag, modified, size }: FileFacts): ByteRange | "none" | undefined {
  const header = headers.get("range");
  if (header === null || !/^\s*bytes\s*=/i.test(header)) return undefined;
  const ifRange = headers.get("if-range")?.trim();
  // A weak tag says that the bytes may differ.
  if (ifRange !== undefined && (ifRange.startsWith('"') ? ifRange !== etag : !isSameTime(ifRange, modified)))
    return undefined;
  const [, first = "", last = ""] = /^\s*bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*$/i.exec(header) ?? [];
  if (first === "" && last === "") return "none";
  const start = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size - 1 : Math.min(Number(last), size - 1);
  if (start >= size || start > end || (first !== "" && last !== "" && Number(last) < start)) return "none";
  return { start, end };
}

function isSameTime(text: string, modified: number | undefined): boolean {
  return modified !== undefined && Date.parse(text) === Math.floor(modified / 1000) * 1000;
}

/** A tag without its marks. As in Flask, the quotes may be missing. */
function opaque(tag: string): string {
  return tag
    .trim()
    .replace(/^W\//i, "")
    .replace(/^"(.*)"$/, "$1");
}
