import { SessionError } from "../errors.ts";
import { TaggedJson } from "../signing/tagged-json.ts";

const writable = new TaggedJson({ allowNaN: false });
const readable = new TaggedJson({ allowNaN: true });

/**
 * The JSON of sessions: Flask's tagged JSON, so that Tuple, Date, bytes, Uuid and Markup survive in every format and store.
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
 * A text to compare by: two values that are saved alike have the same. NaN, which a Flask may have written and which we do not
 * write, is no obstacle here: a session that nobody changed is not written.
 */
export function comparableText(value: unknown): string {
  return readable.dumps(value);
}
