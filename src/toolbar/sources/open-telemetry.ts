import type { Recording } from "../recording.ts";
import type { OpenSpan, SpanStart } from "../span.ts";
import { member, textOf, type Message } from "./message.ts";
import { sqlStart } from "./sql-start.ts";

/** What an SDK of OpenTelemetry calls when a span begins and ends. */
export interface OpenTelemetrySpanProcessor {
  onStart(span: object, parentContext: unknown): void;
  onEnd(span: object): void;
  forceFlush(): Promise<void>;
  shutdown(): Promise<void>;
}

/** Runs a function with the recording of the running request, and catches its exceptions. */
export type WithRecording = (run: (recording: Recording | undefined) => void) => void;

const SERVER = 1;
const FAILED = 2;
const MOST_ATTRIBUTES = 30;
/** Databases of which the toolbar hears without OpenTelemetry. */
const HEARD = /^(?:redis|mysql|mariadb)$/;
/**
 * Attributes of outgoing requests, of which it hears too. The second of each pair is the old name.
 */
const HTTP = ["http.request.method", "http.method", "url.full", "http.url"] as const;

/**
 * Makes spans of the spans of OpenTelemetry that begin while a request is answered.
 *
 * Only what an application hands to its own SDK is seen: nothing global is read or changed.
 */
export function spanProcessor(withRecording: WithRecording): OpenTelemetrySpanProcessor {
  const open = new WeakMap<object, OpenSpan>();
  return {
    onStart: (span) =>
      withRecording((recording) => {
        const start = recording === undefined ? undefined : describe(span as Message, recording);
        if (recording === undefined || start === undefined) return;
        const ids = recording.slot("open-telemetry", () => new Map<string, number>());
        // The second is the name in version 1 of the SDK.
        const parent = member((span as Message)["parentSpanContext"], "spanId") ?? member(span, "parentSpanId");
        const begun = recording.startSpan({ ...start, parent: ids.get(String(parent)) });
        const id = idOf(span);
        if (id !== undefined && begun.id !== undefined) ids.set(id, begun.id);
        open.set(span, begun);
      }),
    onEnd: (span) =>
      withRecording(() => {
        const entries = Object.entries((member(span, "attributes") ?? {}) as Message).slice(0, MOST_ATTRIBUTES);
        open.get(span)?.end({ error: errorOf(span), detail: { attributes: Object.fromEntries(entries) } });
      }),
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
}

function describe(span: Message, recording: Recording): SpanStart | undefined {
  const name = textOf(span["name"]);
  const { attributes, kind } = span;
  if (name === undefined || kind === SERVER || HTTP.some((attribute) => member(attributes, attribute) !== undefined))
    return undefined;
  const system = textOf(member(attributes, "db.system.name")) ?? textOf(member(attributes, "db.system"));
  if (system !== undefined) {
    if (HEARD.test(system)) return undefined;
    const text = textOf(member(attributes, "db.query.text")) ?? textOf(member(attributes, "db.statement")) ?? name;
    return sqlStart({ system, text }, recording);
  }
  const scope = member(span["instrumentationScope"], "name") ?? member(span["instrumentationLibrary"], "name");
  // What others measure of a framework is in the toolbar already.
  return String(scope).startsWith("@opentelemetry/instrumentation") ? undefined : { kind: "app", label: name };
}

function idOf(span: Message | object): string | undefined {
  const { spanContext } = span as Message;
  return typeof spanContext === "function"
    ? textOf(member((spanContext as () => unknown).call(span), "spanId"))
    : undefined;
}

function errorOf(span: object): string | undefined {
  const status = member(span, "status");
  if (member(status, "code") !== FAILED) return undefined;
  const events = member(span, "events");
  const thrown = Array.isArray(events) ? events.findLast((event) => member(event, "name") === "exception") : undefined;
  const attributes = member(thrown, "attributes");
  const [name, message] = ["exception.type", "exception.message"].map((key) => textOf(member(attributes, key)));
  if (message !== undefined) return `${name ?? "Error"}: ${message}`;
  return textOf(member(status, "message")) ?? "The span has the status ERROR.";
}
