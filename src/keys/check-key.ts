import type { Clock } from "../clock.ts";
import { SecretKeyError } from "../errors.ts";
import type { Mode } from "../mode.ts";
import { severityOf, type KeyFindingCode } from "./grading/findings.ts";
import { gradeSecretKey } from "./grading/grade.ts";
import type { KnownKeys } from "./grading/known/known-keys.ts";
import type { SecretKeyInput } from "./secret-key.ts";

/** By what rules keys are let in, beside the mode. */
export interface KeyCheckRules {
  /** Gets each warning; `process.emitWarning` unless given. */
  readonly warn?: ((message: string) => void) | undefined;
  readonly clock: Clock;
  readonly acceptWeakFallbacksUntil?: Date | undefined;
  readonly knownKeys?: readonly KnownKeys[] | undefined;
  /**
   * The key is the one that was made for this machine, which is strong and does for any mode but a
   * said production.
   */
  readonly isOwnDevelopmentKey?: boolean | undefined;
}

/** What cannot be a key on anybody's machine. */
const NEVER: readonly KeyFindingCode[] = ["missing", "wrong_type", "blank", "unresolved_variable", "stringified_object"];
/** Notes that are likely somebody's mistake. */
const LIKELY_MISTAKES: readonly KeyFindingCode[] = ["whitespace_edges", "trailing_nul", "looks_encoded"];

/**
 * Lets a key into a ring or throws; warns of what is allowed and yet unwise. `place` says where it
 * came from, for the message.
 *
 * @throws SecretKeyError `key_missing` or `key_invalid` for what is no key in any mode,
 *   `key_refused` for what production refuses.
 */
export function checkKey(key: SecretKeyInput, place: string, role: "current" | "fallback", mode: Mode, rules: KeyCheckRules): void {
  const { warn = emitWarning } = rules;
  const { findings } = gradeSecretKey(key, { knownKeys: rules.knownKeys });
  const name = role === "current" ? `The secret key from ${place}` : `A fallback key from ${place}`;

  const never = findings.find(({ code }) => NEVER.includes(code));
  if (never !== undefined) {
    throw new SecretKeyError(
      never.code === "missing" || never.code === "blank" ? "key_missing" : "key_invalid",
      `${name} cannot be used. ${never.message} ${never.fix}`,
    );
  }
  const problems = findings.filter(
    ({ code }) =>
      !((mode === "development" || rules.isOwnDevelopmentKey === true) && code === "development_key") && severityOf(code) !== "note",
  );
  const [worst] = problems;
  if (worst !== undefined) {
    const text = `${worst.message} ${worst.fix}`;
    const accepted = role === "fallback" && acceptedUntil(rules);
    if (mode === "production" && accepted === false) throw new SecretKeyError("key_refused", `${name} is refused. ${text}`);
    warn(accepted === false ? `${name} would be refused in production. ${text}` : `${name} is accepted only until ${accepted}. ${text}`);
  }
  for (const { code, message, fix } of findings) if (LIKELY_MISTAKES.includes(code)) warn(`${name}: ${message} ${fix}`);
}

function acceptedUntil({ acceptWeakFallbacksUntil: until, clock }: KeyCheckRules): string | false {
  return until !== undefined && until.getTime() / 1000 > clock() ? until.toISOString() : false;
}

/** Where warnings go unless the caller says otherwise. */
export function emitWarning(message: string): void {
  process.emitWarning(message, { type: "LatchkeyWarning", code: "LATCHKEY_KEY" });
}
