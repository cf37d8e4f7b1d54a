import type { Clock } from "../../clock.ts";
import { deriveSubkey } from "../../keys/derive.ts";
import type { KeyRing } from "../../keys/key-ring.ts";
import { TimestampSigner } from "../../signing/timestamp-signer.ts";

/** How long a page's toolbar may read, in seconds: a working day. */
const LIFETIME = 12 * 60 * 60;

/**
 * Signed permissions to read what the toolbar has recorded. A page gets one in the address of the
 * toolbar's script, so only a page that this server sent can read a record.
 *
 * The key is derived from the current secret key, and for this process alone: anyone who learns it
 * can neither sign a session nor read the records of another process, and a permission ends with
 * the server that gave it.
 */
export class AccessTokens {
  readonly #signer: TimestampSigner;

  constructor(keys: KeyRing, clock?: Clock) {
    const key = deriveSubkey(keys.current, `toolbar ${crypto.randomUUID()}`);
    this.#signer = new TimestampSigner(key, { salt: "latchkey.toolbar", digest: "sha256", ...(clock === undefined ? {} : { clock }) });
  }

  /**
   * The permission to read the exchange of this sequence number and all later ones of this process.
   */
  grant(sequence: number): string {
    return this.#signer.sign(String(sequence));
  }

  /**
   * The sequence number from which on this permission reads; undefined for one that is forged, old
   * or of another process.
   */
  verify(token: string): number | undefined {
    if (token.length > 200) return undefined;
    try {
      return Number(this.#signer.unsign(token, { maxAge: LIFETIME }));
    } catch {
      return undefined;
    }
  }
}
