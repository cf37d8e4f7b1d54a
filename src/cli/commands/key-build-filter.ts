import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { Option, type Command } from "commander";
import { buildKeyFilter, KnownKeys, parseKeyList, type KeyListFormat } from "../../keys/index.ts";
import type { Io } from "../io.ts";

interface Options {
  readonly output: string;
  readonly format: KeyListFormat;
  readonly json?: boolean;
}

/**
 * `latchkey key build-filter`: turns lists of known keys into a small file that can be searched but
 * not read.
 */
export function addBuildFilter(key: Command, io: Io): void {
  key
    .command("build-filter")
    .description("turn lists of known keys into a filter for --known-keys, from which no key can be read")
    .argument("<lists...>", "files with one key per line")
    .requiredOption("--output <file>", "where to write the filter")
    .addOption(
      new Option("--format <format>", "how a line is written: auto unquotes Python literals")
        .choices(["auto", "text", "base64"])
        .default("auto"),
    )
    .option("--json", "print what was built as JSON")
    .addHelpText(
      "after",
      `
Examples:
  $ latchkey key build-filter leaked.txt --output leaked.filter
  $ latchkey key check --known-keys leaked.filter`,
    )
    .action((lists: readonly string[], { output, format, json }: Options) => {
      const filter = buildKeyFilter(lists.flatMap((list) => parseKeyList(readFileSync(resolve(io.cwd, list)), format)));
      writeFileSync(resolve(io.cwd, output), filter);
      const { size } = KnownKeys.open(filter);
      io.out(
        json === true
          ? `${JSON.stringify({ output, keys: size, bytes: filter.length })}\n`
          : `${output}: ${size} keys in ${filter.length} bytes.\n`,
      );
    });
}
