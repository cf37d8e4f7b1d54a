import type { Clock } from "../../clock.ts";
import { deriveSubkey } from "../../keys/derive.ts";
import { ringOf, type RingSource } from "../../keys/lazy-ring.ts";
import { TimestampSigner } from "../../signing/timestamp-signer.ts";

/** How long a token is valid, in seconds: a working day. */
const LIFETIME = 12 * 60 * 60;
const VALUE = /^(\d{1,16})-(\d{1,15})-([0-9a-f]{8})$/;

/** No process alone counts so far. */
const MOST_OF_ONE = 1e12;

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
  readonly #keys: RingSource;
  readonly #clock: Clock | undefined;
  /**
   * Made at the first use. The first one signs; the others verify tokens of the time before the
   * secret key was replaced.
   */
  #made: readonly TimestampSigner[] | undefined;
  readonly #process = crypto.randomUUID().slice(0, 8);

  constructor(keys: RingSource, clock?: Clock) {
    this.#keys = keys;
    this.#clock = clock;
  }

  get #signers(): readonly TimestampSigner[] {
    const clock = this.#clock;
    return (this.#made ??= [...ringOf(this.#keys)].map(
      (key) =>
        new TimestampSigner(deriveSubkey(key, "toolbar"), {
          salt: "latchkey.toolbar",
          digest: "sha256",
          ...(clock === undefined ? {} : { clock }),
        }),
    ));
  }

  /** The token for this request and all later ones. */
  grant({ sequence, startedAt }: Moment): string {
    return this.#signers[0]!.sign(`${sequence}-${startedAt}-${this.#process}`);
  }

  /** The token for all requests. */
  grantAll(): string {
    return this.grant({ sequence: 0, startedAt: 0 });
  }

  /**
   * Says which requests a token may read. Undefined for a token that is forged or expired.
   *
   * Numbers are compared within a process, and between processes that share a history. Otherwise
   * requests are compared by the second in which they began.
   */
  verify(token: string): ((moment: Moment) => boolean) | undefined {
    const [, sequence, startedAt, origin] = VALUE.exec(this.#valueOf(token) ?? "") ?? [];
    if (origin === undefined) return undefined;
    return (moment) =>
      origin === (moment.process ?? this.#process) || (isOfAll(Number(sequence)) && isOfAll(moment.sequence))
        ? moment.sequence >= Number(sequence)
        : moment.startedAt >= Number(startedAt);
  }

  #valueOf(token: string): string | undefined {
    if (token.length > 200) return undefined;
    const signer = this.#signers.find((each) => each.verify(token) !== undefined);
    try {
      return signer?.unsign(token, { maxAge: LIFETIME });
    } catch {
      return undefined;
    }
  }
}

/** Whether a number is one of a shared history. Those are made of the time. */
function isOfAll(sequence: number): boolean {
  return sequence > MOST_OF_ONE;
}
