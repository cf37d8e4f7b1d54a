import { plainText } from "./format-arguments.ts";

/** A longer line is shown as it is. */
const LONGEST = 100_000;
/** Members that say nothing about the message, or that have a place of their own. */
const OWN_MEMBERS = new Set(["level", "time", "timestamp", "pid", "hostname", "msg", "message", "v"]);
/** The levels of pino, which are numbers. */
const NUMBERS: Readonly<Record<number, LogLevel>> = {
  10: "trace",
  20: "debug",
  30: "info",
  40: "warn",
  50: "error",
  60: "fatal",
};

/** How grave a message is. */
export type LogLevel = "trace" | "debug" | "log" | "info" | "warn" | "error" | "fatal";
const LEVELS: readonly string[] = ["trace", "debug", "log", "info", "warn", "error", "fatal"];

/** One message, before redaction. */
export interface LogLine {
  readonly level: LogLevel;
  readonly text: string;
  readonly length: number | undefined;
  /** The other members of a line of JSON. */
  readonly fields: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Reads one line of a log: JSON as pino and winston write it, or any text.
 *
 * @param message the message, where it is known beside the line.
 */
export function readLine(line: string, message?: unknown): LogLine {
  const json = line.startsWith("{") && line.length <= LONGEST ? parsed(line) : undefined;
  if (json === undefined) return { level: "log", ...plainText(line.trimEnd()), fields: undefined };
  const { level, msg, message: other, err } = json;
  const text = [msg, other, message].find((each) => typeof each === "string") ?? messageOf(err);
  const fields = Object.entries(json).filter(([name, value]) => !OWN_MEMBERS.has(name) && value !== text);
  return {
    level: levelOf(level),
    ...plainText(text),
    fields: fields.length === 0 ? undefined : Object.fromEntries(fields),
  };
}

/**
 * The level that this panel shows for a name or a number of pino, syslog, npm or console. Any other
 * one is shown as "info".
 */
export function levelOf(level: unknown): LogLevel {
  if (typeof level === "number") {
    const known = Object.keys(NUMBERS).map(Number);
    return NUMBERS[known.findLast((each) => each <= level) ?? 10]!;
  }
  const name = typeof level === "string" ? plainText(level).text.toLowerCase() : "";
  if (LEVELS.includes(name)) return name as LogLevel;
  // The words of syslog and npm, which winston has.
  if (/^(?:emerg|alert|crit)/.test(name)) return "fatal";
  if (name === "warning") return "warn";
  return /^(?:silly|verbose)$/.test(name) ? "debug" : "info";
}

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function messageOf(error: unknown): string {
  const { message } = (error ?? {}) as { message?: unknown };
  return typeof message === "string" ? message : "";
}
