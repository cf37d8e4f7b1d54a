import { KINDS, type Kind } from "./kinds.ts";
import type { Difference, Outcome } from "./run.ts";

/** What became of all requests. */
export interface Report {
  readonly configurations: number;
  readonly requests: number;
  readonly alike: number;
  /** How many requests a kind explains a part of. A kind that no longer occurs has 0. */
  readonly kinds: ReadonlyMap<Kind, number>;
  /** Requests with a difference that is of no kind, with these differences. */
  readonly unexplained: readonly { readonly outcome: Outcome; readonly differences: readonly Difference[] }[];
}

/** Sorts the differences by their kinds. */
export function reportOf(outcomes: readonly Outcome[]): Report {
  const kinds = new Map<Kind, number>(KINDS.map((kind) => [kind, 0]));
  const unexplained: { outcome: Outcome; differences: Difference[] }[] = [];
  for (const outcome of outcomes) {
    const found = new Set<Kind>();
    const differences = outcome.differences.filter((difference) => {
      const kind = KINDS.find((candidate) => candidate.matches(difference));
      if (kind !== undefined) found.add(kind);
      return kind === undefined;
    });
    for (const kind of found) kinds.set(kind, kinds.get(kind)! + 1);
    if (differences.length > 0) unexplained.push({ outcome, differences });
  }
  return {
    configurations: new Set(outcomes.map(({ configuration }) => configuration)).size,
    requests: outcomes.length,
    alike: outcomes.filter(({ differences }) => differences.length === 0).length,
    kinds,
    unexplained,
  };
}

/** The figures in a few lines. */
export function figuresOf({ configurations, requests, alike, kinds, unexplained }: Report): string {
  const rows = [...kinds].map(([{ id }, count]) => `  ${String(count).padStart(4)}  ${id}`);
  return [
    `Flask and latchkey/flask: ${requests} requests to ${configurations} configurations.`,
    `${alike} alike, ${requests - alike - unexplained.length} differ as written down, ${unexplained.length} differ otherwise.`,
    `${kinds.size} kinds of differences, and how many requests have one:`,
    ...rows,
  ].join("\n");
}

/** The differences that are of no kind: configurations with the most of them first. */
export function listOf({ unexplained }: Report): string {
  const groups = Map.groupBy(unexplained, ({ outcome }) => outcome.configuration);
  return [...groups]
    .sort(([, one], [, other]) => other.length - one.length)
    .map(([name, members]) => `${name}: ${members.length} requests\n${members.map(toText).join("\n")}`)
    .join("\n\n");
}

function toText({ outcome, differences }: Report["unexplained"][number]): string {
  const lines = differences.map(
    ({ field, flask, ours }) => `      ${field}\n        expected ${short(flask)}\n        got      ${short(ours)}`,
  );
  return [`  ${short(outcome.request)}`, ...lines].join("\n");
}

function short(text: string | undefined): string {
  if (text === undefined) return "(nothing)";
  const line = JSON.stringify(text);
  return line.length <= 300 ? line : `${line.slice(0, 300)}… (${line.length})`;
}
