import { resolve } from "node:path";
import type { Command } from "commander";
import { SecretKey } from "../../index.ts";
import { gradeSecretKey, type KeyGrade, type KeyVerdict } from "../../keys/index.ts";
import { EXIT, paint, type ExitCode, type Io } from "../io.ts";
import { gather, readKnownKeys } from "../input/known-keys.ts";
import { readKeyInput, type KeySource } from "../input/key-input.ts";
import { UsageError } from "../usage-error.ts";

interface Options extends KeySource {
  readonly json?: boolean;
  readonly fingerprint?: boolean;
  readonly knownKeys: readonly string[];
}

const MARKS: Readonly<Record<KeyVerdict, readonly [mark: string, style: "green" | "yellow" | "red"]>> = {
  strong: ["✓", "green"],
  acceptable: ["✓", "green"],
  weak: ["!", "yellow"],
  refused: ["✕", "red"],
};

/** `latchkey key check`: grades a key. */
export function addCheck(key: Command, io: Io, finish: (code: ExitCode) => void): void {
  key
    .command("check")
    .description("say whether a key can be guessed or was published (by default the one in SECRET_KEY)")
    .option("--stdin", "read the key from standard input")
    .option("--file <file>", "read the key from a file")
    .option("--env <name>", "read the key from this environment variable")
    .option(
      "--known-keys <file>",
      "a further list of known keys, or a filter built from one (may be repeated)",
      gather,
      [],
    )
    .option("--fingerprint", "print the key's fingerprint too")
    .option("--json", "print the grade as JSON")
    .argument("[key]", "refused: other users can read a command's arguments")
    .addHelpText(
      "after",
      `
Examples:
  $ latchkey key check
  $ printf %s "$KEY" | latchkey key check --stdin
  $ latchkey key check --file /run/secrets/secret_key --json

Exit code: 0 for a strong or acceptable key, 1 for a weak or refused one, 2 if there is no key to check.`,
    )
    .action(async (argument: string | undefined, options: Options) => {
      if (argument !== undefined)
        throw new UsageError(
          "A key does not belong in a command's arguments, where other users and the shell's history see it. Fix: use --stdin, --file or --env.",
        );
      const { bytes, source } = await readKeyInput(options, io);
      const grade = gradeSecretKey(bytes, {
        knownKeys: options.knownKeys.map((file) => readKnownKeys(resolve(io.cwd, file))),
      });
      const fingerprint =
        options.fingerprint === true && bytes.length > 0 ? SecretKey.from(bytes).fingerprint : undefined;
      io.out(
        options.json === true
          ? `${JSON.stringify({ source, ...grade, fingerprint }, null, 2)}\n`
          : describeGrade(grade, source, fingerprint, io),
      );
      finish(grade.verdict === "strong" || grade.verdict === "acceptable" ? EXIT.good : EXIT.found);
    });
}

function describeGrade(
  { verdict, bits, findings }: KeyGrade,
  source: string,
  fingerprint: string | undefined,
  io: Io,
): string {
  const [mark, style] = MARKS[verdict];
  const isPublished = findings.some(({ code }) => code === "published");
  const lines = [
    `${paint(io, style, `${mark} ${isPublished ? "published" : verdict}`)}  the key from ${source}, at most ${bits} bits to guess (estimated)${fingerprint === undefined ? "" : `, fingerprint ${fingerprint}`}`,
    ...findings.flatMap(({ code, message, fix }) => [
      `  ${paint(io, "bold", code)}  ${message}`,
      `  ${paint(io, "dim", `→ ${fix}`)}`,
    ]),
  ];
  return `${lines.join("\n")}\n`;
}
