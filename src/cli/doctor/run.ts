import { readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { gradeSecretKey, type KeyGrade } from "../../keys/index.ts";
import { describeGrade, fingerprintOf, isMerelyPlaceholder } from "./describe-grade.ts";
import { findDebugSwitches } from "./find-debug.ts";
import { findKeySettings } from "./find-key-settings.ts";
import { findKeys } from "./find-keys.ts";
import { sortFindings, type DoctorFinding } from "./finding.ts";
import { findKeysInHistory } from "./git-history.ts";
import { isEnvFile, isExample, listFiles, withoutMinifiedLines, type ListedFile } from "./list-files.ts";

/** A key in a file of the application. */
interface Placed {
  readonly file: ListedFile;
  readonly name: string;
  readonly line: number;
  readonly value: string;
  readonly isInComment: boolean;
}

/** The number of files and keys that the doctor read, and its findings. */
export interface DoctorReport {
  readonly folder: string;
  readonly files: number;
  readonly keys: number;
  readonly findings: readonly DoctorFinding[];
}

/** Settings of runDoctor. */
export interface DoctorOptions {
  /** Whether to read git's history too. */
  readonly history: boolean;
  /** Grades a key, for example with further lists of known keys. Default: gradeSecretKey. */
  readonly grade?: (key: string) => KeyGrade;
}

/** Searches an application's folder for keys that are unsafe. It reads, and changes nothing. */
export async function runDoctor(
  folder: string,
  { history, grade = gradeSecretKey }: DoctorOptions,
): Promise<DoctorReport> {
  const files = listFiles(folder);
  const findings: DoctorFinding[] = [];
  const placed: Placed[] = [];
  for (const file of files) {
    const whole = readText(join(folder, file.path));
    if (whole === undefined) continue;
    const text = withoutMinifiedLines(whole, file.kind);
    for (const key of findKeys(text, file.kind)) placed.push({ file, ...key });
    findings.push(...findDebugSwitches(text, file), ...findKeySettings(text, file));
  }
  for (const key of placed) findings.push(...findingsOfKey(key, folder, grade(key.value)));
  findings.push(...findingsOfSharing(placed));
  const withKeys = new Set(placed.map(({ file }) => file));
  for (const file of withKeys) findings.push(...findingsOfFile(file, folder));

  if (history) {
    for (const { commit, path, name, value, isInComment } of await findKeysInHistory(folder)) {
      if (isExample(path) || isInComment) continue;
      if (isMerelyPlaceholder(grade(value))) continue;
      findings.push({
        code: "key_in_history",
        severity: "error",
        path,
        line: 0,
        message: `Commit ${commit} put a value for ${name} into git's history, so every copy of the repository has it.`,
        fix: "Deleting the line does not help: replace the key at once, which ends every session: npx latchkey key rotate --revoke-all",
        fingerprint: fingerprintOf(value),
      });
    }
  }
  return { folder, files: files.length, keys: placed.length, findings: sortFindings(findings) };
}

function* findingsOfKey(
  { file, name, line, value, isInComment }: Placed,
  folder: string,
  grade: KeyGrade,
): Generator<DoctorFinding> {
  const where = { path: file.path, line, fingerprint: fingerprintOf(value) };
  const isShown = isExample(file.path) || isInComment;
  const problem = describeGrade(name, grade);
  if (problem !== undefined) {
    // A development key is fine in its ignored file.
    const isDevelopment = grade.findings.some(({ code }) => code === "development_key");
    if (isDevelopment && problem.code === "key_guessable" && file.isTracked !== true) return;
    yield { ...where, severity: isShown ? "note" : "error", ...problem };
  }
  if (file.kind === "source" || (!isEnvFile(file.path) && file.isTracked === true && folder !== "")) {
    yield {
      ...where,
      code: "key_in_source",
      severity: isShown ? "note" : "error",
      message: `The value of ${name} is in ${file.kind === "source" ? "source code" : "a settings file that git tracks"}.`,
      fix:
        file.kind === "source"
          ? "Read it from the environment (loadKeyRing({ env: process.env })), and rotate it: everyone who has seen the code knows it."
          : "Remove it from the repository, and rotate it: every copy of the repository has it.",
    };
  }
}

/** The same key in two applications lets each accept the other's sessions. */
function* findingsOfSharing(placed: readonly Placed[]): Generator<DoctorFinding> {
  const seen = new Map<string, Placed>();
  for (const key of placed) {
    if (isExample(key.file.path) || key.isInComment) continue;
    const first = seen.get(key.value);
    if (first === undefined) seen.set(key.value, key);
    else if (dirname(first.file.path) !== dirname(key.file.path)) {
      yield {
        code: "key_shared",
        severity: "warning",
        path: key.file.path,
        line: key.line,
        message: `The value of ${key.name} is the same as in ${first.file.path}:${first.line}: two applications with one key accept each other's sessions.`,
        fix: "Give each application a key of its own, unless they are meant to share logins.",
        fingerprint: fingerprintOf(key.value),
      };
    }
  }
}

function* findingsOfFile(file: ListedFile, folder: string): Generator<DoctorFinding> {
  if (file.kind === "source" || isExample(file.path)) return;
  const mode = statSync(join(folder, file.path)).mode;
  // Windows has no such modes, and reports all files as readable by all users. A file that git
  // tracks is open to everyone with the repository, regardless of its mode. Other findings report
  // that.
  if (process.platform !== "win32" && (mode & 0o044) !== 0 && file.isTracked !== true) {
    yield {
      code: "file_readable",
      severity: "warning",
      path: file.path,
      line: 0,
      message: "Other users of this machine can read this file, and it holds a key.",
      fix: `chmod 600 ${file.path}`,
    };
  }
  if (file.isTracked === true && isEnvFile(file.path)) {
    yield {
      code: "file_tracked",
      severity: "error",
      path: file.path,
      line: 0,
      message: "Git tracks this file, and it holds a key.",
      fix: `Run git rm --cached ${file.path}, add it to .gitignore, and rotate the key.`,
    };
  } else if (file.isTracked === false && file.isIgnored === false) {
    yield {
      code: "file_not_ignored",
      severity: "warning",
      path: file.path,
      line: 0,
      message: "The next git add would add this file, and it holds a key.",
      fix: `Add ${file.path} to .gitignore.`,
    };
  }
}

function readText(path: string): string | undefined {
  try {
    const bytes = readFileSync(path);
    return bytes.includes(0) ? undefined : bytes.toString("utf8");
  } catch {
    // A file that cannot be read here cannot be read by the application either, so it holds no key
    // of it.
    return undefined;
  }
}
