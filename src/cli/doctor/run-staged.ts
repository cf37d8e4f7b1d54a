import { basename } from "node:path";
import { gradeSecretKey, type KeyGrade } from "../../keys/index.ts";
import { parseOwnKey } from "../../keys/own-key.ts";
import { describeGrade, fingerprintOf, isMerelyPlaceholder } from "./describe-grade.ts";
import { findKeys, type FoundKey } from "./find-keys.ts";
import { sortFindings, type DoctorFinding } from "./finding.ts";
import { isEnvFile, isExample, isMinifiedLine, kindOf } from "./list-files.ts";
import type { DoctorReport } from "./run.ts";
import { stagedFiles, type StagedHunk } from "./staged-files.ts";

/**
 * Searches what the next commit adds for secret keys. It reads the whole repository's index, as the
 * commit does, and changes nothing.
 *
 * @throws UsageError if the folder is in no repository.
 */
export async function runStaged(
  folder: string,
  grade: (key: string) => KeyGrade = gradeSecretKey,
): Promise<DoctorReport> {
  const { root, paths, hunks } = stagedFiles(folder);
  const findings: DoctorFinding[] = [];
  const holders = new Set<string>();
  let keys = 0;
  for await (const hunk of hunks) {
    for (const key of addedKeys(hunk)) {
      keys++;
      holders.add(hunk.path);
      findings.push(...findingsOfKey(key, hunk.path, grade(key.value)));
    }
  }
  for (const path of paths) findings.push(...findingsOfFile(path, holders.has(path)));
  return { folder: root, files: paths.length, keys, findings: sortFindings(findings) };
}

/** The keys on the new lines of a hunk, with their lines in the file. */
function* addedKeys({ path, text, added }: StagedHunk): Generator<FoundKey> {
  const kind = kindOf(path);
  // In UTF-16, which PowerShell writes, there is a NUL beside each character.
  const readable = text.replaceAll("\0", "");
  const lines = readable.split("\n");
  for (const key of findKeys(readable, kind)) {
    const line = added[key.line - 1];
    const isOfATool = isMinifiedLine(lines[key.line - 1] ?? "", kind) && !isMadeHere(key.value);
    if (line !== undefined && !isOfATool) yield { ...key, line };
  }
}

function* findingsOfKey(
  { name, value, line, isInComment }: FoundKey,
  path: string,
  grade: KeyGrade,
): Generator<DoctorFinding> {
  const where = { path, line, fingerprint: fingerprintOf(value) };
  const isDevelopment = grade.findings.some(({ code }) => code === "development_key");
  const problem = describeGrade(name, grade);
  const severity = isExample(path) || isInComment ? "note" : "error";
  if (problem === undefined || (isDevelopment && problem.code === "key_guessable")) {
    yield {
      ...where,
      code: "key_staged",
      // A test that needs a key makes one, so this one is in use.
      severity: isMadeHere(value) ? "error" : severity,
      message: `${name === "a key" ? "This" : `The value of ${name}`} is a ${isDevelopment ? "development" : "secret"} key, and the next commit would give it to everyone with the repository.`,
      fix: `Run git reset -- ${quoted(path)}, and move the key to a file that git ignores. If it was pushed before, replace it at once: npx latchkey key rotate --revoke-all`,
    };
  } else if (problem.code !== "key_guessable" || !isMerelyPlaceholder(grade)) {
    yield { ...where, severity, ...problem };
  }
}

/** Whether it is a key of `generateSecretKey`, by its checksum. */
function isMadeHere(value: string): boolean {
  return parseOwnKey(value)?.random !== undefined;
}

/**
 * A .env file and a key file are named even if no key was recognised: they are made for secrets.
 */
function* findingsOfFile(path: string, hasKey: boolean): Generator<DoctorFinding> {
  const isKeyFile = basename(path) === "secret_key";
  if (!isKeyFile && !isEnvFile(path)) return;
  yield {
    code: "secret_file_staged",
    severity: isKeyFile || hasKey ? "error" : "note",
    path,
    line: 0,
    message: isKeyFile
      ? "The next commit would add this key file."
      : `The next commit would add this .env file${hasKey ? ", and it holds a key" : ". No key was found in it"}.`,
    fix: `Run git reset -- ${quoted(path)}, and add the file to .gitignore.`,
  };
}

/** The path as an argument of a shell. */
function quoted(path: string): string {
  return /^[\w./@%+=:,-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
