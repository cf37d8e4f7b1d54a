import { styleText } from "node:util";

/** A colour or weight, as node:util names it. */
type Style = Extract<Parameters<typeof styleText>[0], string>;

/** All that a command has to do with the world: so that a test can be its world. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Whether what is written may be coloured: only on a terminal. */
  readonly colour: boolean;
  /** All of standard input. */
  readInput(): Promise<Buffer>;
  out(text: string): void;
  error(text: string): void;
}

/**
 * Exit codes, for scripts: 0 is good, 1 is "something was found", 2 is "that could not be done".
 */
export const EXIT = { good: 0, found: 1, failed: 2 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A text in a colour, where colours may be. */
export function paint(io: Io, style: Style, text: string): string {
  return io.colour ? styleText(style, text, { validateStream: false }) : text;
}

/** The world of a real process. */
export function processIo(): Io {
  return {
    env: process.env,
    cwd: process.cwd(),
    colour: process.stdout.isTTY && process.env["NO_COLOR"] === undefined,
    readInput: async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks);
    },
    out: (text) => void process.stdout.write(text),
    error: (text) => void process.stderr.write(text),
  };
}
