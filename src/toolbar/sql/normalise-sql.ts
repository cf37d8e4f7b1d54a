import { sqlTokens } from "./sql-tokens.ts";

/** A statement without its values. */
export interface NormalSql {
  /**
   * The statement with "?" for each value, with one item for a list of values, without comments, in
   * lower case but for quoted names. Two runs of one line of code have the same.
   */
  readonly fingerprint: string;
  /**
   * How many values its longest list has, or how many rows it inserts: a statement with many does
   * the work of many. 1 for a statement without a list.
   */
  readonly batch: number;
  /** Whether values are apart from the text: it has "?", "$1" or ":name". */
  readonly hasParameters: boolean;
}

/** Words before a list of values. */
const BEFORE_LIST = new Set(["in", "values", "any", "array"]);
/** A parenthesis after one of these words is no argument list, so a space is put before it. */
const KEYWORDS = new Set(
  "all and any array as between by case distinct else exists from having in into is join like limit not offset on or over returning select set then union using values when where with".split(
    " ",
  ),
);
/** These are values too, but after IS and NOT they are a part of the condition. */
const CONSTANTS = new Set(["null", "true", "false"]);
/** What a sign before a number is not a part of. */
const OPERATOR = /^[(,[=<>!+\-*/%|&^~#:@]+$/;
/** Rows of more parts than this are not compared with the row before. */
const MOST_COMPARED = 200;

/** A bracket that is open. */
interface Frame {
  /** Where it is in the list of parts. */
  readonly at: number;
  readonly isList: boolean;
  values: number;
  /** Parts that are neither values nor commas. */
  others: number;
}

/**
 * Takes the values out of a statement. It never throws, and its time grows with the length of the
 * text alone. Normalising a fingerprint again changes nothing.
 *
 * @param system the database, as in a span's detail: "postgresql", "mysql", "sqlite".
 */
export function normaliseSql(sql: string, system: string): NormalSql {
  const parts: string[] = [];
  const frames: Frame[] = [];
  /** How many parts there were when the last list ended. */
  let listEnd = -1;
  let rows = 1;
  let batch = 1;
  let hasParameters = false;

  for (const { kind, text } of sqlTokens(sql, system)) {
    if (kind === "comment") continue;
    if (kind === "parameter") hasParameters = true;
    const last = parts.at(-1);
    const part = partOf(kind, text, last);
    const frame = frames.at(-1);
    if (part === "?") {
      const dropped = dropUnarySigns(parts);
      if (frame !== undefined) {
        frame.values++;
        frame.others -= dropped;
      }
    } else if (frame !== undefined && !/^[,)\]]$/.test(part)) frame.others++;
    if (part === "(" || part === "[") {
      const isInner = (last === "(" || last === ",") && frame?.isList === true;
      const isNextRow = last === "," && listEnd === parts.length - 1;
      const isList = isInner || isNextRow || (last !== undefined && BEFORE_LIST.has(last));
      frames.push({ at: parts.length, isList, values: 0, others: 0 });
    }
    parts.push(part);
    if (part === ")" || part === "]") close(frames.pop());
  }
  while (parts.at(-1) === ";") parts.pop();
  return { fingerprint: joined(parts), batch, hasParameters };

  /** Shortens a list of values to one value, and rows of the same form to one row. */
  function close(frame: Frame | undefined): void {
    if (frame?.isList !== true) return;
    const { at, values, others } = frame;
    const opener = parts[at - 1];
    if (others === 0 && values > 1) {
      if (opener !== "values" && opener !== ",") batch = Math.max(batch, values);
      parts.splice(at + 1, Infinity, "?", parts.at(-1)!);
    }
    if (opener === "," && isRepeated(parts, at)) {
      parts.length = at - 1;
      batch = Math.max(batch, ++rows);
    } else rows = 1;
    listEnd = parts.length;
  }
}

/** Whether the row that begins here is the same as the one before the comma. */
function isRepeated(parts: readonly string[], at: number): boolean {
  const length = parts.length - at;
  const before = at - 1 - length;
  if (length > MOST_COMPARED || before < 0) return false;
  for (let index = 0; index < length; index++) if (parts[before + index] !== parts[at + index]) return false;
  return true;
}

function partOf(kind: string, text: string, last: string | undefined): string {
  if (kind === "literal" || kind === "parameter") return "?";
  if (kind !== "word") return text;
  const word = text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
  return CONSTANTS.has(word) && last !== "is" && last !== "not" ? "?" : word;
}

/** `= -1` is the same as `= 1`, and `a - 1` is not. Returns how many signs it has dropped. */
function dropUnarySigns(parts: string[]): number {
  const length = parts.length;
  while (/^[+-]$/.test(parts.at(-1) ?? "") && OPERATOR.test(parts.at(-2) ?? "")) parts.pop();
  return length - parts.length;
}

function joined(parts: readonly string[]): string {
  let text = "";
  let last = "";
  for (const part of parts) {
    text += (isApart(last, part) ? " " : "") + part;
    last = part;
  }
  return text;
}

/** Whether there is a space between two parts. */
function isApart(last: string, part: string): boolean {
  if (last === "" || last === "(" || last === "[" || last === ".") return false;
  if (part === "," || part === ")" || part === "]" || part === ".") return false;
  if (part === "(" || part === "[") return !/^[\w$\u0080-\uffff]/.test(last) || KEYWORDS.has(last);
  if (part === "::") return !/[\w?)\]]$/.test(last);
  return last !== "::" || !/^\w/.test(part);
}
