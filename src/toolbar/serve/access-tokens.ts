import type { Clock } from "../../clock.ts";
import { deriveSubkey } from "../../keys/derive.ts";
import type { KeyRing } from "../../keys/key-ring.ts";
import { TimestampSigner } from "../../signing/timestamp-signer.ts";

/** How long a token is valid, in seconds: a working day. */
const LIFETIME = 12 * 60 * 60;

/**
 * Signed tokens that allow a page to read the toolbar's records. A page gets its token in the
 * address of the toolbar's script, so only a page that this server sent can read a record.
 *
 * Their key is derived from the current secret key. So all processes of an application have the
 * same one, and the token of a page is valid in another process and after a restart. Anyone who
 * learns it cannot sign a session with it.
 */
export class AccessTokens {
  readonly #signer: TimestampSigner;

  constructor(keys: KeyRing, clock?: Clock) {
    const key = deriveSubkey(keys.current, "toolbar");
    this.#signer = new TimestampSigner(key, {
      salt: "latchkey.toolbar",
      digest: "sha256",
      ...(clock === undefined ? {} : { clock }),
    });
  }

  /** The token for the exchange with this sequence number and all later ones. */
  grant(sequence: number): string {
    return this.#signer.sign(String(sequence));
  }

  /**
   * The first sequence number that this token may read. Undefined for a token that is forged,
   * expired or of another key.
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
