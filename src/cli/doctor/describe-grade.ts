import { SecretKey } from "../../index.ts";
import type { KeyGrade } from "../../keys/index.ts";
import type { DoctorFinding } from "./finding.ts";

/** What the grade of a key means for the file it is in. Undefined for a good key. */
export function describeGrade(
  name: string,
  { verdict, findings }: KeyGrade,
): Pick<DoctorFinding, "code" | "message" | "fix"> | undefined {
  const codes = findings.map(({ code }) => code);
  const { message = "", fix = "" } = findings[0] ?? {};
  if (codes.includes("checksum_mismatch"))
    return { code: "key_mistyped", message: `The value of ${name} cannot be used. ${message}`, fix };
  if (codes.includes("published"))
    return {
      code: "key_published",
      message: `The value of ${name} is on a list of published keys, which attackers try first.`,
      fix: "Replace it with a generated key: npx latchkey key generate",
    };
  if (verdict !== "refused" && verdict !== "weak") return undefined;
  return { code: "key_guessable", message: `The value of ${name} can be guessed. ${message}`, fix };
}

/** Whether it only says where a key belongs. */
export function isMerelyPlaceholder(grade: KeyGrade): boolean {
  return grade.findings.some(
    ({ code }) => code === "placeholder" || code === "unresolved_variable" || code === "blank",
  );
}

/** The name of a key in a finding. */
export function fingerprintOf(value: string): string | undefined {
  return value.isWellFormed() && value !== "" ? SecretKey.from(value).fingerprint : undefined;
}
