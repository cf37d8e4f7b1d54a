import { stripVTControlCharacters } from "node:util";
import type { Recording } from "../recording.ts";

const LONGEST = 300;

/**
 * One line for the terminal about an error that was answered with a status from 500 on, with the
 * address of its record.
 *
 * @param address of the record, with the server's name if that is known.
 */
export function errorLine(
  { method, path, error }: Pick<Recording, "method" | "path" | "error">,
  address: string,
): string {
  const where = error?.frames.find(({ isOwn }) => isOwn)?.where;
  const what = `${error?.name ?? "Error"}: ${error?.message ?? ""}`;
  const text = `${method} ${path} failed: ${shortened(what)}${where === undefined ? "" : ` at ${where}`}`;
  return `Latchkey: ${printable(text)}. Its record: ${printable(address)}\n`;
}

function shortened(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** A visitor chooses path and often message. On a terminal, control characters can do harm. */
function printable(text: string): string {
  return stripVTControlCharacters(text).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ");
}
