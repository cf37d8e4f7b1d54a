import { unixNow, type Clock } from "../clock.ts";
import { keyUsedChannel, type KeyLabel } from "../diagnostics.ts";
import { SecretKeyError } from "../errors.ts";
import { judgedMode, processEnvironment, saidMode, type Mode } from "../mode.ts";
import { checkKey, type KeyCheckRules } from "./check-key.ts";
import { SecretKey, type SecretKeyInput } from "./secret-key.ts";
import { checkOptions } from "../options.ts";

/** How often, and when last, a key of a ring was used by this process. */
export interface KeyUsage extends KeyLabel {
  readonly signed: number;
  readonly verified: number;
  /** Unix seconds; undefined if the key was not used yet. */
  readonly lastUsed: number | undefined;
}

interface Counter {
  signed: number;
  verified: number;
  lastUsed: number | undefined;
}

/** What a ring knows beside its keys. */
export interface KeyRingOptions {
  /** Where the keys came from, for people: "environment variable SECRET_KEY". Never a key. */
  readonly source?: string | undefined;
  /** Tells when a key was last used, in whole Unix seconds. */
  readonly clock?: Clock | undefined;
  /**
   * Where the server runs. Unless given, as NODE_ENV or LATCHKEY_ENV of the process says;
   * production where neither says anything.
   */
  readonly mode?: Mode | undefined;
  /**
   * When the keys are graded. Unless given, `now` in production, where the constructor refuses
   * weak, guessable and published keys, and `later` in development. `later` leaves it to `admit`,
   * which session managers and toolbars call. `done`: they have been graded.
   */
  readonly grading?: "now" | "later" | "done" | undefined;
  /** How the keys are graded, now and by `replace`, beside the mode. */
  readonly rules?: KeyCheckRules | undefined;
}

/**
 * One current key, which signs and verifies, and fallback keys, which only verify: the state
 * between two keys of a rotation.
 *
 * The roles have names because a list does not: Flask 3.1.0 signed with its oldest key because two
 * lists were joined in the wrong order (CVE-2025-47278). The order of the fallbacks has no meaning.
 *
 * @example
 * ```ts
 * const keys = new KeyRing("the key of today, forty-three characters!!!", ["the key of yesterday, as long as the other"]);
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
  /** The mode that an option or the environment has said; undefined where nobody has. */
  readonly saidMode: Mode | undefined;

  /**
   * @param current signs and verifies.
   * @param fallbacks only verify. A list, never a bare text: Flask takes a text apart into
   *   one-letter keys.
   * @throws SecretKeyError `key_missing` or `key_invalid` for anything that cannot be a key, or no
   *   list of keys; in production `key_refused` for a key that is weak, guessable or published.
   */
  constructor(current: SecretKeyInput, fallbacks: readonly SecretKeyInput[] = [], options: KeyRingOptions = {}) {
    checkOptions("KeyRing", options, ["source", "clock", "mode", "grading", "rules"]);
    this.#keys = toKeys(current, fallbacks);
    this.#clock = options.clock ?? unixNow;
    this.#source = options.source ?? "the application's code";
    this.saidMode = "mode" in options ? options.mode : saidMode(processEnvironment());
    this.#rules = options.rules ?? { clock: this.#clock };
    this.#isGraded = options.grading === "done";
    // In development a ring may serve signers alone, which take any key as itsdangerous does; a
    // manager warns of it.
    const { grading = this.mode === "production" ? "now" : "later" } = options;
    if (grading === "now") this.admit(this.#source);
  }

  /**
   * The ring itself, or a ring of the one key, which nobody has graded yet: `admit` does.
   *
   * @param place names in errors what was written, such as `option "keys"`.
   * @throws SecretKeyError `key_missing` or `key_invalid` for anything that cannot be a key.
   */
  static from(keys: KeyRing | SecretKeyInput, place?: string): KeyRing {
    if (keys instanceof KeyRing) return keys;
    return new KeyRing(SecretKey.from(keys, place), [], { grading: "later" });
  }

  /**
   * Grades the keys, unless they have been graded: every user of a ring calls it that lets in only
   * keys which nobody guesses.
   *
   * @param place names in messages what the reader has written, such as `option "keys" of
   *   SessionManager`.
   * @param mode how strictly; the ring's own mode unless given.
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
    for (const [index, key] of keys.entries()) checkKey(key, place, index === 0 ? "current" : "fallback", mode, this.#rules);
  }

  /** Where the keys came from, such as "environment variable SECRET_KEY"; never a key. */
  get source(): string {
    return this.#source;
  }

  /**
   * By which mode all that uses the ring judges: the session manager, its stores and the toolbar.
   * Production unless development was said.
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
   * Puts other keys in place of all of these, for everything that holds the ring. Counters of keys
   * that stay go on.
   *
   * The new keys are graded by the rules and the mode of the ring, if its keys were. If one is
   * refused, the ring keeps its old keys.
   *
   * @param place names in messages where the keys came from; the ring's source unless given.
   * @throws SecretKeyError as the constructor does.
   */
  replace(current: SecretKeyInput, fallbacks: readonly SecretKeyInput[] = [], place: string = this.#source): void {
    const before = this.#keys;
    const given = toKeys(current, fallbacks);
    if (this.#isGraded || this.mode === "production") {
      this.#grade(given, place, this.mode);
      this.#isGraded = true;
    }
    // A key that stays keeps its object, and with it everything that was derived and counted for
    // it.
    const keys = given.map((key) => before.find((known) => known.equals(key)) ?? key);
    this.#keys = keys as [SecretKey, ...SecretKey[]];
    for (const key of this.#counters.keys()) if (!keys.includes(key)) this.#counters.delete(key);
  }

  /** What the key is in this ring. */
  roleOf(key: SecretKey): KeyLabel["role"] {
    return key === this.current ? "current" : "fallback";
  }

  /**
   * Notes that a key of this ring signed or verified something. Called by whatever uses the ring.
   *
   * It stands on the path of every request: a look into a map, an addition and a reading of the
   * clock, together less than a tenth of the HMAC beside it. The dear fingerprint is only made when
   * somebody asks for it.
   */
  count(key: SecretKey, use: "sign" | "verify"): void {
    let counter = this.#counters.get(key);
    if (counter === undefined) this.#counters.set(key, (counter = { signed: 0, verified: 0, lastUsed: undefined }));
    if (use === "sign") counter.signed++;
    else counter.verified++;
    counter.lastUsed = this.#clock();
    if (keyUsedChannel.hasSubscribers) keyUsedChannel.publish({ key: { fingerprint: key.fingerprint, role: this.roleOf(key) }, use });
  }

  /**
   * How often, and when last, this process used each key: an old key that verifies nothing any more
   * can go.
   *
   * The counts begin at zero with each process. Each fingerprint costs about 40 ms the first time.
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
      `Fallback keys are a list of keys, not ${typeof fallbacks === "string" ? "one text" : `a ${typeof fallbacks}`}: write [key] for one.`,
    );
  }
  const keys = [SecretKey.from(current)] as [SecretKey, ...SecretKey[]];
  for (const fallback of fallbacks) {
    const key = SecretKey.from(fallback);
    if (!keys.some((known) => known.equals(key))) keys.push(key);
  }
  return keys;
}
