import { unixNow, type Clock } from "../../clock.ts";
import { InvalidOptionError, SecretKeyError } from "../../errors.ts";
import { gradeSecretKey } from "../grading/grade.ts";
import type { KeyUsage } from "../key-ring.ts";
import { readKeysText, writeKeysText, type KeysTextFormat } from "./key-source-text.ts";
import { SecretKey } from "../secret-key.ts";
import { checkOptions, checkText, kindOf, numberOrKind } from "../../options.ts";

/*
 * A rotation has three steps, so that no server gets a cookie signed by a key that it does not know
 * yet:
 *
 *   announce   the next key joins the fallbacks everywhere: it verifies and does not sign
 *   promote    the next key becomes the current key, and the old one becomes a fallback
 *   retire     the old key is removed, when it verifies hardly anything any more
 *
 * The functions turn one text (of a .env or a key file) into the next one and change no file.
 * `writeKeyFile` writes the text. Keys are named by their fingerprints, never by their positions.
 */

/** A text after a step of a rotation. */
export interface RotationStep {
  /** The new text of the file. It holds keys. */
  readonly text: string;
  readonly current: SecretKey;
  readonly fallbacks: readonly SecretKey[];
  /**
   * Why the previous key is not among the fallbacks. Undefined if it is, or if it is still the
   * current key.
   */
  readonly dropped?: string | undefined;
}

/** What `promoteKey` does with the previous key. */
export interface PromoteOptions {
  /**
   * Whether the old key stays as a fallback. False ends all sessions at once: use it if another
   * person may know the key. Default: true.
   */
  readonly keepOld?: boolean | undefined;
  /**
   * Keeps a weak or published old key as a fallback while this date is in the future. Until then, a
   * visitor who guesses it can forge sessions. Default: such a key is dropped.
   */
  readonly acceptWeakFallbacksUntil?: Date | undefined;
  /** Returns the time in whole Unix seconds. Default: the machine's clock. */
  readonly clock?: Clock | undefined;
}

/** When `retireKey` removes a key. */
export interface RetireOptions {
  /**
   * The share of recent verifications that the key made, 0 to 1, over all servers:
   * `verificationShare` of their usage.
   */
  readonly share: number;
  /**
   * The largest share at which the key is removed. Visitors with a session of this key have to log
   * in again. Default: 0.01.
   */
  readonly atMost?: number | undefined;
}

/**
 * Adds the next key to the fallbacks: the first step of a rotation. Deploy the text to all servers
 * before `promoteKey`.
 *
 * @throws SecretKeyError `key_refused` for a next key that is weak, refused or for development,
 *   `key_conflict` if the text already holds it, `key_file` or `key_missing` for a text without
 *   keys.
 * @example
 * ```ts
 * const { text } = announceKey(readFileSync(".env", "utf8"), generateSecretKey(), "env");
 * writeKeyFile(".env", text, { backup: true });
 * ```
 */
export function announceKey(text: string, next: string, format: KeysTextFormat): RotationStep {
  checkText("The text in announceKey(text, next, format)", text);
  const { verdict, findings } = gradeSecretKey(next);
  if (verdict === "weak" || verdict === "refused")
    throw new SecretKeyError(
      "key_refused",
      `The next key is not good enough to rotate to. ${findings[0]!.message} Fix: ${findings[0]!.fix}`,
    );
  const { current, fallbacks } = readKeysText(text, format);
  if (current === next || fallbacks.includes(next))
    throw new SecretKeyError(
      "key_conflict",
      "The next key is already in the file. Fix: make another one with npx latchkey key generate",
    );
  return step(text, format, current, [...fallbacks, next]);
}

/**
 * Makes an announced key the current one, and the key before it a fallback: the second step. A weak
 * or published old key is dropped, because as a fallback it could still be used to forge sessions.
 *
 * @param fingerprint of the announced key, as `SecretKey.fingerprint` and `KeyRing.usage()` show
 *   it.
 * @throws SecretKeyError `key_invalid` if no fallback key has that fingerprint.
 */
