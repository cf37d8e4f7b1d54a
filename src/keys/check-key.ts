import type { Clock } from "../clock.ts";
import { SecretKeyError } from "../errors.ts";
import type { Mode } from "../mode.ts";
import { severityOf, type KeyFindingCode } from "./grading/findings.ts";
import { gradeSecretKey } from "./grading/grade.ts";
import type { KnownKeys } from "./grading/known/known-keys.ts";
import type { SecretKeyInput } from "./secret-key.ts";

/** How keys are checked, beside the mode. */
export interface KeyCheckRules {
  /** Is called with each warning. Default: `process.emitWarning`. */
  readonly warn?: ((message: string) => void) | undefined;
  readonly clock: Clock;
  readonly acceptWeakFallbacksUntil?: Date | undefined;
  readonly knownKeys?: readonly KnownKeys[] | undefined;
  /**
   * The key is the development key of this machine. It is strong, so it is accepted in every mode
   * except an explicit production.
   */
  readonly isOwnDevelopmentKey?: boolean | undefined;
}

/** Findings of a value that cannot be a key in any mode. */
const NEVER: readonly KeyFindingCode[] = [
  "missing",
  "wrong_type",
  "blank",
  "unresolved_variable",
  "stringified_object",
  // Another key than the one that was meant: every session would end, without a word.
  "checksum_mismatch",
];
/** Notes that probably point to a mistake. */
const LIKELY_MISTAKES: readonly KeyFindingCode[] = ["whitespace_edges", "trailing_nul", "looks_encoded"];

/**
 * Throws if a key must not be used, and warns if it may be used but is unwise.
 *
 * @param place where the key came from, for messages.
 * @throws SecretKeyError `key_missing` or `key_invalid` for a value that is not a key in any mode,
 *   `key_refused` for a key that production refuses.
 */
export function checkKey(
  key: SecretKeyInput,
  place: string,
  role: "current" | "fallback",
  mode: Mode,
  rules: KeyCheckRules,
): void {
  const { warn = emitWarning } = rules;
  const { findings } = gradeSecretKey(key, { knownKeys: rules.knownKeys });
  const name = role === "current" ? `The secret key from ${place}` : `A fallback key from ${place}`;

  const never = findings.find(({ code }) => NEVER.includes(code));
  if (never !== undefined) {
    throw new SecretKeyError(
      never.code === "missing" || never.code === "blank" ? "key_missing" : "key_invalid",
      `${name} cannot be used. ${never.message} Fix: ${never.fix}`,
    );
  }
  const problems = findings.filter(
    ({ code }) =>
      !((mode === "development" || rules.isOwnDevelopmentKey === true) && code === "development_key") &&
      severityOf(code) !== "note",
  );
  const [worst] = problems;
  if (worst !== undefined) {
    const text = `${worst.message} Fix: ${worst.fix}`;
    const accepted = role === "fallback" && acceptedUntil(rules);
    if (mode === "production" && accepted === false)
      throw new SecretKeyError("key_refused", `${name} is refused. ${text}`);
    warn(
      accepted === false
        ? `${name} would be refused in production. ${text}`
        : `${name} is accepted only until ${accepted}. ${text}`,
    );
  }
  for (const { code, message, fix } of findings)
    if (LIKELY_MISTAKES.includes(code)) warn(`${name}: ${message} Fix: ${fix}`);
}

function acceptedUntil({ acceptWeakFallbacksUntil: until, clock }: KeyCheckRules): string | false {
  return until !== undefined && until.getTime() / 1000 > clock() ? until.toISOString() : false;
}

/** The default for `warn`. */
export function emitWarning(message: string): void {
  process.emitWarning(message, { type: "LatchkeyWarning", code: "LATCHKEY_KEY" });
}
