import { callSite } from "../capture/call-site.ts";
import { counted, formatInteger, formatMilliseconds } from "../format.ts";
import type { Block, Cell, OpenableRow, Tone } from "../blocks.ts";
import type { Panel } from "../panel.ts";
import type { Recording } from "../recording.ts";
import { textLines } from "../text-lines.ts";
import { formatArguments } from "./logging/format-arguments.ts";
import { readLine, type LogLevel, type LogLine } from "./logging/read-line.ts";
import { reportsError } from "./reports-error.ts";
import { unreported } from "./unreported.ts";

/** The most messages that are recorded for one request. Further ones are only counted. */
const LIMIT = 200;
/** Lines of one message that are shown before its row is opened, in characters. */
const SHOWN = 300;
/** The most characters of all structured members together, and what stands for further ones. */
const MOST_OF_FIELDS = 500_000;
const NO_ROOM = { "…": "Not recorded: the messages of this request have too many members." };
/** Lines that wait for a slow stream, until they arrive at the console. */
const MOST_PINO_LINES = 50;
const CONSOLE = ["debug", "log", "info", "warn", "error"] as const;
const SIGNS: Readonly<Record<LogLevel, { readonly text: string; readonly tone: Tone }>> = {
  trace: { text: "trace", tone: "plain" },
  debug: { text: "debug", tone: "plain" },
  log: { text: "log", tone: "plain" },
  info: { text: "info", tone: "info" },
  warn: { text: "! warn", tone: "warn" },
  error: { text: "✕ error", tone: "error" },
  fatal: { text: "✕ fatal", tone: "error" },
};

/** A message that was logged. All texts in it are redacted. */
export interface LogMessage {
  readonly level: LogLevel;
  readonly text: string;
  /** Characters, where only the beginning was recorded. */
  readonly length?: number;
  /** Milliseconds since the start of the exchange. */
  readonly at: number;
  /** The application's own line: "routes/cart.ts:31"; "" if a package wrote it. */
  readonly where: string;
  /** The other members of a structured message. */
  readonly fields?: Readonly<Record<string, unknown>>;
  /** Whether it reports the error of this request, which has a finding of its own. */
  readonly isReport?: boolean;
}

/** The data of the panel Logs. */
export interface LogStats {
  readonly messages: readonly LogMessage[];
  readonly omitted: number;
}

interface Collected {
  readonly messages: LogMessage[];
  omitted: number;
  /** Characters of the members so far. */
  characters: number;
}

const slotOf = (recording: Recording): Collected =>
  recording.slot("logs", () => ({ messages: [], omitted: 0, characters: 0 }));

/**
 * Shows what was logged during the request: with console, with pino (Fastify's too), and through
 * `toolbar.logStream()`.
 */
