import { unixNow, type Clock } from "../../clock.ts";
import { InvalidOptionError, SecretKeyError } from "../../errors.ts";
import { gradeSecretKey } from "../grading/grade.ts";
import type { KeyUsage } from "../key-ring.ts";
import { readKeysText, writeKeysText, type KeysTextFormat } from "./key-source-text.ts";
import { SecretKey } from "../secret-key.ts";
import { checkOptions, checkText, kindOf } from "../../options.ts";

/*
 * A rotation in three steps, so that no server meets a cookie signed by a key that it does not know
 * yet:
 *
 *   announce   the next key joins the fallbacks everywhere: it verifies and does not sign
 *   promote    it becomes the current key; the one before stays as a fallback
 *   retire     the old key goes, once hardly anything is verified by it any more
 *
 * The functions turn one text (of a .env or a key file) into the next one and touch no file:
 * `writeKeyFile` writes it. Keys are named by their fingerprints, never by their places.
 */

/** A text after a step of a rotation. */
export interface RotationStep {
  /** The new text of the file. It holds keys. */
  readonly text: string;
  readonly current: SecretKey;
  readonly fallbacks: readonly SecretKey[];
  /**
   * Why the key that was current is not among the fallbacks; undefined if it is, or was not moved.
   */
  readonly dropped?: string | undefined;
}

/** What `promoteKey` does with the key that was current. */
export interface PromoteOptions {
  /** False ends all sessions at once: for a key that somebody else knows. True unless given. */
  readonly keepOld?: boolean | undefined;
  /**
   * Keeps a weak or published old key as a fallback as long as this lies in the future: until then
   * anyone who guesses it forges sessions.
   */
  readonly acceptWeakFallbacksUntil?: Date | undefined;
  /** Tells the time, in whole Unix seconds. */
  readonly clock?: Clock | undefined;
}

/** When `retireKey` lets a key go. */
export interface RetireOptions {
  /**
   * The share of verifications, 0 to 1, that the key made lately, over all servers:
   * `verificationShare` of their usage.
   */
  readonly share: number;
  /** The largest share at which the key goes; 0.01 unless given. The sessions behind it end. */
  readonly atMost?: number | undefined;
}

/**
 * Adds the next key to the fallbacks: first step of a rotation. Deploy the text to all servers
 * before `promoteKey`.
 *
 * @throws SecretKeyError `key_refused` for a next key that is weak, refused or for development,
 *   `key_conflict` if the text holds it already; `key_file`, `key_missing` for a text without keys.
 * @example
 * ```ts
 * const { text } = announceKey(readFileSync(".env", "utf8"), generateSecretKey(), "env");
 * writeKeyFile(".env", text, { backup: true });
 * ```
 */
export function announceKey(text: string, next: string, format: KeysTextFormat): RotationStep {
  checkText("announceKey(text, next): the text", text);
  const { verdict, findings } = gradeSecretKey(next);
  if (verdict === "weak" || verdict === "refused")
    throw new SecretKeyError(
      "key_refused",
      `The next key is no better than one to rotate away from. ${findings[0]!.message} ${findings[0]!.fix}`,
    );
  const { current, fallbacks } = readKeysText(text, format);
  if (current === next || fallbacks.includes(next))
    throw new SecretKeyError("key_conflict", "The next key is in the file already. Generate another one.");
  return step(text, format, current, [...fallbacks, next]);
}

/**
 * Makes an announced key the current one, and the key before it a fallback: second step. A weak or
 * published old key is dropped, since it would leave the door open.
 *
 * @param fingerprint of the announced key, as `SecretKey.fingerprint` and `KeyRing.usage()` show
 *   it.
 * @throws SecretKeyError `key_invalid` if no fallback key has that fingerprint.
 */
export function promoteKey(text: string, fingerprint: string, format: KeysTextFormat, options: PromoteOptions = {}): RotationStep {
  checkOptions("promoteKey", options, ["keepOld", "acceptWeakFallbacksUntil", "clock"]);
  const { current, fallbacks } = readKeysText(text, format);
  const next = find(fallbacks, fingerprint);
  const others = fallbacks.filter((key) => key !== next);
  const dropped = whyDropped(current, options);
  return { ...step(text, format, next, dropped === undefined ? [...others, current] : others), dropped };
}

/**
 * Takes an old key away: last step. A visitor whose cookie that key signed has to log in again.
 *
 * @param fingerprint of the fallback key to take away.
 * @throws SecretKeyError `key_refused` while the key still makes more than `atMost` of the
 *   verifications, `key_invalid` if no fallback key has that fingerprint or the share is no number
 *   from 0 to 1.
 */
export function retireKey(text: string, fingerprint: string, format: KeysTextFormat, options: RetireOptions): RotationStep {
  checkOptions("retireKey", options, ["share", "atMost"]);
  const { share, atMost = 0.01 } = options;
  if (!(share >= 0 && share <= 1))
    throw new SecretKeyError("key_invalid", 'The option "share" is the share of verifications by the old key, from 0 to 1.');
  const { current, fallbacks } = readKeysText(text, format);
  const old = find(fallbacks, fingerprint);
  if (share > atMost) {
    throw new SecretKeyError(
      "key_refused",
      `The key ${fingerprint} still makes ${percent(share)} of the verifications, more than ${percent(atMost)}: those visitors would be logged out. Wait, or allow a larger share.`,
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
 * The share of verifications, 0 to 1, that one key made; 0 while nothing was verified.
 *
 * @param usage of one ring or of several servers' rings, one after the other.
 */
export function verificationShare(usage: readonly KeyUsage[], fingerprint: string): number {
  if (!Array.isArray(usage))
    throw new InvalidOptionError(`verificationShare(usage) takes the usage of a ring. It got ${kindOf(usage)}. Fix: ring.usage().`);
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
    `No fallback key of the file has the fingerprint ${fingerprint}. Look at: npx latchkey key status`,
  );
}

function whyDropped(old: string, { keepOld = true, acceptWeakFallbacksUntil: until, clock = unixNow }: PromoteOptions): string | undefined {
  if (!keepOld) return "It was not to be kept.";
  const { verdict, findings } = gradeSecretKey(old);
  if (verdict === "strong" || verdict === "acceptable") return undefined;
  if (until !== undefined && until.getTime() / 1000 > clock()) return undefined;
  return findings[0]!.message;
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}
