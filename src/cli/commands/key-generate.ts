import { closeSync, openSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { InvalidArgumentError, Option, type Command } from "commander";
import { SecretKey } from "../../index.ts";
import { generateSecretKey, type SecretKeyFormat } from "../../keys/index.ts";
import type { Io } from "../io.ts";
import { UsageError } from "../usage-error.ts";

interface Options {
  readonly bytes?: number;
  readonly format: SecretKeyFormat;
  readonly output?: string;
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
    .option("--json", "print it as JSON")
    .addHelpText(
      "after",
      `
Examples:
  $ latchkey key generate
  $ echo "SECRET_KEY=$(latchkey key generate)" >> .env
  $ latchkey key generate --output /etc/myapp/secret_key
  $ latchkey key generate --bytes 24 --format hex    # like os.urandom(24).hex() in Python`,
    )
    .action(({ bytes, format, output, json }: Options) => {
      const made = generateSecretKey({ format, ...(bytes === undefined ? {} : { bytes }) });
      if (output !== undefined) writeNew(resolve(io.cwd, output), `${made}\n`, output);
      const { fingerprint } = SecretKey.from(made);
      if (json === true)
        io.out(
          `${JSON.stringify(output === undefined ? { key: made, fingerprint } : { file: output, fingerprint })}\n`,
        );
      else if (output === undefined) io.out(`${made}\n`);
      else io.error(`Wrote a new key (fingerprint ${fingerprint}) to ${output}, readable by you alone.\n`);
    });
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
        `The file ${name} already exists. Fix: to change the key in it, latchkey key rotate ${name}`,
      );
    throw error;
  }
  try {
    writeFileSync(file, text);
  } finally {
    closeSync(file);
  }
}
