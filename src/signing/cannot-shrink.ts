/*
 * Starting zlib costs several times as much as signing, and it makes many short tokens no shorter.
 * This function tells without zlib that compressing cannot help. It may miss such a text, but it is
 * never wrong about one: it computes fewer bits than zlib needs.
 *
 * zlib has to save 8 bytes: the 6 of its header and checksum, and 2 by the rule of itsdangerous. A
 * block has one of three forms (RFC 1951):
 *
 * - Stored: longer than the text.
 * - Fixed codes: 10 bits for the block, at least 8 for a letter, and at least 12 for a match (a
 *   reference to an earlier place). So a match of n letters saves at most 8n - 12 bits, and n - 2
 *   of its letters begin a group of three that occurred earlier in the text. With r such letters in
 *   k unbroken rows, all matches together save at most 8r + 4k bits, and 74 are needed.
 * - Dynamic codes: the block describes its codes, and then a letter costs its share of the entropy.
 */

/**
 * Longer texts always go to zlib: its start matters less there, and it mostly makes them shorter.
 */
const MAX_LENGTH = 120;
const NEEDED_BITS = 74;
/** The end of a block is coded as a letter, after all others. */
const END_OF_BLOCK = 256;

/** n log2 n, for as many letters, and symbols of the description, as such a text can have. */
const WEIGHTS = Float64Array.from({ length: 512 }, (_, count) => (count === 0 ? 0 : count * Math.log2(count)));
const ROUNDING = 1e-6;

/** How many times each letter occurs where it cannot be in a match. */
const unmatched = new Uint8Array(END_OF_BLOCK + 1);
/** A bit for each letter that occurs. */
const occurring = new Int32Array((END_OF_BLOCK >> 5) + 1);
// Marked with the number of the call, so that it need not be cleared.
const groups = new Uint32Array(4096);
let call = 0;

/** Whether zlib cannot make these bytes shorter by at least two bytes. */
export function cannotShrink(bytes: Uint8Array): boolean {
  const { length } = bytes;
  if (length > MAX_LENGTH) return false;
  unmatched.fill(0);
  occurring.fill(0);
  unmatched[END_OF_BLOCK] = 1;
  occurring[END_OF_BLOCK >> 5] = 1;
  call = (call + 1) >>> 0;
  let winnable = 0;
  let rows = 0;
  let matched = 0;
  let matchedTo = -1;
  let isInRow = false;
  let group = 0;
  for (let index = 0; index < length; index++) {
    const letter = bytes[index]!;
    unmatched[letter]!++;
    occurring[letter >> 5]! |= 1 << letter;
    group = ((group << 8) | letter) & 0xffffff;
    if (index < 2) continue;
    // Two groups with one hash count as a repetition. The error is on the safe side: zlib decides.
    const place = Math.imul(group, 0x9e3779b1) >>> 20;
    const isSeen = groups[place] === call;
    groups[place] = call;
    if (isSeen) {
      winnable += isInRow ? 8 : 12;
      if (winnable >= NEEDED_BITS) return false;
      if (!isInRow) rows++;
      for (let back = Math.max(index - 2, matchedTo + 1); back <= index; back++) {
        unmatched[bytes[back]!]!--;
        matched++;
      }
      matchedTo = index;
    }
    isInRow = isSeen;
  }
  // A row costs a match, of a length and a distance, or its letters: two bits at least.
  return bitsOfBlock(matched) + 2 * rows - ROUNDING > 8 * length - 64;
}

/**
 * At least so many bits has a block with dynamic codes (RFC 1951, 3.2.7), without its matches. It
 * begins with the lengths of the codes, in the order of the letters. The place where a letter
 * occurs first is in no match, so every letter has a code, and it is known which lengths are zero.
 */
function bitsOfBlock(matched: number): number {
  let letters = 0;
  let weight = 0;
  /** Lengths above zero. zlib always has two for distances. */
  let lengths = 2;
  let zeros = 0;
  let shortGaps = 0;
  let longGaps = 0;
  let row = 0;
  let previous = -1;
  for (let word = 0; word < occurring.length; word++) {
    // From the lowest bit on: only the letters that occur are looked at.
    for (let bits = occurring[word]!; bits !== 0; bits &= bits - 1) {
      const letter = 32 * word + 31 - Math.clz32(bits & -bits);
      const gap = letter - previous - 1;
      previous = letter;
      if (gap > 0) {
        lengths += symbolsOfRow(row);
        row = 0;
        // One symbol stands for 11 to 138 zeros, another for 3 to 10.
        const open = gap > 138 ? gap - 138 : gap;
        if (open < gap) longGaps++;
        if (open > 10) longGaps++;
        else if (open > 2) shortGaps++;
        else zeros += open;
      }
      row++;
      const count = unmatched[letter]!;
      letters += count;
      weight += WEIGHTS[count]!;
    }
  }
  lengths += symbolsOfRow(row);
  const symbols = zeros + shortGaps + longGaps + lengths;
  const kinds = WEIGHTS[zeros]! + WEIGHTS[shortGaps]! + WEIGHTS[longGaps]! + WEIGHTS[lengths]!;
  const description = WEIGHTS[symbols]! - kinds + 3 * shortGaps + 7 * longGaps;
  return 17 + 3 * lengthsOfLengths(matched) + description + WEIGHTS[letters]! - weight;
}

/**
 * The fewest symbols for the lengths of neighbouring letters: one, and one for each six like it.
 */
function symbolsOfRow(row: number): number {
  return row < 4 ? row : 1 + Math.ceil((row - 1) / 6);
}

/**
 * The symbols have codes too, whose lengths are written in a fixed order up to the last one in use.
 * That is the symbol for the shortest code of a distance, because short ones come last: 1 bit if
 * there are at most three distances, 2 bits up to seven, and 3 up to fifteen.
 */
function lengthsOfLengths(matched: number): number {
  const distances = Math.floor(matched / 3);
  if (distances < 4) return 18;
  if (distances < 8) return 16;
  return distances < 16 ? 14 : 12;
}
