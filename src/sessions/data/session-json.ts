import { SessionError } from "../../errors.ts";
import { TaggedJson } from "../../signing/tagged-json.ts";

const strict = new TaggedJson({ allowNaN: false });
const lenient = new TaggedJson({ allowNaN: true });

/** A session's data as text, and why it cannot be saved, if it cannot. */
export interface DataText {
  readonly text: string;
  readonly problem: SessionError | undefined;
}

/**
 * The JSON of sessions: Flask's tagged JSON, so that Tuple, Date, bytes, Uuid and Markup survive in
 * every format and store.
 *
 * @throws SessionError `session_invalid` for what JSON cannot hold, naming the member.
 */
export function writeSessionJson(value: unknown): string {
  try {
    return strict.dumps(value);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : "";
    throw new SessionError("session_invalid", `The session cannot be saved: its data has no form in JSON. ${reason}`, {
      cause,
    });
  }
}

/**
 * The text of a session's data, to compare it by and to save it.
 *
 * What can be read is more than what can be written: a Flask writes NaN, and a cookie may be nested
 * as deep as reading allows. Such data has a text to compare by as well, so that a session that
 * was not changed stays as it is.
 *
 * @throws SessionError `session_invalid` for what was never read, such as a function or a circle.
 */
export function writeData(data: Record<string, unknown>): DataText {
  try {
    // In a list, for the level of nesting that the envelope of a format or a store adds.
    return { text: writeSessionJson([data]).slice(1, -1), problem: undefined };
  } catch (error) {
    try {
      return { text: comparableText(data), problem: error as SessionError };
    } catch {
      throw error;
    }
  }
}

/**
 * The text of data that is to be saved.
 *
 * @throws SessionError `session_invalid` for what JSON cannot hold.
 */
export function writeValidData(data: Record<string, unknown>): string {
  const { text, problem } = writeData(data);
  if (problem !== undefined) throw problem;
  return text;
}

/** The value of a text; throws BadPayload. */
export function readSessionJson(text: string): unknown {
  return lenient.loads(text);
}

/** A text to compare by: two values that are saved alike have the same. */
export function comparableText(value: unknown): string {
  return lenient.dumps(value);
}
