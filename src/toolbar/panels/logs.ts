import { formatWithOptions } from "node:util";
import { callSite } from "../capture/call-site.ts";
import { counted, formatMilliseconds } from "../format.ts";
import type { Tone } from "../blocks.ts";
import type { Panel } from "../panel.ts";
import type { Recording } from "../recording.ts";
import { reportsError } from "./reports-error.ts";

/** The most messages that are recorded for one request. Further ones are only counted. */
const LIMIT = 200;
const LEVELS = ["debug", "log", "info", "warn", "error"] as const;
const SIGNS: Readonly<Record<Level, { readonly text: string; readonly tone: Tone }>> = {
  debug: { text: "debug", tone: "plain" },
  log: { text: "log", tone: "plain" },
  info: { text: "info", tone: "info" },
  warn: { text: "! warn", tone: "warn" },
  error: { text: "✕ error", tone: "error" },
};

type Level = (typeof LEVELS)[number];

/** A message that was logged. `at` is in milliseconds since the start of the request. */
export interface LogMessage {
  readonly level: Level;
  readonly text: string;
  readonly at: number;
  readonly where: string;
  /** Whether it is the framework's report of an error that is shown as an exception. */
  readonly isReport?: boolean;
}

/** The data of the panel Logs. */
export interface LogStats {
  readonly messages: LogMessage[];
  omitted: number;
}

const slotOf = (recording: Recording): LogStats => recording.slot("logs", () => ({ messages: [], omitted: 0 }));

/** Shows what was written with console.log and similar, with the line that wrote it. */
export function logsPanel(directory: string): Panel<LogStats> {
  const listener = (level: Level) => (args: unknown, recording: Recording) => {
    const stats = slotOf(recording);
    if (stats.messages.length >= LIMIT) {
      stats.omitted++;
      return;
    }
    const text = formatWithOptions(
      { depth: 4, maxArrayLength: 50, maxStringLength: 4_000, colors: false },
      ...(Array.isArray(args) ? (args as unknown[]) : [args]),
    );
    stats.messages.push({
      level,
      text: recording.redactText(text),
      at: recording.elapsed(),
      where: recording.redactText(callSite(directory)),
    });
  };
  return {
    id: "logs",
    title: "Logs",
    channels: Object.fromEntries(LEVELS.map((level) => [`console.${level}`, listener(level)])),
    collect: (recording) => {
      const { messages, omitted } = slotOf(recording);
      const { errors } = recording;
      return {
        messages: messages.map((message) => ({ ...message, isReport: reportsError(message.text, errors) })),
        omitted,
      };
    },
    subtitle: ({ messages, omitted }) => (messages.length === 0 ? undefined : String(messages.length + omitted)),
    findings: ({ messages }) => {
      const errors = messages.filter(({ level, isReport }) => level === "error" && isReport !== true).length;
      return errors === 0 ? [] : [{ tone: "error", text: `${counted(errors, "error was", "errors were")} logged.` }];
    },
    view: ({ messages, omitted }) => [
      {
        kind: "table",
        columns: [
          { title: "Level" },
          { title: "Message", grow: true },
          { title: "At", align: "right" },
          { title: "Where" },
        ],
        rows: messages.map(({ level, text, at, where }) => [
          SIGNS[level],
          { text, mono: true },
          `${formatMilliseconds(at)} ms`,
          { text: where, mono: true },
        ]),
        empty: "Nothing was written with console during this request.",
      },
      ...(omitted === 0
        ? []
        : [
            {
              kind: "note" as const,
              tone: "warn" as const,
              text: `${counted(omitted, "more message was", "more messages were")} not recorded.`,
            },
          ]),
    ],
  };
}
