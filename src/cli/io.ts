import { createInterface } from "node:readline";
import { styleText } from "node:util";

/** A colour or weight, as node:util names it. */
type Style = Extract<Parameters<typeof styleText>[0], string>;

/** Everything that a command reads and writes, so that a test can replace it. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Whether the output may be coloured: only on a terminal. */
  readonly hasColour: boolean;
  /** Whether a person can be asked: standard input and output are a terminal. */
  readonly isTerminal: boolean;
  /** Asks a question at the terminal. The end of the input, or Ctrl-C, is an empty answer. */
  ask(question: string): Promise<string>;
  /** Reads all of standard input. */
  readInput(): Promise<Buffer>;
  out(text: string): void;
  error(text: string): void;
}

/**
 * Exit codes, for scripts: 0 is success, 2 means that the command failed. 1 means that a check has
 * found something, and of a search that it has found nothing.
 */
export const EXIT = { good: 0, found: 1, nothing: 1, failed: 2 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A text in a colour, if colours are allowed. */
export function paint(io: Io, style: Style, text: string): string {
  return io.hasColour ? styleText(style, text, { validateStream: false }) : text;
}

/** The input and output of a real process. */
export function processIo(): Io {
  return {
    env: process.env,
    cwd: process.cwd(),
    hasColour: process.stdout.isTTY && process.env["NO_COLOR"] === undefined,
    isTerminal: process.stdin.isTTY && process.stdout.isTTY,
    ask: async (question) => {
      const terminal = createInterface({ input: process.stdin, output: process.stdout });
      return await new Promise((resolve) => {
        terminal.once("close", () => resolve(""));
        terminal.question(question, (answer) => {
          resolve(answer);
          terminal.close();
        });
      });
    },
    readInput: async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks);
    },
    out: (text) => void process.stdout.write(text),
    error: (text) => void process.stderr.write(text),
  };
}
