import { SessionError } from "../../errors.ts";
import { MAX_NESTING } from "../../signing/json-reader.ts";
import { TaggedJson } from "../../signing/tagged-json.ts";

const writable = new TaggedJson({ allowNaN: false });
const readable = new TaggedJson({ allowNaN: true });

/**
 * The JSON of sessions: Flask's tagged JSON, so that Tuple, Date, bytes, Uuid and Markup survive in
 * every format and store.
 *
 * @throws SessionError `session_invalid` for what JSON cannot hold, naming the member.
 */
export function writeSessionJson(value: unknown): string {
  try {
    return writable.dumps(value);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : "";
    throw new SessionError("session_invalid", `The session cannot be saved: its data has no form in JSON. ${reason}`, { cause });
  }
}

/** The value of a text; throws BadPayload. */
export function readSessionJson(text: string): unknown {
  return readable.loads(text);
}

/**
 * A text to compare by: two values that are saved alike have the same. NaN, which a Flask may have
 * written and which we do not write, is no obstacle here: a session that nobody changed is not
 * written.
 */
export function comparableText(value: unknown): string {
  return readable.dumps(value);
}

/**
 * The text of data for comparing and saving.
 *
 * @throws SessionError `session_invalid` for what JSON cannot hold.
 */
export function textOf(data: Record<string, unknown>): string {
  try {
    return comparableText(data);
  } catch {
    return writeSessionJson(data);
  }
}

/**
 * Refuses what comparing lets pass: NaN, and data so deep that with a format's or a store's
 * envelope around it nobody could read it.
 */
export function mustBeReadable(text: string, data: Record<string, unknown>): void {
  if (isSuspicious(text)) writeSessionJson([data]);
}

/** Whether the data can be written, so that it can be read again. */
export function isReadable(text: string, data: Record<string, unknown>): boolean {
  if (!isSuspicious(text)) return true;
  try {
    writeSessionJson([data]);
    return true;
  } catch {
    return false;
  }
}

function isSuspicious(text: string): boolean {
  return text.includes("NaN") || text.includes("Infinity") || mayBeTooDeep(text);
}

/**
 * Whether a text has as many brackets as levels that can be read. Most have far fewer, so they need
 * no closer look.
 */
function mayBeTooDeep(text: string): boolean {
  return text.length >= 2 * MAX_NESTING && text.split(/[[{]/, MAX_NESTING + 1).length > MAX_NESTING;
}
