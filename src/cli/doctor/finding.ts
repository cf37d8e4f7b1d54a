/** What the doctor found, as a word that does not change between versions. */
export type DoctorCode =
  | "key_published"
  | "key_guessable"
  | "key_in_source"
  | "key_in_history"
  | "key_shared"
  | "file_readable"
  | "file_tracked"
  | "file_not_ignored"
  | "debug_on"
  | "mode_unsaid"
  | "toolbar_on";

/** One thing that the doctor found. It never holds a key, nor a part of one. */
export interface DoctorFinding {
  readonly code: DoctorCode;
  /**
   * `error`: mend it before anybody else sees the application. `warning`: mend it. `note`: look at
   * it once.
   */
  readonly severity: "error" | "warning" | "note";
  readonly path: string;
  /** Counted from 1; 0 where the whole file is meant. */
  readonly line: number;
  readonly message: string;
  readonly fix: string;
  /** Names the key, as everywhere in this package. */
  readonly fingerprint?: string | undefined;
}
