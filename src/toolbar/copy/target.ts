import { Placeholders, type Piece } from "./placeholders.ts";
import type { JsonMember, RecordedRequest } from "./recorded-request.ts";

/**
 * Path and query as they are sent, in pieces. They begin with a slash, so that they can follow a
 * host name: "@example.com" after one would be another host.
 */
export function target({ path, query }: RecordedRequest, placeholders: Placeholders): readonly Piece[] {
  const pieces: Piece[] = [
    { text: path.startsWith("/") ? "" : "/" },
    ...encodedPieces(placeholders.pieces("path", "part", path), encodePath),
  ];
  query.forEach(([name, value], index) => {
    pieces.push({ text: `${index === 0 ? "?" : "&"}${encodeURIComponent(wellFormed(name))}=` });
    pieces.push(
      ...encodedPieces(placeholders.pieces("query", name, value), (text) => encodeURIComponent(wellFormed(text))),
    );
  });
  return pieces;
}

/** The fields of a form as they are sent, in pieces. */
export function formBody(form: NonNullable<RecordedRequest["form"]>, placeholders: Placeholders): readonly Piece[] {
  return form.flatMap(([name, value], index) => [
    { text: `${index === 0 ? "" : "&"}${encodeURIComponent(wellFormed(name))}=` },
    ...encodedPieces(placeholders.pieces("field", name, value), (text) => encodeURIComponent(wellFormed(text))),
  ]);
}

/**
 * A JSON object, in pieces: as `JSON.stringify` writes it, with placeholders for what is hidden.
 */
export function jsonBody(json: NonNullable<RecordedRequest["json"]>, placeholders: Placeholders): readonly Piece[] {
  const members = json.flatMap((member, index): readonly Piece[] => [
    { text: `${index === 0 ? "" : ","}${JSON.stringify(member.name)}:` },
    ...jsonValue(member, placeholders),
  ]);
  return [{ text: "{" }, ...members, { text: "}" }];
}

function jsonValue({ name, value, isText }: JsonMember, placeholders: Placeholders): readonly Piece[] {
  const pieces = placeholders.pieces("field", name, value);
  // The record of an older version does not say what was a text. There, what looks like JSON is
  // JSON.
  const isValue = isText === undefined ? isJson(value) : !isText && (isJson(value) || !Placeholders.isWhole(value));
  if (isValue) return pieces;
  return [{ text: '"' }, ...encodedPieces(pieces, (text) => JSON.stringify(text).slice(1, -1)), { text: '"' }];
}

function isJson(text: string): boolean {
  if (!Placeholders.isWhole(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function encodedPieces(pieces: readonly Piece[], encode: (text: string) => string): readonly Piece[] {
  return pieces.map((piece) => ("text" in piece ? { text: encode(piece.text) } : piece));
}

/** Leaves what a browser has encoded, and encodes the bytes that are not in an address. */
function encodePath(path: string): string {
  return path.replace(/[^\x21-\x7e]+/gu, (text) => encodeURIComponent(wellFormed(text))).replaceAll("#", "%23");
}

function wellFormed(text: string): string {
  return text.toWellFormed();
}
