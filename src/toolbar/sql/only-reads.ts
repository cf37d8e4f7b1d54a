import { sqlTokens } from "./sql-tokens.ts";

/** Words that write, also inside of a statement that begins with WITH or SELECT. */
const WRITES = /^(?:insert|update|delete|merge|into)$/i;

/**
 * Whether a text is one statement that only reads, so that a database may be asked for its plan. In
 * doubt the answer is no.
 *
 * It is about the statement alone: a function that the statement calls may write. So ask for the
 * plan only in a way that does not execute the statement, or in a read-only transaction.
 *
 * @param system the database, as in a span's detail: "postgresql", "mysql", "sqlite".
 */
export function onlyReads(sql: string, system: string): boolean {
  // A second statement would be executed. A semicolon in a string is refused too: what counts as a
  // string depends on settings of the connection.
  if (/;(?!\s*$)/.test(sql)) return false;
  const tokens = sqlTokens(sql, system);
  // MySQL executes what is in a comment that begins with an exclamation mark.
  if (tokens.some(({ kind, text, isOpen }) => isOpen || (kind === "comment" && /^\/\*M?!/.test(text)))) return false;
  const words = tokens.filter(({ kind, text }) => kind !== "comment" && text !== "(");
  return (
    /^(?:select|with|values)$/i.test(words[0]?.text ?? "") &&
    !words.some(({ kind, text }) => kind === "word" && WRITES.test(text))
  );
}
