import { parseOwnKey, USUAL_CHARACTERS } from "../../keys/own-key.ts";

const BEGINNING = /lk1(?:-dev)?_/g;
/**
 * As many characters as the longest key has, so that a long line takes time in proportion to its
 * length.
 */
const CHARACTERS = /[A-Za-z0-9_-]{0,1371}/y;

/**
 * The keys in a text that `generateSecretKey` has made, wherever they are in it. Their checksum
 * fits, so they are no examples, and nothing else looks like them.
 */
export function findOwnKeys(text: string): readonly string[] {
  const found: string[] = [];
  BEGINNING.lastIndex = 0;
  for (let match = BEGINNING.exec(text); match !== null; match = BEGINNING.exec(text)) {
    const start = BEGINNING.lastIndex;
    CHARACTERS.lastIndex = start;
    const characters = CHARACTERS.exec(text)![0];
    // More characters may follow a key, as in "lk1_…-old".
    const key = [characters.slice(0, USUAL_CHARACTERS), characters]
      .map((written) => match![0] + written)
      .find((written) => parseOwnKey(written)?.random !== undefined);
    if (key === undefined) continue;
    found.push(key);
    BEGINNING.lastIndex = match.index + key.length;
  }
  return found;
}
