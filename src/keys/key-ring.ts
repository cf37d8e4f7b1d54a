import { unixNow, type Clock } from "../clock.ts";
import { keyUsedChannel, type KeyLabel } from "../diagnostics.ts";
import { SecretKeyError } from "../errors.ts";
import { judgedMode, processEnvironment, saidMode, type Mode } from "../mode.ts";
import { checkKey, type KeyCheckRules } from "./check-key.ts";
import { SecretKey, type SecretKeyInput } from "./secret-key.ts";
import { checkOptions, kindOf } from "../options.ts";

/** How often this process used a key of a ring, and when it last did. */
export interface KeyUsage extends KeyLabel {
  readonly signed: number;
  readonly verified: number;
  /** Unix seconds. Undefined if the key has not been used yet. */
  readonly lastUsed: number | undefined;
}

interface Counter {
  signed: number;
  verified: number;
  lastUsed: number | undefined;
}

/** The settings of a ring, beside its keys. */
export interface KeyRingOptions {
  /**
   * Where the keys came from, for messages: "environment variable SECRET_KEY". Never a key.
   * Default: "the application's code".
   */
  readonly source?: string | undefined;
  /** Returns the time in whole Unix seconds, for `usage()`. Default: the machine's clock. */
  readonly clock?: Clock | undefined;
  /**
   * Where the server runs. Default: LATCHKEY_ENV, then NODE_ENV, and production if neither is set.
   * In production the ring refuses weak keys. In development it warns about them.
   */
  readonly mode?: Mode | undefined;
  /**
   * When the keys are graded. Default: `now` in production, `later` in development.
   *
   * - `now`: in the constructor, which refuses weak, guessable and published keys in production.
   * - `later`: by `admit`, which session managers and toolbars call.
   * - `done`: they have already been graded.
   */
  readonly grading?: "now" | "later" | "done" | undefined;
  /** How the keys are graded, beside the mode. It also applies to `replace`. */
  readonly rules?: KeyCheckRules | undefined;
}

/**
 * One current key, which signs and verifies, and fallback keys, which only verify. A ring with
 * fallback keys is in the middle of a rotation.
 *
 * The roles have names because an order is easily confused: Flask 3.1.0 signed with its oldest key
 * because two lists were joined in the wrong order (CVE-2025-47278). The order of the fallbacks has
 * no meaning.
 *
 * @example
 * ```ts
 * const keys = new KeyRing("the key of today, forty-three characters!!!", [
 *   "the key of yesterday, as long as the other",
 * ]);
 * keys.current; // signs
 * [...keys].length; // 2: all of them verify
 * ```
 */
export class KeyRing implements Iterable<SecretKey> {
  #keys: readonly [SecretKey, ...SecretKey[]];
  readonly #counters = new Map<SecretKey, Counter>();
  readonly #clock: Clock;
  readonly #source: string;
  readonly #rules: KeyCheckRules;
  #isGraded: boolean;
  /** The mode that an option or the environment sets. Undefined if neither does. */
  readonly saidMode: Mode | undefined;

