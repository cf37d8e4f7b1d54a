import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { InvalidArgumentError, type Command } from "commander";
import { SecretKey } from "../../index.ts";
import {
  announceKey,
  generateSecretKey,
  promoteKey,
  readKeysText,
  retireKey,
  verificationShare,
  writeKeyFile,
  type RotationStep,
} from "../../keys/index.ts";
import { EXIT, paint, type ExitCode, type Io } from "../io.ts";
import { formatOf, readUsageFile } from "../input/usage-file.ts";
import { UsageError } from "../usage-error.ts";

interface Options {
  readonly announce?: boolean;
  readonly promote?: boolean;
  readonly retire?: boolean;
  readonly revokeAll?: boolean;
  readonly stdin?: boolean;
  readonly key?: string;
  readonly usage?: string;
  readonly atMost: number;
  readonly keepWeakUntil?: Date;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

type Phase = "announce" | "promote" | "retire" | "revokeAll";

/** `latchkey key rotate`: replaces a key in steps, so that no visitor is logged out. */
export function addRotate(key: Command, io: Io, finish: (code: ExitCode) => void): void {
  key
    .command("rotate")
    .description(
      "replace the key in a .env or a key file, in steps that several servers can follow, without logging anybody out",
    )
    .argument("[file]", "the file that holds the keys", ".env")
    .option("--announce", "first: add the next key, which verifies and does not sign yet")
    .option("--promote", "then: let it sign; the old key still verifies")
    .option("--retire", "last: remove the old key, when hardly any session needs it")
    .option("--revoke-all", "in an emergency: replace all keys at once, which ends every session")
    .option("--stdin", "with --announce: read the next key from standard input (default: make one)")
    .option("--key <fingerprint>", "with --promote and --retire: which key, if there is more than one fallback")
    .option(
      "--usage <file>",
      "with --retire: JSON of ring.usage(), or a list of them, one for each server; - for standard input",
    )
    .option("--at-most <share>", "with --retire: the largest share of verifications by the old key", share, 0.01)
    .option(
      "--keep-weak-until <date>",
      "with --promote: keep an old key that can be guessed as a fallback until this day",
      date,
    )
    .option("--dry-run", "print what would be done, and change nothing")
    .option("--json", "print the result as JSON")
    .addHelpText(
      "after",
      `
Examples:
  $ latchkey key rotate --announce           # then deploy, and let every server load the file
  $ latchkey key rotate --promote            # then deploy again
  $ latchkey key rotate --retire --usage usage.json
  $ latchkey key rotate /etc/myapp/secret_key --announce --dry-run

The file is written atomically and keeps its mode. Its previous content is saved in FILE.bak.
Exit code: 0 when the step was made, 2 when it was refused.`,
    )
    .action(async (name: string, options: Options) => {
      const phase = phaseOf(options);
      const path = resolve(io.cwd, name);
      const text = read(path, name);
      const step = await make(phase, text, name, options, io);
      if (options.dryRun !== true) writeKeyFile(path, step.text, { backup: true });
      io.out(
        options.json === true
          ? `${JSON.stringify(summary(step, phase, name, options), null, 2)}\n`
          : describeStep(step, phase, name, options, io),
      );
      finish(EXIT.good);
    });
}

async function make(phase: Phase, text: string, name: string, options: Options, io: Io): Promise<RotationStep> {
  const format = formatOf(name);
  switch (phase) {
    case "announce": {
      const next =
        options.stdin === true ? (await io.readInput()).toString("utf8").replace(/\r?\n$/, "") : generateSecretKey();
      return announceKey(text, next, format);
    }
    case "promote":
      return promoteKey(text, options.key ?? onlyFallback(text, name), format, {
        acceptWeakFallbacksUntil: options.keepWeakUntil,
      });
    case "retire": {
      if (options.usage === undefined) {
        throw new UsageError(
          "--retire needs the use of the old key on each server. Fix: --usage FILE, with JSON.stringify(ring.usage()) in the file.",
        );
      }
      const fingerprint = options.key ?? onlyFallback(text, name);
      return retireKey(text, fingerprint, format, {
        share: verificationShare(await readUsageFile(options.usage, io), fingerprint),
        atMost: options.atMost,
      });
    }
    case "revokeAll": {
      const next = generateSecretKey();
      const announced = announceKey(text, next, format);
      let step = promoteKey(announced.text, SecretKey.from(next).fingerprint, format, { keepOld: false });
      for (const fallback of step.fallbacks) step = retireKey(step.text, fallback.fingerprint, format, { share: 0 });
      return step;
    }
  }
}

/**
 * The fingerprint of the only fallback key. If there are none or several, the user has to name one.
 */
function onlyFallback(text: string, name: string): string {
  const fallbacks = readKeysText(text, formatOf(name)).fallbacks.map((key) => SecretKey.from(key));
  if (fallbacks.length === 1) return fallbacks[0]!.fingerprint;
  throw new UsageError(
    fallbacks.length === 0
      ? `${name} holds no second key. Fix: begin with latchkey key rotate ${name} --announce`
      : `${name} holds ${fallbacks.length} fallback keys (${fallbacks.map((key) => key.fingerprint).join(", ")}). Fix: name one with --key FINGERPRINT`,
  );
}

function phaseOf({ announce, promote, retire, revokeAll }: Options): Phase {
  const given = (Object.entries({ announce, promote, retire, revokeAll }) as [Phase, boolean | undefined][]).filter(
    ([, asked]) => asked === true,
  );
  if (given.length !== 1)
    throw new UsageError(
      "The step is missing, or there is more than one. Fix: give --announce, --promote, --retire, or in an emergency --revoke-all.",
    );
  return given[0]![0];
}

function read(path: string, name: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new UsageError(
      `The file ${name} cannot be read: ${(error as NodeJS.ErrnoException).code ?? "unknown error"}.`,
    );
  }
}

