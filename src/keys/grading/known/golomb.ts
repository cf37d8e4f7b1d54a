/*
 * Golomb-Rice coding of a sorted list of integers: the differences, each as a quotient in unary and
 * a remainder of `bits` bits. For evenly spread integers the result is within half a bit of the
 * smallest possible form. It needs no seed and no second try, so the same list gives the same
 * bytes.
 */

/**
 * Writes ascending integers below 2^53. `bits` (at most 32) is about log2 of their usual distance.
 */
export function encodeGolombRice(integers: readonly number[], bits: number): Buffer {
  const size = 2 ** bits;
  const out: number[] = [];
  let byte = 0;
  let filled = 0;
  const put = (bit: number): void => {
    byte = (byte << 1) | bit;
    if (++filled === 8) {
      out.push(byte);
      byte = 0;
      filled = 0;
    }
  };
  let before = 0;
  for (const integer of integers) {
    const distance = integer - before;
    before = integer;
    for (let quotient = Math.floor(distance / size); quotient > 0; quotient--) put(1);
    put(0);
    const rest = distance % size;
    for (let bit = bits - 1; bit >= 0; bit--) put(Math.floor(rest / 2 ** bit) & 1);
  }
  if (filled > 0) out.push(byte << (8 - filled));
  return Buffer.from(out);
}

/**
 * Reads `count` integers that `encodeGolombRice` wrote. Undefined if the bytes end before that.
 */
export function decodeGolombRice(bytes: Uint8Array, count: number, bits: number): Float64Array | undefined {
  // Each integer takes more than `bits` bits. So a made-up count cannot reserve memory.
  if (count * (bits + 1) > bytes.length * 8) return undefined;
  const size = 2 ** bits;
  const integers = new Float64Array(count);
  let at = 0;
  const end = bytes.length * 8;
  let before = 0;
  for (let index = 0; index < count; index++) {
    let quotient = 0;
    while (at < end && ((bytes[at >> 3]! >> (7 - (at & 7))) & 1) === 1) {
      quotient++;
      at++;
    }
    at++;
    if (at + bits > end) return undefined;
    // All bits at once, from 40 of which the first are in use: a server waits for this at its
    // start.
    const [byte, used] = [at >> 3, at & 7];
    const low = (bytes[byte + 1]! << 24) | (bytes[byte + 2]! << 16) | (bytes[byte + 3]! << 8) | bytes[byte + 4]!;
    const window = (bytes[byte]! & (0xff >> used)) * 2 ** 32 + (low >>> 0);
    const rest = Math.floor(window / 2 ** (40 - used - bits));
    at += bits;
    before += quotient * size + rest;
    integers[index] = before;
  }
  return integers;
}
