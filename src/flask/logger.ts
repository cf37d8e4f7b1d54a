import { format } from "node:util";
import { unixMilliseconds } from "../clock.ts";

/** The levels of Python's logging, by their numbers. */
const LEVELS = { DEBUG: 10, INFO: 20, WARNING: 30, ERROR: 40, CRITICAL: 50 } as const;

/** The name of a level. */
export type LogLevel = keyof typeof LEVELS;

/**
 * The application's log. It writes to standard error, in Flask's form: `[2026-11-29 10:00:00,000]
 * WARNING in shop: the text`. Texts have `%s` and `%d` as in `console.log`.
 */
export class Logger {
  readonly name: string;
  readonly #isDebug: () => boolean;
  #level: LogLevel | undefined;
  /** Where a line goes. Set it to send the lines elsewhere. */
  write: (line: string, level: LogLevel) => void = (line) => void process.stderr.write(line);

  constructor(name: string, isDebug: () => boolean) {
    this.name = name;
    this.#isDebug = isDebug;
  }

  /** The lowest level that is written. Default: WARNING, and with `debug` DEBUG. */
  get level(): LogLevel {
    return this.#level ?? (this.#isDebug() ? "DEBUG" : "WARNING");
  }
  set level(level: LogLevel) {
    this.#level = level;
  }

  debug(message: unknown, ...values: readonly unknown[]): void {
    this.log("DEBUG", message, ...values);
  }
  info(message: unknown, ...values: readonly unknown[]): void {
    this.log("INFO", message, ...values);
  }
  warning(message: unknown, ...values: readonly unknown[]): void {
    this.log("WARNING", message, ...values);
  }
  error(message: unknown, ...values: readonly unknown[]): void {
    this.log("ERROR", message, ...values);
  }
  critical(message: unknown, ...values: readonly unknown[]): void {
    this.log("CRITICAL", message, ...values);
  }
  /** An error with its stack. */
  exception(message: unknown, error: unknown): void {
    this.log("ERROR", "%s\n%s", message, error instanceof Error ? (error.stack ?? error.message) : String(error));
  }

  log(level: LogLevel, message: unknown, ...values: readonly unknown[]): void {
    if (LEVELS[level] < LEVELS[this.level]) return;
    const time = new Date(unixMilliseconds()).toISOString().replace("T", " ").replace(".", ",").slice(0, -1);
    this.write(`[${time}] ${level} in ${this.name}: ${format(message, ...values)}\n`, level);
  }
}