  /**
   * @param current signs and verifies.
   * @param fallbacks only verify. A list, never a single string: Flask takes a string apart into
   *   keys of one letter.
   * @throws SecretKeyError `key_missing` or `key_invalid` for a value that cannot be a key, or if
   *   `fallbacks` is not a list. In production `key_refused` for a key that is weak, guessable or
   *   published.
   */
  constructor(current: SecretKeyInput, fallbacks: readonly SecretKeyInput[] = [], options: KeyRingOptions = {}) {
    checkOptions("KeyRing", options, ["source", "clock", "mode", "grading", "rules"]);
    this.#keys = toKeys(current, fallbacks);
    this.#clock = options.clock ?? unixNow;
    this.#source = options.source ?? "the application's code";
    this.saidMode = "mode" in options ? options.mode : saidMode(processEnvironment());
    this.#rules = options.rules ?? { clock: this.#clock };
    this.#isGraded = options.grading === "done";
    // In development a ring may serve only signers, which take any key, as itsdangerous does. A
    // manager grades the keys when it uses the ring.
    const { grading = this.mode === "production" ? "now" : "later" } = options;
    if (grading === "now") this.admit(this.#source);
  }

  /**
   * The ring itself, or a ring of this single key. The key is not graded yet: `admit` does that.
   *
   * @param place how errors name the value, such as `option "keys"`.
   * @throws SecretKeyError `key_missing` or `key_invalid` for a value that cannot be a key.
   */
  static from(keys: KeyRing | SecretKeyInput, place?: string): KeyRing {
    if (keys instanceof KeyRing) return keys;
    return new KeyRing(SecretKey.from(keys, place), [], { grading: "later" });
  }

  /**
   * Grades the keys, if they have not been graded yet. Everything that must refuse guessable keys
   * calls it before it uses a ring.
   *
   * @param place how messages name the keys, such as `option "keys" of SessionManager`.
   * @param mode how strict the check is. Default: the ring's own mode.
   * @returns the ring.
   * @throws SecretKeyError in production `key_refused` for a key that is weak, guessable or
   *   published.
   */
  admit(place: string, mode: Mode = this.mode): this {
    if (!this.#isGraded) this.#grade(this.#keys, place, mode);
    this.#isGraded = true;
    return this;
  }

  #grade(keys: readonly SecretKey[], place: string, mode: Mode): void {
    for (const [index, key] of keys.entries())
      checkKey(key, place, index === 0 ? "current" : "fallback", mode, this.#rules);
  }

  /** Where the keys came from, such as "environment variable SECRET_KEY". Never a key. */
  get source(): string {
    return this.#source;
  }

  /**
   * The mode for everything that uses the ring: the session manager, its stores and the toolbar. It
   * is production unless an option or the environment says development.
   */
  get mode(): Mode {
    return judgedMode(this.saidMode);
  }

  /** The key that signs. */
  get current(): SecretKey {
    return this.#keys[0];
  }

  /** The keys that only verify. */
  get fallbacks(): readonly SecretKey[] {
    return this.#keys.slice(1);
  }

  /** All keys that verify, the current one first. */
  [Symbol.iterator](): Iterator<SecretKey> {
    return this.#keys[Symbol.iterator]();
  }

  /**
   * Replaces all keys, for everything that holds the ring. The counters of keys that stay are kept.
   *
   * The new keys are graded by the rules and the mode of the ring, if its keys were graded. If one
   * is refused, the ring keeps its old keys.
   *
   * @param place how messages name the source of the keys. Default: the ring's source.
   * @throws SecretKeyError as the constructor does.
   */
  replace(current: SecretKeyInput, fallbacks: readonly SecretKeyInput[] = [], place: string = this.#source): void {
    const before = this.#keys;
    const given = toKeys(current, fallbacks);
    if (this.#isGraded || this.mode === "production") {
      this.#grade(given, place, this.mode);
      this.#isGraded = true;
    }
    // A key that stays keeps its object, and so everything that was derived and counted for it.
    const keys = given.map((key) => before.find((known) => known.equals(key)) ?? key);
    this.#keys = keys as [SecretKey, ...SecretKey[]];
    for (const key of this.#counters.keys()) if (!keys.includes(key)) this.#counters.delete(key);
  }

  /** The role of the key in this ring. */
  roleOf(key: SecretKey): KeyLabel["role"] {
    return key === this.current ? "current" : "fallback";
  }

  /**
   * Counts that a key of this ring signed or verified something. Everything that uses the ring
   * calls it.
   *
   * It runs in every request: one map lookup, one addition and one reading of the clock. Together
   * they take less than a tenth of the time of the HMAC. The fingerprint is expensive (about 40
   * ms), so it is computed only if the channel has a subscriber.
   */
  count(key: SecretKey, use: "sign" | "verify"): void {
    let counter = this.#counters.get(key);
    if (counter === undefined) this.#counters.set(key, (counter = { signed: 0, verified: 0, lastUsed: undefined }));
    if (use === "sign") counter.signed++;
    else counter.verified++;
    counter.lastUsed = this.#clock();
    if (keyUsedChannel.hasSubscribers)
      keyUsedChannel.publish({ key: { fingerprint: key.fingerprint, role: this.roleOf(key) }, use });
  }

  /**
   * How often this process used each key, and when it last did. An old key that verifies nothing
   * any more can be removed.
   *
   * The counts begin at zero in each process. Each fingerprint costs about 40 ms the first time.
   */
  usage(): readonly KeyUsage[] {
    return this.#keys.map((key) => {
      const { signed = 0, verified = 0, lastUsed } = this.#counters.get(key) ?? {};
      return { fingerprint: key.fingerprint, role: this.roleOf(key), signed, verified, lastUsed };
    });
  }

  toJSON(): string {
    return "[KeyRing]";
  }
}

function toKeys(current: SecretKeyInput, fallbacks: readonly SecretKeyInput[]): [SecretKey, ...SecretKey[]] {
  if (!Array.isArray(fallbacks)) {
    throw new SecretKeyError(
      "key_invalid",
      `The fallbacks of a KeyRing must be a list of keys. They are ${kindOf(fallbacks)}. Fix: write [key] for a single key.`,
    );
  }
  const keys = [SecretKey.from(current)] as [SecretKey, ...SecretKey[]];
  for (const fallback of fallbacks) {
    const key = SecretKey.from(fallback);
    if (!keys.some((known) => known.equals(key))) keys.push(key);
  }
  return keys;
}
