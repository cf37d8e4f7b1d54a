import { isNativeError } from "node:util/types";
import type { ErrorFrame, RecordedError } from "../recorded-error.ts";
import { sourceLines } from "./source-lines.ts";
import { stackFrames } from "./stack-frames.ts";

/** How deep the chain of causes is followed. */
const DEEPEST = 8;
/** The most errors of one AggregateError, and in one record. */
const MOST_IN_ONE = 10;
const MOST = 30;
/** The most frames with source: of one error, and in one record. */
const SOURCES_OF_ONE = 5;
const SOURCES = 15;
/** The name of what is thrown and is no error. */
const NOT_AN_ERROR = "Thrown value";

/** What recording an error needs of its exchange. */
export interface ErrorContext {
  /** The folder of the application. */
  readonly directory: string;
  readonly redactText: (text: string) => string;
  readonly redactData: (data: unknown) => unknown;
}

/** What one record has used up, errors that lead to themselves among it. */
interface Progress {
  readonly above: Set<unknown>;
  readonly files: Map<string, readonly string[]>;
  errors: number;
  sources: number;
}

/**
 * Records whatever was thrown: its name, message, code and stack, the source of the application's
 * own frames, and the errors that caused it. Never throws, whatever the error's members do.
 *
 * @param thrown may be any value: JavaScript throws strings, `undefined` and objects too.
 */
export function recordError(thrown: unknown, context: ErrorContext): RecordedError {
  return record(thrown, context, { above: new Set(), files: new Map(), errors: 0, sources: 0 });
}

function record(thrown: unknown, context: ErrorContext, progress: Progress): RecordedError {
  progress.errors++;
  try {
    return isErrorLike(thrown)
      ? recordMembers(thrown, context, progress)
      : plain(NOT_AN_ERROR, context.redactText(textOf(thrown, context)));
  } catch {
    // A proxy can throw at everything that is asked of it.
    return plain(NOT_AN_ERROR, "The thrown value cannot be read: it throws an exception itself.");
  }
}

function recordMembers(thrown: object, context: ErrorContext, progress: Progress): RecordedError {
  const { redactText } = context;
  const message = text(thrown, "message");
  const stack = text(thrown, "stack");
  const code = member(thrown, "code");
  return {
    name: redactText(nameOf(thrown)).slice(0, 200),
    message: redactText(message),
    code: typeof code === "string" || typeof code === "number" ? redactText(String(code)).slice(0, 100) : null,
    stack: redactText(stack),
    frames: framesOf(stack, message, context, progress),
    ...below(thrown, context, progress),
  };
}

/** The errors that are in the members of an error. */
function below(thrown: object, context: ErrorContext, progress: Progress): Pick<RecordedError, "cause" | "errors"> {
  const { above } = progress;
  const isRecorded = (inner: unknown): boolean =>
    inner !== undefined && inner !== null && !above.has(inner) && progress.errors < MOST;
  if (above.size >= DEEPEST) return { cause: null, errors: [] };
  above.add(thrown);
  const cause = member(thrown, "cause");
  const list = member(thrown, "errors");
  const recorded = {
    cause: isRecorded(cause) ? record(cause, context, progress) : null,
    // Validation libraries have lists of plain objects under this name. Those are data, no errors.
    errors: (Array.isArray(list) ? (list as readonly unknown[]).slice(0, MOST_IN_ONE) : []).flatMap((inner) =>
      isErrorLike(inner) && isRecorded(inner) ? [record(inner, context, progress)] : [],
    ),
  };
  above.delete(thrown);
  return recorded;
}

function framesOf(
  stack: string,
  message: string,
  { directory, redactText }: ErrorContext,
  progress: Progress,
): readonly ErrorFrame[] {
  let own = 0;
  return stackFrames(stack, message, directory).map((frame) => {
    const isRead = frame.isOwn && own++ < SOURCES_OF_ONE && progress.sources++ < SOURCES;
    return {
      where: redactText(frame.where),
      name: redactText(frame.name),
      isOwn: frame.isOwn,
      source: isRead ? sourceLines(frame, progress.files, redactText) : [],
    };
  });
}

/** Errors of other realms are no instances of this one's Error. */
function isErrorLike(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  return (
    isNativeError(value) ||
    value instanceof Error ||
    (typeof member(value, "message") === "string" && typeof member(value, "stack") === "string")
  );
}

/** A class that extends Error without a name of its own is known by the name of the class. */
function nameOf(error: object): string {
  const name = text(error, "name");
  if (name !== "" && name !== "Error") return name;
  const maker = member(error, "constructor");
  const own = typeof maker === "function" ? member(maker, "name") : undefined;
  return typeof own === "string" && /^[\w$]{1,100}$/.test(own) && own !== "Object" ? own : "Error";
}

/** A value that is no error, as text. */
function textOf(value: unknown, { redactData }: ErrorContext): string {
  if (typeof value === "string") return value;
  if (typeof value === "function") return "[function]";
  if (typeof value !== "object" || value === null) return String(value);
  return JSON.stringify(redactData(value)) ?? "[object]";
}

function text(value: object, name: string): string {
  const found = member(value, name);
  return typeof found === "string" ? found : "";
}

/** A member of foreign code's object: reading it may throw. */
function member(value: object, name: string): unknown {
  try {
    return Reflect.get(value, name) as unknown;
  } catch {
    return undefined;
  }
}

function plain(name: string, message: string): RecordedError {
  return { name, message, code: null, stack: "", frames: [], cause: null, errors: [] };
}