export function promoteKey(
  text: string,
  fingerprint: string,
  format: KeysTextFormat,
  options: PromoteOptions = {},
): RotationStep {
  checkOptions("promoteKey", options, ["keepOld", "acceptWeakFallbacksUntil", "clock"]);
  const { current, fallbacks } = readKeysText(text, format);
  const next = find(fallbacks, fingerprint);
  const others = fallbacks.filter((key) => key !== next);
  const dropped = whyDropped(current, options);
  return { ...step(text, format, next, dropped === undefined ? [...others, current] : others), dropped };
}

/**
 * Removes an old key: the last step. A visitor with a cookie signed by that key has to log in
 * again.
 *
 * @param fingerprint of the fallback key to remove.
 * @throws SecretKeyError `key_refused` while the key still makes more than `atMost` of the
 *   verifications, `key_invalid` if no fallback key has that fingerprint or the share is not a
 *   number from 0 to 1.
 */
export function retireKey(
  text: string,
  fingerprint: string,
  format: KeysTextFormat,
  options: RetireOptions,
): RotationStep {
  checkOptions("retireKey", options, ["share", "atMost"]);
  const { share, atMost = 0.01 } = options;
  if (!(share >= 0 && share <= 1))
    throw new SecretKeyError(
      "key_invalid",
      `The option share of retireKey must be a number from 0 to 1. It got ${numberOrKind(share)}. Fix: share: verificationShare(ring.usage(), fingerprint).`,
    );
  const { current, fallbacks } = readKeysText(text, format);
  const old = find(fallbacks, fingerprint);
  if (share > atMost) {
    throw new SecretKeyError(
      "key_refused",
      `The key ${fingerprint} still makes ${percent(share)} of the verifications, more than ${percent(atMost)}: those visitors would be logged out. Fix: wait, or allow a larger share.`,
    );
  }
  return step(
    text,
    format,
    current,
    fallbacks.filter((key) => key !== old),
  );
}

/**
 * The share of verifications that one key made, 0 to 1. It is 0 while nothing was verified.
 *
 * @param usage of one ring, or the usage of several servers' rings in one list.
 */
export function verificationShare(usage: readonly KeyUsage[], fingerprint: string): number {
  if (!Array.isArray(usage))
    throw new InvalidOptionError(
      `The usage in verificationShare(usage, fingerprint) must be a list. It got ${kindOf(usage)}. Fix: verificationShare(ring.usage(), fingerprint).`,
    );
  const all = countVerified(usage);
  return all === 0 ? 0 : countVerified(usage.filter((entry) => entry.fingerprint === fingerprint)) / all;
}

function countVerified(usage: readonly KeyUsage[]): number {
  return usage.reduce((sum, { verified }) => sum + verified, 0);
}

function step(text: string, format: KeysTextFormat, current: string, fallbacks: readonly string[]): RotationStep {
  return {
    text: writeKeysText(text, format, { current, fallbacks }),
    current: SecretKey.from(current),
    fallbacks: fallbacks.map((key) => SecretKey.from(key)),
  };
}

function find(fallbacks: readonly string[], fingerprint: string): string {
  const found = fallbacks.find((key) => SecretKey.from(key).fingerprint === fingerprint);
  if (found !== undefined) return found;
  throw new SecretKeyError(
    "key_invalid",
    `No fallback key of the file has the fingerprint ${fingerprint}. Fix: list the keys with npx latchkey key status`,
  );
}

function whyDropped(
  old: string,
  { keepOld = true, acceptWeakFallbacksUntil: until, clock = unixNow }: PromoteOptions,
): string | undefined {
  if (!keepOld) return "It was dropped on request.";
  const { verdict, findings } = gradeSecretKey(old);
  if (verdict === "strong" || verdict === "acceptable") return undefined;
  if (until !== undefined && until.getTime() / 1000 > clock()) return undefined;
  return findings[0]!.message;
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}
