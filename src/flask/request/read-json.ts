import { HTTPException } from "../errors/http-exception.ts";

/**
 * Reads a body as JSON. It may be UTF-8, UTF-16 or UTF-32, as in Flask.
 *
 * @param loads reads the text.
 * @throws HTTPException 400 for anything else, and for NaN and Infinity, which are no JSON.
 */
export function readJson(data: Uint8Array, loads: (text: string) => unknown): unknown {
  let text: string | undefined;
  try {
    text = decodeJson(Buffer.from(data));
    return loads(text);
  } catch (error) {
    // Anything else is a fault of the application's own provider.
    if (text !== undefined && !(error instanceof SyntaxError)) throw error;
    throw new HTTPException(400, "The body could not be read: it is not JSON.");
  }
}

/** JSON begins with ASCII, so the zeros among its first bytes say the encoding (RFC 4627, 3). */
function decodeJson(data: Buffer): string {
  const [a, b, c, d] = data;
  const isMarked = (a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff);
  const isWide = data.length >= 4 && ((a === 0 && b === 0) || (b === 0 && c === 0 && d === 0));
  if (isWide || (a === 0xff && b === 0xfe && c === 0 && d === 0)) return fromUtf32(data);
  const isBig = a === 0xfe || (a === 0 && data.length % 2 === 0);
  if (isMarked || (data.length >= 2 && (a === 0 || b === 0)))
    return new TextDecoder(isBig ? "utf-16be" : "utf-16le", { fatal: true }).decode(data);
  return new TextDecoder("utf-8", { fatal: true }).decode(data);
}

function fromUtf32(data: Buffer): string {
  const isBig = data[0] === 0;
  let text = "";
  for (let at = 0; at < data.length; at += 4)
    text += String.fromCodePoint(isBig ? data.readUInt32BE(at) : data.readUInt32LE(at));
  return text.replace(/^\ufeff/, "");
}
