import { chmodSync, closeSync, openSync, writeFileSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { InvalidArgumentError, Option, type Command } from "commander";
import { SecretKey } from "../../index.ts";
import { generateSecretKey, writeKeyFile, type SecretKeyFormat } from "../../keys/index.ts";
import { addKey } from "../input/env-text.ts";
import { gitState } from "../input/git-ignore.ts";
import { readTextFile } from "../input/read-text-file.ts";
import { paint, type Io } from "../io.ts";
import { UsageError } from "../usage-error.ts";

interface Options {
  readonly bytes?: number;
  readonly format: SecretKeyFormat;
  readonly output?: string;
  readonly write?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** `latchkey key generate`: a new key from the operating system's random source. */
export function addGenerate(key: Command, io: Io): void {
  key
    .command("generate")
    .description("make a new secret key from the operating system's random source")
    .option("--bytes <number>", "the number of random bytes, 16 to 1024 (default: 32)", wholeNumber)
    .addOption(
      new Option("--format <format>", "how to write it").choices(["base64url", "hex", "uuid"]).default("base64url"),
    )
    .option("--output <file>", "write it to a new file that only you can read, and print nothing")
    .option("--write <file>", "add it to a .env file as SECRET_KEY, and print nothing; all other lines stay")
    .option("--force", "with --write: replace the SECRET_KEY of the file, which ends every session")
    .option("--json", "print it as JSON")
    .addHelpText(
      "after",
      `
Examples:
  $ latchkey key generate
  $ latchkey key generate --write .env
  $ latchkey key generate --output /etc/myapp/secret_key
  $ latchkey key generate --bytes 24 --format hex    # like os.urandom(24).hex() in Python`,
    )
    .action(({ bytes, format, output, write, force, json }: Options) => {
      if (output !== undefined && write !== undefined)
        throw new UsageError("--output makes a key file and --write changes a .env file. Fix: give one of them.");
      if (force === true && write === undefined)
        throw new UsageError(
          "--force says that --write may replace a key. Fix: add --write FILE, or leave out --force.",
        );
      const made = generateSecretKey({ format, ...(bytes === undefined ? {} : { bytes }) });
      if (output !== undefined) writeNew(resolve(io.cwd, output), `${made}\n`, output);
      if (write !== undefined) writeToEnv(resolve(io.cwd, write), made, write, force === true);
      const { fingerprint } = SecretKey.from(made);
      const file = output ?? write;
      if (json === true)
        io.out(`${JSON.stringify(file === undefined ? { key: made, fingerprint } : { file, fingerprint })}\n`);
      else if (file === undefined) io.out(`${made}\n`);
      else io.error(`Wrote a new key (fingerprint ${fingerprint}) to ${file}, readable by you alone.\n`);
      if (write !== undefined) warnOfGit(resolve(io.cwd, write), write, io);
    });
}

/** Adds the key to a .env file, which only its owner may read from then on. */
function writeToEnv(path: string, key: string, name: string, isForced: boolean): void {
  const before = readTextFile(path, name);
  const after = addKey(before ?? "", key, { file: name, isForced });
  if (before !== undefined) chmodSync(path, 0o600);
  writeKeyFile(path, after);
}

function warnOfGit(path: string, name: string, io: Io): void {
  const state = gitState(dirname(path), basename(path));
  const fix =
    state === "tracked"
      ? `git has ${name} already, so the key would be committed. Fix: git rm --cached ${name}`
      : `git does not ignore ${name}, so the key may be committed. Fix: add the line ${basename(path)} to .gitignore`;
  if (state !== "ignored") io.error(`${paint(io, "yellow", "!")} ${fix}\n`);
}

/** For commander: a whole number. */
export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(text);
}

function writeNew(path: string, text: string, name: string): void {
  let file: number;
  try {
    // "x" fails if the file exists, so a key in use is never overwritten.
    file = openSync(path, "wx", 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST")
      throw new UsageError(
        `The file ${name} already exists. Fix: to change the key in it, latchkey key rotate ${name} --announce`,
      );
    throw error;
  }
  try {
    writeFileSync(file, text);
  } finally {
    closeSync(file);
  }
}
