import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import { gradeSecretKey, type KeyGrade } from "../../keys/index.ts";
import type { DoctorFinding } from "../doctor/finding.ts";
import { runDoctor, type DoctorReport } from "../doctor/run.ts";
import { runStaged } from "../doctor/run-staged.ts";
import { toSarif } from "../doctor/sarif.ts";
import { EXIT, paint, type ExitCode, type Io } from "../io.ts";
import { gather, readKnownKeys } from "../input/known-keys.ts";
import { packageVersion } from "../package-folder.ts";
import { UsageError } from "../usage-error.ts";

interface Options {
  readonly json?: boolean;
  readonly sarif?: boolean;
  readonly staged?: boolean;
  readonly history: boolean;
  readonly knownKeys: readonly string[];
}

const MARKS = { error: "✕", warning: "!", note: "·" } as const;
const STYLES = { error: "red", warning: "yellow", note: "dim" } as const;

/** `latchkey doctor [dir]`: finds keys in the wrong places. It changes nothing. */
export function addDoctor(program: Command, io: Io, finish: (code: ExitCode) => void): void {
  program
    .command("doctor")
    .description(
      "find secret keys that are published, guessable, shared, or written where others can read them; changes nothing",
    )
    .argument("[dir]", "the application's folder", ".")
    .option("--staged", "look only at what the next commit adds, in the whole repository")
    .option("--json", "print the findings as JSON")
    .option("--sarif", "print the findings as SARIF 2.1.0, for code scanning")
    .option("--no-history", "do not read git's history")
    .option(
      "--known-keys <file>",
      "a further list of known keys, or a filter built from one (may be repeated)",
      gather,
      [],
    )
    .addHelpText(
      "after",
      `
Examples:
  $ latchkey doctor
  $ latchkey doctor services/shop --no-history
  $ latchkey doctor --staged    # as a pre-commit hook
  $ latchkey doctor --sarif > latchkey.sarif
  $ latchkey doctor --json | jq '.findings[] | select(.severity == "error")'

Exit code: 0 if nothing is wrong, 1 if there is an error or a warning, 2 if the folder cannot be read
or, with --staged, is in no git repository.`,
    )
    .action(async (dir: string, options: Options) => {
      const folder = resolve(io.cwd, dir);
      if (!existsSync(folder) || !statSync(folder).isDirectory())
        throw new UsageError(`There is no folder ${dir}. Fix: give the path of the application's folder.`);
      if (options.json === true && options.sarif === true)
        throw new UsageError("--json and --sarif are two forms of one output. Fix: give one of them.");
      const knownKeys = options.knownKeys.map((file) => readKnownKeys(resolve(io.cwd, file)));
      const grade = (key: string): KeyGrade => gradeSecretKey(key, { knownKeys });
      const report =
        options.staged === true
          ? await runStaged(folder, grade)
          : await runDoctor(folder, { history: options.history, grade });
      const written = options.sarif === true ? toSarif(report, packageVersion()) : report;
      const isForPrograms = options.json === true || options.sarif === true;
      io.out(isForPrograms ? `${JSON.stringify(written, null, 2)}\n` : describeReport(report, io));
      finish(report.findings.some(({ severity }) => severity !== "note") ? EXIT.found : EXIT.good);
    });
}

function describeReport({ files, keys, findings }: DoctorReport, io: Io): string {
  const lines = groupsOf(findings).flatMap((group) => describeGroup(group, io));
  const count = (severity: DoctorFinding["severity"]): number =>
    findings.filter((finding) => finding.severity === severity).length;
  const looked = `${plural(files, "file")} checked, ${plural(keys, "key")} found`;
  if (findings.length === 0) return `${paint(io, "green", "✓")} No problems found. ${looked}.\n`;
  return [
    ...lines,
    `${plural(count("error"), "error")}, ${plural(count("warning"), "warning")}, ${plural(count("note"), "note")}. ${looked}.`,
    "",
  ].join("\n");
}

/**
 * Groups findings on the same key, or with the same fix. A group stands at the place of its worst
 * finding.
 */
function groupsOf(findings: readonly DoctorFinding[]): readonly (readonly DoctorFinding[])[] {
  return [
    ...Map.groupBy(
      findings,
      ({ code, severity, fix, fingerprint }) => fingerprint ?? `${severity} ${code} ${fix}`,
    ).values(),
  ];
}

/**
 * Prints each sentence once: first the places with the same sentence, then the sentence, and the
 * fix last.
 */
function describeGroup(group: readonly DoctorFinding[], io: Io): string[] {
  const sentences = [...Map.groupBy(group, ({ code, severity, message }) => `${severity} ${code} ${message}`).values()];
  const fixes = new Set(group.map(({ fix }) => fix));
  return [
    ...sentences.flatMap((findings) => [
      ...findings.map((finding) => describePlace(finding, io)),
      `  ${printable(findings[0]!.message)}`,
    ]),
    ...[...fixes].map((fix) => `  ${paint(io, "dim", `→ ${printable(fix)}`)}`),
    "",
  ];
}

function describePlace({ code, severity, path, line, fingerprint }: DoctorFinding, io: Io): string {
  const place = line === 0 ? printable(path) : `${printable(path)}:${line}`;
  const key = fingerprint === undefined ? "" : paint(io, "dim", `  key ${fingerprint}`);
  return `${paint(io, STYLES[severity], `${MARKS[severity]} ${severity}`)}  ${paint(io, "bold", place)}  ${code}${key}`;
}

/** A text without the characters of a file's name that a terminal obeys. */
function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are meant
  return text.replace(/[\0-\x1f\x7f-\x9f]/g, (sign) => `\\x${sign.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
