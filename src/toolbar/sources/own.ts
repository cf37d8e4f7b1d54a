import type { Channels, KeyedListener } from "../channels.ts";
import type { MailMessage } from "../instrument/mail-channel.ts";
import type { QueryMessage } from "../instrument/query-channel.ts";
import type { OpenSpan, SpanEnd, SpanStart } from "../span.ts";

/** Statements and mails of the clients that the application has handed to `instrument`. */
export function own(): { readonly id: string; readonly channels: Channels } {
  return {
    id: "own",
    channels: {
      ...spansOf<QueryMessage>("latchkey:query", queryStart, queryEnd),
      ...spansOf<MailMessage>("latchkey:mail", mailStart, ({ recipients }) => ({ recipients })),
    },
  };
}

function queryStart({ system, database, text, params, explain }: QueryMessage): SpanStart {
  return {
    kind: "sql",
    label: text.replace(/\s+/g, " ").trim(),
    detail: { system, ...(database === undefined ? {} : { database }), ...(params === undefined ? {} : { params }) },
    ...(explain === undefined ? {} : { explain }),
  };
}

/** The database of a pool may be known only when a connection was free. */
function queryEnd({ rows, database }: QueryMessage): SpanEnd["detail"] {
  return { ...(rows === undefined ? {} : { rows }), ...(database === undefined ? {} : { database }) };
}

function mailStart({ system, subject, recipients }: MailMessage): SpanStart {
  return { kind: "mail", label: subject, detail: { system, recipients } };
}

function spansOf<Message extends { error?: unknown }>(
  name: string,
  describe: (message: Message) => SpanStart,
  result: (message: Message) => SpanEnd["detail"],
): Channels {
  const begun = new WeakMap<object, OpenSpan>();
  const key: KeyedListener["key"] = (message) => message;
  const end: KeyedListener["listener"] = (message) => {
    const { error } = message as Message;
    begun.get(message as object)?.end({ error, detail: error === undefined ? result(message as Message) : undefined });
  };
  return {
    [`tracing:${name}:start`]: {
      key,
      listener: (message, recording) => {
        begun.set(message as object, recording.startSpan(describe(message as Message)));
      },
    },
    [`tracing:${name}:end`]: {
      key,
      listener: (message, recording) => {
        // What goes on has neither yet.
        if ("result" in (message as object) || "error" in (message as object)) end(message, recording);
      },
    },
    [`tracing:${name}:asyncEnd`]: { key, listener: end },
  };
}
