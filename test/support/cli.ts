import { main } from "../../src/cli/main.ts";
import type { ExitCode } from "../../src/cli/io.ts";

/** What a command printed, and its exit code. */
export interface CliResult {
  readonly code: ExitCode;
  readonly out: string;
  readonly error: string;
}

/** Runs the command line in this process, with a world of its own. */
export async function cli(
  argv: readonly string[],
  world: { readonly input?: string | Uint8Array; readonly env?: Record<string, string>; readonly cwd?: string } = {},
): Promise<CliResult> {
  let out = "";
  let error = "";
  const code = await main(argv, {
    env: world.env ?? {},
    cwd: world.cwd ?? process.cwd(),
    hasColour: false,
    isTerminal: false,
    ask: async () => await Promise.resolve(""),
    readInput: async () => await Promise.resolve(Buffer.from((world.input ?? "") as string)),
    out: (text) => void (out += text),
    error: (text) => void (error += text),
  });
  return { code, out, error };
}
