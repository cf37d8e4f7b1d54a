import { counted, formatMilliseconds } from "../../format.ts";
import type { Finding } from "../../blocks.ts";
import type { Repeat } from "./query-repeats.ts";
import type { QueryStats } from "./query-stats.ts";
import { costOf, warning } from "./span-findings.ts";

/** More findings of one kind than this are summed up in a sentence. */
const MOST = 5;

/** What to do about a statement that runs in a loop. */
const ADVICE: Readonly<Record<string, string>> = {
  insert: "Write all rows with one statement.",
  replace: "Write all rows with one statement.",
  update: "Change all rows with one statement.",
  delete: "Delete all rows with one statement.",
  call: "Call it once for all values.",
};

/** What is wrong with the queries of a request: errors, loops (N+1), repetitions, slow ones. */
export function queryFindings(stats: QueryStats): readonly Finding[] {
  return [...errors(stats), ...repeats(stats), ...slow(stats)];
}

function errors({ errors: list }: QueryStats): readonly Finding[] {
  const findings = list
    .slice(0, MOST)
    .map(({ error, where, count }) =>
      warning(`${count === 1 ? "A query" : counted(count, "query", "queries")} failed: ${error}`, where),
    );
  return [...findings, ...rest(list.length, "failed in other ways")];
}

function repeats({ repeats: list, omitted }: QueryStats): readonly Finding[] {
  const findings = list
    .slice(0, MOST)
    .map((repeat) => warning(sentenceOf(repeat, omitted > 0), repeat.lines.at(repeat.kind === "again" ? -1 : 0) ?? ""));
  return [...findings, ...rest(list.length, "ran again and again too")];
}

/** The place stands beside the sentence. Without one, the sentence has the statement. */
function sentenceOf(repeat: Repeat, isPart: boolean): string {
  const { kind, verb, count, lines, statement } = repeat;
  const times = `${isPart ? "at least " : ""}${counted(count, "time")}`;
  const cost = costOf(repeat);
  if (kind === "again") {
    const places =
      lines.length === 0 ? ` (${statement})` : lines.length === 1 ? "" : ` from ${counted(lines.length, "line")}`;
    return `The same query with the same parameters ran ${times}${places}, ${cost}. Nothing was written in between. Load it once.`;
  }
  const place = lines[0] === undefined ? `: ${statement}` : "";
  const what = ADVICE[verb] === undefined ? "query" : verb;
  return kind === "same"
    ? `The same ${what} with the same parameters ran ${times}${place}, ${cost}. Run it once.`
    : `The same ${what} ran ${times}${place}, ${cost}. ${ADVICE[verb] ?? "Load them in one query."}`;
}

function slow({ slow: list, slowCount, slowFromMs }: QueryStats): readonly Finding[] {
  const [slowest] = list;
  if (slowest === undefined) return [];
  const time = `${formatMilliseconds(slowest.durationMs)} ms`;
  const text =
    slowCount === 1
      ? `A query took ${time}. It counts as slow from ${formatMilliseconds(slowFromMs)} ms on: ${slowest.statement}`
      : `${counted(slowCount, "query", "queries")} took ${formatMilliseconds(slowFromMs)} ms or more. The slowest took ${time}: ${slowest.statement}`;
  return [warning(text, slowest.where)];
}

function rest(count: number, what: string): readonly Finding[] {
  return count > MOST ? [warning(`${counted(count - MOST, "more statement")} ${what}; see the list.`, "")] : [];
}
