/**
 * Reads a query, or the body of a form in the URL's encoding, as Werkzeug does. A percent-encoded
 * byte that is not UTF-8 stays as it is written.
 */
export function parseUrlEncoded(text: string): (readonly [name: string, value: string])[] {
  const pairs: (readonly [string, string])[] = [];
  for (const part of text.split("&")) {
    if (part === "") continue;
    const at = part.indexOf("=");
    const [name, value] = at < 0 ? [part, ""] : [part.slice(0, at), part.slice(at + 1)];
    pairs.push([decodePlus(name), decodePlus(value)]);
  }
  return pairs;
}

function decodePlus(text: string): string {
  return percentDecode(text.replaceAll("+", " "), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`);
}

/**
 * Decodes percent-encoded bytes as UTF-8. A percent sign without two hexadecimal digits stays.
 *
 * @param write makes the text of a byte that is not UTF-8.
 */
export function percentDecode(text: string, write: (byte: number) => string): string {
  if (!text.includes("%")) return text;
  return text.replace(/(?:%[0-9A-Fa-f]{2})+/g, (run) => {
    try {
      return decodeURIComponent(run);
    } catch {
      return decodeBytes(Buffer.from(run.replaceAll("%", ""), "hex"), write);
    }
  });
}

function decodeBytes(bytes: Buffer, write: (byte: number) => string): string {
  let text = "";
  for (let at = 0; at < bytes.length;) {
    const size = sizeOf(bytes[at]!);
    const letter = size === 0 ? undefined : strictly(bytes.subarray(at, at + size));
    text += letter ?? write(bytes[at]!);
    at += letter === undefined ? 1 : size;
  }
  return text;
}

/** How many bytes a letter has that begins with this one; 0 if none does. */
function sizeOf(first: number): number {
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

const STRICT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** UTF-8 as text; undefined for anything else. */
export function strictly(bytes: Uint8Array): string | undefined {
  try {
    return STRICT.decode(bytes);
  } catch {
    return undefined;
  }
}