const NEXT: Readonly<Record<Phase, string>> = {
  announce: "Let every server load the file (a restart, SIGHUP or watchKeyFile), then: latchkey key rotate --promote",
  promote:
    "Let every server load the file. When hardly any session needs the old key: latchkey key rotate --retire --usage FILE",
  retire: "Let every server load the file. The rotation is done.",
  revokeAll: "Let every server load the file. Every session that was open before has ended.",
};

function summary(step: RotationStep, phase: Phase, file: string, { dryRun = false }: Options): object {
  return {
    file,
    phase,
    dryRun,
    current: step.current.fingerprint,
    fallbacks: step.fallbacks.map((key) => key.fingerprint),
    dropped: step.dropped,
  };
}

function describeStep(step: RotationStep, phase: Phase, file: string, { dryRun = false }: Options, io: Io): string {
  const lines = [
    `${paint(io, dryRun ? "dim" : "green", dryRun ? "would write" : "✓ wrote")}  ${paint(io, "bold", file)}`,
    `  current   ${step.current.fingerprint}`,
    ...step.fallbacks.map((key) => `  fallback  ${key.fingerprint}`),
  ];
  if (step.dropped !== undefined && phase === "promote") {
    lines.push(
      `  ${paint(io, "yellow", "!")} The old key is not kept: ${step.dropped} Sessions that it signed end now. With --keep-weak-until DATE it stays, and an attacker who guesses it can forge sessions until then.`,
    );
  }
  return `${[...lines, `  ${paint(io, "dim", `→ ${NEXT[phase]}`)}`].join("\n")}\n`;
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError("It must be a number from 0 to 1.");
  return value;
}

function date(text: string): Date {
  const value = new Date(text);
  if (Number.isNaN(value.getTime())) throw new InvalidArgumentError("It must be a date, such as 2027-01-31.");
  return value;
}
