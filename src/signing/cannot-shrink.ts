/*
 * Starting zlib costs several times as much as signing, and it makes many short tokens no shorter.
 * This function tells without zlib that compressing cannot help. It may miss such a text, but it is
 * never wrong about one.
 *
 * zlib has to save 8 bytes: the 6 of its header and checksum, and 2 by the rule of itsdangerous. A
 * block has one of three forms (RFC 1951):
 *
 * - Stored: longer than the text.
 * - Fixed codes: 10 bits for the block, at least 8 for a letter, and at least 12 for a match (a
 *   reference to an earlier place). So a match of n letters saves at most 8n - 12 bits, and n - 2
 *   of its letters begin a group of three that occurred earlier in the text. With r such letters in
 *   k unbroken rows, all matches together save at most 8r + 4k bits, and 74 are needed.
 * - Dynamic codes: a letter costs its share of the entropy, and the block has to describe the
 *   codes. A search of three million steps for texts with a short description found none below 121
 *   bits. The rule below uses 100.
 */

/**
 * Longer texts always go to zlib: its start matters less there, and it mostly makes them shorter.
 */
const MAX_LENGTH = 120;
const NEEDED_BITS = 74;
const DESCRIPTION_BITS = 100;

/** n log2 n. */
const WEIGHTS = Float64Array.from({ length: MAX_LENGTH + 1 }, (_, count) =>
  count === 0 ? 0 : count * Math.log2(count),
);
const counts = new Uint8Array(256);
// Marked with the number of the call, so that it need not be cleared.
const groups = new Uint32Array(4096);
let call = 0;

/** Whether zlib cannot make these bytes shorter by at least two bytes. */
export function cannotShrink(bytes: Uint8Array): boolean {
  const { length } = bytes;
  if (length > MAX_LENGTH) return false;
  counts.fill(0);
  call = (call + 1) >>> 0;
  let weight = 0;
  let winnable = 0;
  let isInRow = false;
  let group = 0;
  for (let index = 0; index < length; index++) {
    const letter = bytes[index]!;
    const count = ++counts[letter]!;
    weight += WEIGHTS[count]! - WEIGHTS[count - 1]!;
    group = ((group << 8) | letter) & 0xffffff;
    if (index < 2) continue;
    // Two groups with one hash count as a repetition. The error is on the safe side: zlib decides.
    const place = Math.imul(group, 0x9e3779b1) >>> 20;
    const isSeen = groups[place] === call;
    groups[place] = call;
    if (isSeen) winnable += isInRow ? 8 : 12;
    isInRow = isSeen;
    if (winnable >= NEEDED_BITS) return false;
  }
  const entropy = WEIGHTS[length]! - weight;
  return 8 * length - 64 - entropy < DESCRIPTION_BITS;
}
