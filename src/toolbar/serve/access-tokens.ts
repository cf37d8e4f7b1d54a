import type { Clock } from "../../clock.ts";
import { deriveSubkey } from "../../keys/derive.ts";
import type { KeyRing } from "../../keys/key-ring.ts";
import { TimestampSigner } from "../../signing/timestamp-signer.ts";

/** How long a token is valid, in seconds: a working day. */
const LIFETIME = 12 * 60 * 60;
const VALUE = /^(\d{1,16})-(\d{1,15})-([0-9a-f]{8})$/;

/** The place of a request among all requests: by number in one process, by time between several. */
export interface Moment {
  /** Counts up within a process. */
  readonly sequence: number;
  /** Unix seconds. */
  readonly startedAt: number;
  /** The process that recorded it. Default: this process. */
  readonly process?: string | undefined;
}

/**
 * Signed tokens that allow a page to read the toolbar's records. A page gets its token in the
 * address of the toolbar's script, so only a page that this server sent can read a record.
 *
 * Their key is derived from the secret key. So all processes of an application have the same one,
 * and the token of a page is valid in another process, and after a restart. Anyone who learns it
 * cannot sign a session with it.
 */
export class AccessTokens {
  readonly #signer: TimestampSigner;
  /** Tokens of other keys: of the time before the secret key was replaced. */
  readonly #earlier: readonly TimestampSigner[];
  readonly #process = crypto.randomUUID().slice(0, 8);

  constructor(keys: KeyRing, clock?: Clock) {
    const [signer, ...earlier] = [...keys].map(
      (key) =>
        new TimestampSigner(deriveSubkey(key, "toolbar"), {
          salt: "latchkey.toolbar",
          digest: "sha256",
          ...(clock === undefined ? {} : { clock }),
        }),
    );
    this.#signer = signer!;
    this.#earlier = earlier;
  }

  /** The token for this request and all later ones. */
  grant({ sequence, startedAt }: Moment): string {
    return this.#signer.sign(`${sequence}-${startedAt}-${this.#process}`);
  }

  /** The token for all requests. */
  grantAll(): string {
    return this.grant({ sequence: 0, startedAt: 0 });
  }

  /**
   * Says which requests a token may read. Undefined for a token that is forged or expired.
   *
   * Numbers are compared within a process. Between processes, requests are compared by the second
   * in which they began.
   */
  verify(token: string): ((moment: Moment) => boolean) | undefined {
    const [, sequence, startedAt, origin] = VALUE.exec(this.#valueOf(token) ?? "") ?? [];
    if (origin === undefined) return undefined;
    return (moment) =>
      origin === (moment.process ?? this.#process)
        ? moment.sequence >= Number(sequence)
        : moment.startedAt >= Number(startedAt);
  }

  #valueOf(token: string): string | undefined {
    if (token.length > 200) return undefined;
    const signer = [this.#signer, ...this.#earlier].find((each) => each.verify(token) !== undefined);
    try {
      return signer?.unsign(token, { maxAge: LIFETIME });
    } catch {
      return undefined;
    }
  }
}
