import type { CliOutput } from "../cli/app-cli.ts";

/** What a command has done. */
export interface CliResult {
  /** All that was written, to standard output and to standard error. */
  readonly output: string;
  /** 0, or 1 after an exception, or 2 for a command line that cannot be read. */
  readonly exitCode: number;
  /** What the command has thrown. */
  readonly exception: unknown;
}

/** Runs commands of an application in tests. */
export class CliRunner {
  readonly #run: (argv: readonly string[], output: CliOutput) => Promise<number>;

  constructor(run: (argv: readonly string[], output: CliOutput) => Promise<number>) {
    this.#run = run;
  }

  /**
   * Runs a command: `invoke(["create-user", "ada"])`. What it writes is collected, also what it
   * writes with `console.log`. So only one command at a time can run.
   */
  async invoke(argv: readonly string[]): Promise<CliResult> {
    const lines: string[] = [];
    const add = (text: string): void => void lines.push(text);
    const restore = [process.stdout, process.stderr].map((stream) => collect(stream, add));
    let exitCode = 1;
    let exception: unknown;
    try {
      exitCode = await this.#run(argv, { out: add, error: add });
    } catch (error) {
      exception = error;
    } finally {
      for (const put of restore) put();
    }
    return { output: lines.join(""), exitCode, exception };
  }
}

function collect(stream: NodeJS.WriteStream, add: (text: string) => void): () => void {
  const write = stream.write.bind(stream);
  stream.write = ((chunk: string | Uint8Array, ...rest: readonly unknown[]): boolean => {
    add(typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8"));
    const done = rest.find((each) => typeof each === "function") as (() => void) | undefined;
    done?.();
    return true;
  }) as typeof stream.write;
  return () => void (stream.write = write);
}
