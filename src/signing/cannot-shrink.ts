/*
 * Starting zlib costs several times as much as signing, and most tokens are short texts that it makes no shorter.
 * This tells without zlib that it could not win. It may say too little, never too much.
 *
 * zlib has to win 8 bytes: the 6 of its header and checksum, and 2 by the rule of itsdangerous. A block has one of three forms (RFC 1951):
 *
 * - Stored: longer than the text.
 * - Fixed codes: 10 bits for the block, 8 at least for a letter, and 12 at least for a match, the reference to an earlier place. So a match
 *   of n letters wins 8n - 12 bits at most, and n - 2 of its letters begin a group of three that stood in the text before. Of r such
 *   letters in k unbroken rows all matches together win 8r + 4k bits at most, and 74 are needed.
 * - Codes of its own: shorter ones for frequent letters, but each letter that is used has to be described, which only pays for texts
 *   that are long for the number of their different letters. The shortest text found that wins, among millions made for the purpose,
 *   has 24 + 1.6 d letters with d different ones; the rule below ends at 20 + 1.25 d.
 */

/** No text of bytes can be longer and still be skipped: JSON has some 96 letters. */
const MAX_LENGTH = 120;
const NEEDED_BITS = 74;

// Marks of what was seen in this call. A number of its own for each call saves clearing them.
const letters = new Uint32Array(256);
const groups = new Uint32Array(4096);
let call = 0;

/** Whether the zlib form of these bytes is certainly not shorter by two bytes at least. */
export function cannotShrink(bytes: Uint8Array): boolean {
  const { length } = bytes;
  if (length > MAX_LENGTH) return false;
  call = (call + 1) >>> 0;
  let different = 0;
  let winnable = 0;
  let inRow = false;
  let group = 0;
  for (let index = 0; index < length; index++) {
    const letter = bytes[index]!;
    if (letters[letter] !== call) {
      letters[letter] = call;
      different++;
    }
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
  return length < 20 + 1.25 * different;
}
