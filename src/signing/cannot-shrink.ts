/*
 * Starting zlib costs several times as much as signing, and many tokens are short texts that it
 * makes no shorter. This tells without zlib that it could not win. It may say so too rarely, never
 * too often.
 *
 * zlib has to win 8 bytes: the 6 of its header and checksum, and 2 by the rule of itsdangerous. A
 * block has one of three forms (RFC 1951):
 *
 * - Stored: longer than the text.
 * - Fixed codes: 10 bits for the block, 8 at least for a letter, and 12 at least for a match, the
 *   reference to an earlier place. So a match of n letters wins 8n - 12 bits at most, and n - 2 of
 *   its letters begin a group of three that stood in the text before. Of r such letters in k
 *   unbroken rows all matches together win 8r + 4k bits at most, and 74 are needed.
 * - Codes of its own: a letter then costs what its frequency is worth (its entropy), and the codes
 *   have to be described. Searching for texts that win with ever fewer bits between their entropy
 *   and what they may cost, by three million steps towards such texts, found none below 121 bits
 *   for the description; the rule below is content with 100.
 */

/** Texts of more bytes are zlib's: its start matters less, and it mostly wins. */
const MAX_LENGTH = 120;
const NEEDED_BITS = 74;
const DESCRIPTION_BITS = 100;

/** n log2 n. */
const WEIGHTS = Float64Array.from({ length: MAX_LENGTH + 1 }, (_, count) => (count === 0 ? 0 : count * Math.log2(count)));
const counts = new Uint8Array(256);
// Marked by the number of the call, which saves clearing it.
const groups = new Uint32Array(4096);
let call = 0;

/** Whether the zlib form of these bytes is not shorter by two bytes at least. */
export function cannotShrink(bytes: Uint8Array): boolean {
  const { length } = bytes;
  if (length > MAX_LENGTH) return false;
  counts.fill(0);
  call = (call + 1) >>> 0;
  let weight = 0;
  let winnable = 0;
  let inRow = false;
  let group = 0;
  for (let index = 0; index < length; index++) {
    const letter = bytes[index]!;
    const count = ++counts[letter]!;
    weight += WEIGHTS[count]! - WEIGHTS[count - 1]!;
    group = ((group << 8) | letter) & 0xffffff;
    if (index < 2) continue;
    // Two groups in one place count as seen before, which errs on the side of asking zlib.
    const place = Math.imul(group, 0x9e3779b1) >>> 20;
    const seen = groups[place] === call;
    groups[place] = call;
    if (seen) winnable += inRow ? 8 : 12;
    inRow = seen;
    if (winnable >= NEEDED_BITS) return false;
  }
  const entropy = WEIGHTS[length]! - weight;
  return 8 * length - 64 - entropy < DESCRIPTION_BITS;
}