export function logsPanel(directory: string): Panel<LogStats> {
  /** What pino has written, to know it again when it arrives at a stream or at the console. */
  const pinoLines = new WeakMap<Recording, Set<string>>();
  const isKnown = (recording: Recording, text: unknown): boolean =>
    typeof text === "string" && pinoLines.get(recording)?.has(text.trimEnd()) === true;

  const add = (recording: Recording, read: () => LogLine): void => {
    const collected = slotOf(recording);
    if (collected.messages.length >= LIMIT) {
      collected.omitted++;
      return;
    }
    const { level, text, length, fields } = read();
    collected.messages.push({
      level,
      text: recording.redactText(text),
      ...(length === undefined ? {} : { length }),
      at: recording.elapsed(),
      where: recording.redactText(callSite(directory, { isApplication: true, kind: "log" })),
      ...(fields === undefined ? {} : { fields: boundedFields(fields, recording, collected) }),
    });
  };

  const console = (level: LogLevel) => (message: unknown, recording: Recording) => {
    const args = Array.isArray(message) ? (message as readonly unknown[]) : [message];
    if (args.length === 1 && isKnown(recording, args[0])) return;
    add(recording, () => ({ level, ...formatArguments(args), fields: undefined }));
  };

  const pino = (message: unknown, recording: Recording): void => {
    if (typeof message !== "object" || message === null) return;
    const { result, arguments: given } = message as { result?: unknown; arguments?: ArrayLike<unknown> };
    if (typeof result !== "string") return;
    const lines = pinoLines.get(recording) ?? new Set();
    pinoLines.set(recording, lines.add(result.trimEnd()));
    const [eldest] = lines;
    if (lines.size > MOST_PINO_LINES && eldest !== undefined) lines.delete(eldest);
    add(recording, () => readLine(result, given?.[1]));
  };

  const stream = (message: unknown, recording: Recording): void => {
    if (typeof message !== "string" || isKnown(recording, message)) return;
    // The end of a long text is cut off before it is searched for lines.
    const lines = message.length > 100_000 ? [message] : textLines(message, LIMIT + 1);
    for (const line of lines) if (line.trim() !== "") add(recording, () => readLine(line));
  };

  return {
    id: "logs",
    title: "Logs",
    channels: {
      ...Object.fromEntries(CONSOLE.map((level) => [`console.${level}`, console(level)])),
      "tracing:pino_asJson:end": pino,
      "latchkey:log": stream,
    },
    collect: (recording) => {
      const { messages, omitted } = slotOf(recording);
      const { errors } = recording;
      const isReport = (message: LogMessage): boolean => reportsError(reportOf(message), errors);
      return {
        messages:
          errors.length === 0
            ? messages
            : messages.map((each) => (isReport(each) ? { ...each, isReport: true } : each)),
        omitted,
      };
    },
    subtitle: ({ messages, omitted }) => (messages.length === 0 ? undefined : String(messages.length + omitted)),
    numbers: ({ messages, omitted }) =>
      messages.length === 0 ? [] : [{ value: String(messages.length + omitted), label: "Log messages" }],
    findings: ({ messages }) => {
      const errors = messages.filter(({ level, isReport }) => /^(?:error|fatal)$/.test(level) && isReport !== true);
      if (errors.length === 0) return [];
      const where = errors.find((each) => each.where !== "")?.where;
      return [
        {
          tone: "error",
          text: `${counted(errors.length, "error was", "errors were")} logged.`,
          ...(where === undefined ? {} : { where }),
        },
      ];
    },
    view: viewLogs,
  };
}

function boundedFields(
  fields: Readonly<Record<string, unknown>>,
  recording: Recording,
  collected: Collected,
): Readonly<Record<string, unknown>> {
  if (collected.characters >= MOST_OF_FIELDS) return NO_ROOM;
  const data = recording.redactData(fields) as Readonly<Record<string, unknown>>;
  collected.characters += JSON.stringify(data).length;
  return data;
}

/** What was logged of an error: loggers such as pino have its stack in a member of its own. */
function reportOf({ text, fields }: LogMessage): string {
  const { err } = fields ?? {};
  const { message, stack } = (typeof err === "object" && err !== null ? err : {}) as Readonly<Record<string, unknown>>;
  return [text, message, stack].filter((each) => typeof each === "string").join("\n");
}

function viewLogs({ messages, omitted }: LogStats): Block[] {
  const blocks: Block[] = [
    {
      kind: "table",
      columns: [
        { title: "Level" },
        { title: "Message", grow: true },
        { title: "At", align: "right" },
        { title: "Where" },
      ],
      rows: messages.map(rowOf),
      empty: emptyText(),
    },
  ];
  if (omitted > 0)
    blocks.push({
      kind: "note",
      tone: "warn",
      text: `${counted(omitted, "more message was", "more messages were")} not recorded.`,
    });
  return blocks;
}

function emptyText(): string {
  const silence = unreported("what is written to console");
  return silence === undefined
    ? "Nothing was logged during this request, with console, pino or a stream of toolbar.logStream()."
    : `Nothing was logged during this request with pino or a stream of toolbar.logStream(). ${silence}`;
}

function rowOf({ level, text, length, at, where, fields }: LogMessage): readonly Cell[] | OpenableRow {
  const line = text.split("\n", 1)[0]!.slice(0, SHOWN);
  const cells: Cell[] = [
    SIGNS[level],
    {
      text: line,
      mono: true,
      ...(length === undefined ? {} : { detail: `The beginning of ${formatInteger(length)} characters.` }),
    },
    `${formatMilliseconds(at)} ms`,
    where === "" ? "" : { text: where, mono: true, where },
  ];
  const more: Block[] = [];
  if (line !== text) more.push({ kind: "code", text });
  if (fields !== undefined)
    more.push({
      kind: "pairs",
      rows: Object.entries(fields).map(([name, value]) => ({
        name,
        value: { text: typeof value === "string" ? value : JSON.stringify(value), mono: true },
      })),
    });
  return more.length === 0 ? cells : { cells, more };
}
