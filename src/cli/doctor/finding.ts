/** The code of a finding of the doctor. It does not change between versions. */
export type DoctorCode =
  | "key_published"
  | "key_guessable"
  | "key_mistyped"
  | "key_in_source"
  | "key_in_history"
  | "key_staged"
  | "secret_file_staged"
  | "key_shared"
  | "key_generated_at_start"
  | "setting_misspelled"
  | "file_readable"
  | "file_tracked"
  | "file_not_ignored"
  | "debug_on"
  | "mode_unsaid"
  | "toolbar_on";

/** A finding of the doctor. It never holds a key or a part of one. */
export interface DoctorFinding {
  readonly code: DoctorCode;
  /**
   * `error`: fix it before other people can reach the application. `warning`: fix it. `note`: read
   * it once.
   */
  readonly severity: "error" | "warning" | "note";
  readonly path: string;
  /** Counted from 1. It is 0 if the whole file is meant. */
  readonly line: number;
  readonly message: string;
  readonly fix: string;
  /** The fingerprint of the key, as everywhere in this package. */
  readonly fingerprint?: string | undefined;
}

const ORDER = { error: 0, warning: 1, note: 2 };

/** The worst first, then by place. */
export function sortFindings(findings: readonly DoctorFinding[]): readonly DoctorFinding[] {
  return findings.toSorted(
    (a, b) => ORDER[a.severity] - ORDER[b.severity] || (a.path < b.path ? -1 : a.path > b.path ? 1 : a.line - b.line),
  );
}
