/** What is longer was not written here, and is refused before any cryptography. */
export const MAX_VALUE_LENGTH = 8192;
/** More cookies of one name than a browser sends for one session. */
export const MAX_VALUES = 64;

/**
 * All values of one name in a Cookie header, in their order, as they came.
 *
 * Pairs are split at ";", and only spaces and tabs are trimmed. What JavaScript's `trim` removes
 * besides has let attackers smuggle names with `__Host-` past browsers. Nothing is decoded, and
 * names are compared letter by letter.
 */
export function readCookieValues(header: string, name: string): string[] {
  if (!header.includes(name)) return [];
  const values: string[] = [];
  for (const pair of header.split(";")) {
    const equals = pair.indexOf("=");
    if (equals !== -1 && trimBlanks(pair.slice(0, equals)) === name) values.push(trimBlanks(pair.slice(equals + 1)));
  }
  return values;
}

function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
