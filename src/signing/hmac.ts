import type { Digest } from "../keys/derive.ts";
import { lateModule } from "../late-module.ts";

const crypto = lateModule("node:crypto");

/** Sizes of the compression function's block and of the digest (FIPS 180-4). */
const BLOCK_BYTES: Readonly<Record<Digest, number>> = { sha1: 64, sha256: 64, sha384: 128, sha512: 128 };
const DIGEST_BYTES: Readonly<Record<Digest, number>> = { sha1: 20, sha256: 32, sha384: 48, sha512: 64 };
/**
 * The longest message that uses the shared buffer: the largest cookie, if each letter had three
 * bytes.
 */
const SCRATCH_BYTES = 16_384;

/** A runtime without the one-shot hash gets the same result from createHash. */
function hash(digest: Digest, data: Uint8Array, encoding: "hex"): string {
  const { hash: oneShot, createHash } = crypto();
  return oneShot === undefined ? createHash(digest).update(data).digest(encoding) : oneShot(digest, data, encoding);
}

// One buffer for all instances. Nothing here is asynchronous, so it never holds two messages.
const scratch = Buffer.alloc(SCRATCH_BYTES + 128);

/**
 * HMAC (RFC 2104, section 2) with one key: H(key xor opad, H(key xor ipad, message)). The result is
 * the same as that of `createHmac` of node:crypto.
 *
 * Each `createHmac` is an object with native memory. A server that makes several for each request
 * spends several times more on collecting them than on hashing. Here the two padded keys are
 * prepared once, and each signature takes two calls of the one-shot `hash`.
 */
export class Hmac {
  readonly #digest: Digest;
  readonly #block: number;
  readonly #innerPad: Buffer;
  /** The outer pad, followed by space for the inner digest. */
  readonly #outer: Buffer;

  constructor(digest: Digest, key: Uint8Array) {
    this.#digest = digest;
    this.#block = BLOCK_BYTES[digest];
    // A key that is longer than a block is hashed first.
    const padded = key.length > this.#block ? Buffer.from(hash(digest, key, "hex"), "hex") : key;
    this.#innerPad = Buffer.alloc(this.#block, 0x36);
    this.#outer = Buffer.alloc(this.#block + DIGEST_BYTES[digest], 0x5c);
    for (let index = 0; index < padded.length; index++) {
      this.#innerPad[index] = padded[index]! ^ 0x36;
      this.#outer[index] = padded[index]! ^ 0x5c;
    }
  }

  /** The signature of a text's UTF-8 bytes, in unpadded base64url. */
  digest(text: string): string {
    // A UTF-16 unit has at most three bytes of UTF-8.
    if (text.length * 3 > SCRATCH_BYTES) return this.#finish(this.#inner(Buffer.from(text, "utf8")), "base64url");
    this.#innerPad.copy(scratch);
    const end = this.#block + scratch.write(text, this.#block, "utf8");
    return this.#finish(scratch.subarray(0, end), "base64url");
  }

  /** The digest of some bytes. */
  digestBytes(message: Uint8Array): Buffer {
    return Buffer.from(this.#finish(this.#inner(message), "latin1"), "latin1");
  }

  #inner(message: Uint8Array): Buffer {
    if (message.length > SCRATCH_BYTES) return Buffer.concat([this.#innerPad, message]);
    this.#innerPad.copy(scratch);
    scratch.set(message, this.#block);
    return scratch.subarray(0, this.#block + message.length);
  }

  #finish(inner: Buffer, encoding: "base64url" | "latin1"): string {
    // As a string, because a buffer would have native memory again. The type declarations know only
    // some of the encodings.
    this.#outer.write(hash(this.#digest, inner, "latin1" as "hex"), this.#block, "latin1");
    return hash(this.#digest, this.#outer, encoding as "hex");
  }
}
