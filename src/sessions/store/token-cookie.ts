import type { Clock } from "../../clock.ts";
import type { KeyRing } from "../../keys/key-ring.ts";
import type { SecretKey } from "../../keys/secret-key.ts";
import { TimestampSigner } from "../../signing/timestamp-signer.ts";
import { badSignature, rejection, type Rejection } from "../data/rejection.ts";
import { storeIdOf } from "./token.ts";
import { VerifiedCookieCache } from "../cookie/verified-cookie-cache.ts";

const SHAPE = /^[A-Za-z0-9_-]{43}\.[A-Za-z0-9_-]{1,7}\.[A-Za-z0-9_-]{43}$/;

/** A genuine token, and what its cookie says beside it. */
export interface Token {
  readonly token: string;
  /** The id under which a store has its session. */
  readonly id: string;
  /** Unix seconds. */
  readonly issuedAt: number;
  readonly key: SecretKey;
}

/**
 * The cookie of a session that stays in a store: a random token, the time, and our signature, so
 * that a forged one never reaches the store.
 */
export class TokenCookie {
  readonly #keys: KeyRing;
  readonly #signer: TimestampSigner;
  readonly #verified: VerifiedCookieCache<Omit<Token, "key">>;

  /** @param name the cookie's: its tokens are good under this name alone. */
  constructor(name: string, keys: KeyRing, clock: Clock) {
    this.#keys = keys;
    this.#signer = new TimestampSigner(keys, {
      salt: `latchkey.session-token.${name}`,
      keyDerivation: "hkdf",
      digest: "sha256",
      clock,
    });
    this.#verified = new VerifiedCookieCache(keys);
  }

  /** The cookie's value for a token. */
  write(token: string): string {
    return this.#signer.sign(token);
  }

  /** The token of a cookie's value. */
  read(value: string): Token | Rejection {
    const known = this.#verified.get(value);
    if (known !== undefined) return { ...known.value, key: known.key };
    if (!SHAPE.test(value)) return rejection("malformed");
    const genuine = this.#signer.verify(value);
    if (genuine === undefined) return badSignature(this.#keys);
    const { value: token, timestamp: issuedAt, key } = genuine;
    const content = { token, id: storeIdOf(token), issuedAt };
    this.#verified.add(value, key, content, 0);
    return { ...content, key };
  }
}
