import type { Channels, KeyedListener } from "../channels.ts";
import type { Recording } from "../recording.ts";
import { connectStart } from "./connect-start.ts";
import { isMessage, member, type Message } from "./message.ts";

/** A shorter wait for a connection is not worth a line, in milliseconds. */
const SHORTEST_WAIT = 1;

interface Wait {
  readonly where: string;
  readonly at: number;
  /** The span that was running when the connection was asked for. */
  readonly outside: number | null;
  isCallback: boolean;
}

/**
 * How the statements of mysql2's pool find their request and their line.
 *
 * A statement that waited for a connection begins when another request gives one back, and in the
 * context of that one. The pool tells of it by the TracingChannel `mysql2:pool:connect`, so the
 * callback is put back into its own request. The stack does not show any more who asked, so the
 * line is taken when the connection is asked for.
 */
export class Mysql2Pool {
  readonly #waits = new WeakMap<Message, Wait>();
  readonly #lines = new WeakMap<Recording, string[]>();

  get channels(): Channels {
    const key: KeyedListener["key"] = (message) => message;
    const waitOf = (message: unknown): Wait | undefined => (isMessage(message) ? this.#waits.get(message) : undefined);
    return {
      "tracing:mysql2:pool:connect:start": {
        key,
        listener: (message, recording) => {
          if (!isMessage(message)) return;
          const outside = recording.currentSpan?.id ?? null;
          this.#waits.set(message, {
            where: recording.callSite(),
            at: recording.elapsed(),
            outside,
            isCallback: false,
          });
        },
      },
      "tracing:mysql2:pool:connect:asyncStart": {
        key,
        scope: (message) => {
          const wait = waitOf(message);
          if (wait !== undefined) wait.isCallback = true;
          return wait?.outside;
        },
        listener: (message, recording) => {
          const wait = waitOf(message);
          if (wait !== undefined) this.#onConnection(message, wait, recording);
        },
      },
      "tracing:mysql2:pool:connect:asyncEnd": {
        key,
        listener: (message, recording) => this.#drop(waitOf(message), recording),
      },
    };
  }

  /** The line of the statement that begins now, if it has just got its connection. */
  takeLine(recording: Recording): string | undefined {
    return this.#lines.get(recording)?.shift();
  }

  #onConnection(message: unknown, wait: Wait, recording: Recording): void {
    this.#record(message, wait, recording);
    const lines = this.#lines.get(recording) ?? [];
    this.#lines.set(recording, lines);
    lines.push(wait.where);
    // Versions with a promise begin the statement later, in the same run of microtasks.
    if (!wait.isCallback) process.nextTick(() => this.#drop({ ...wait, isCallback: true }, recording));
  }

  /** Shows the wait, unless it was for a connection that the same request has opened. */
  #record(message: unknown, { where, at }: Wait, recording: Recording): void {
    const start = isMessage(message) ? connectStart("MySQL", message) : undefined;
    if (start === undefined || recording.elapsed() - at < SHORTEST_WAIT) return;
    if (recording.spans.some((span) => span.kind === "connect" && span.start >= at)) return;
    const label = `${start.label}, wait for a connection of the pool`;
    recording.startSpan({ ...start, label, start: at, where }).end({ error: member(message, "error") });
  }

  #drop(wait: Wait | undefined, recording: Recording): void {
    const lines = this.#lines.get(recording);
    if (wait?.isCallback !== true || lines === undefined) return;
    const index = lines.indexOf(wait.where);
    if (index !== -1) lines.splice(index, 1);
  }
}
