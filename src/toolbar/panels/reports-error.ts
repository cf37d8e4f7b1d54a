import type { RecordedError } from "../recorded-error.ts";

/**
 * Whether a logged text is the report of an error that was recorded as well: Hono and Koa log what
 * they throw. Such an error is one finding, not two.
 *
 * @param text as it was logged, perhaps indented or with colours taken out.
 */
export function reportsError(text: string, errors: readonly RecordedError[]): boolean {
  return errors.some(({ message, stack }) => {
    const call = /^\s*at .+$/m.exec(stack)?.[0].trim();
    const [line = ""] = message.split("\n");
    return call !== undefined && text.includes(call) && text.includes(line);
  });
}
