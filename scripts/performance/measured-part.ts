import { paragraphs, table } from "./markdown.ts";
import type { Machine, Results } from "./results.ts";

const TITLES: Readonly<Record<keyof Results, string>> = {
  sessions: "sessions beside other libraries",
  auth: "Auth.js and better-auth",
  growth: "size, keys and requests at once",
  number: "number of sessions",
  start: "start of a program",
  keys: "grade of a key",
  signing: "signing",
  stores: "stores",
  flask: "latchkey/flask, pages",
  rendering: "latchkey/flask, templates",
  toolbar: "toolbar",
};

/** When, on what and against what each part was measured, and what was left out. */
export function measuredPart(results: Results): string {
  const parts = (Object.keys(TITLES) as (keyof Results)[]).flatMap((part) => {
    const about = results[part]?.about;
    return about === undefined ? [] : [{ part, rounds: about.rounds, on: about.measuredOn }];
  });
  if (parts.length === 0) return "";
  const versions = new Map<string, Set<string>>();
  for (const { on } of parts)
    for (const [name, version] of Object.entries(on.versions))
      versions.set(name, (versions.get(name) ?? new Set()).add(version));
  const list = [...versions].map(([name, own]) => `${name} ${[...own].join(" and ")}`);
  return paragraphs(
    "## The machine and the versions",
    table(
      ["part", "date", "machine", "Node>", "rounds>", "load average>"],
      parts.map(({ part, rounds, on }) => [
        TITLES[part],
        on.date,
        machineOf(on),
        on.node.slice(1),
        String(rounds),
        on.load?.toFixed(1) ?? "–",
      ]),
    ),
    `The load average tells what ran on the machine when a part ended, the benchmark included. What
others did meanwhile makes the rounds of a part differ, so each figure stands with the least and the
greatest of its rounds.`,
    `Measured against: ${list.join(", ")}.`,
    leftOutOf(results),
  );
}

/** What a part was not measured against, because it was not installed. */
function leftOutOf(results: Results): string {
  const sentences: string[] = [];
  const missing = [...new Set(Object.values(results).flatMap(({ about }) => about.measuredOn.missing))];
  if (missing.length > 0)
    sentences.push(
      `Not installed when a part was measured, and so left out of it: ${missing.join(", ")}. Parts that need
them have figures of an earlier run, or none.`,
    );
  return sentences.join(" ");
}

function machineOf({ cpus, gigabytes, model }: Machine): string {
  return `${cpus} processors${model === undefined ? "" : ` (${model})`}${gigabytes === undefined ? "" : `, ${gigabytes} GB`}`;
}
