import { differenceOf, ratioOf, spreadOf, type Spread } from "../../bench/spread.ts";
import { number, paragraphs, shown, table } from "./markdown.ts";
import type { Results } from "./results.ts";

const EMPTY = "an empty program";
/** What no session library gets below. */
const FLOORS = ["node:crypto", "cookie"];
/** Ratios up to here are level. */
const LEVEL = 1.1;

/** What an import costs a program at its start, and what the grade of a key does. */
export function startPart({ start, keys }: Results): string {
  return paragraphs(
    "## The start of a program",
    start === undefined ? "" : startTable(start.cpuMilliseconds),
    keys === undefined ? "" : keysSentence(keys.milliseconds),
  );
}

function startTable(milliseconds: Readonly<Record<string, readonly number[]>>): string {
  const empty = milliseconds[EMPTY]!;
  const shownNames = [
    "latchkey",
    "latchkey/keys",
    "latchkey/express",
    "latchkey/signing",
    "latchkey/toolbar",
    "a manager with a key",
  ];
  const rows = Object.entries(milliseconds)
    .map(([name, rounds]) => [name.replace(/, now$/, ""), rounds] as const)
    .filter(([name]) => name !== EMPTY && (shownNames.includes(name) || !/^latchkey|, before$/.test(name)))
    .map(([name, rounds]) => [
      name.startsWith("latchkey") ? `\`${name}\`` : name,
      shown(differenceOf(rounds, empty), 0),
      shown(ratioOf(rounds, empty), 2),
    ]);
  return paragraphs(
    `The CPU time of a whole program, which imports one entry point, or another library, and ends. An empty program took ${shown(spreadOf(empty), 0)} ms.`,
    table(["imports", "ms more than empty>", "whole program : empty>"], rows),
    behindSentence(milliseconds, empty),
  );
}

/** Which libraries are imported in less time, and why. */
function behindSentence(milliseconds: Readonly<Record<string, readonly number[]>>, empty: readonly number[]): string {
  const added = (name: string): number => differenceOf(milliseconds[name]!, empty).median;
  const faster = Object.keys(milliseconds).filter(
    (name) =>
      name !== EMPTY &&
      !FLOORS.includes(name) &&
      !/^latchkey|, (?:before|now)$/.test(name) &&
      added(name) * LEVEL < added("latchkey, now"),
  );
  const verdict =
    faster.length === 0
      ? ""
      : `Latchkey is behind ${faster.join(" and ")} here: V8 reads the code of keys, signing and sessions. `;
  return `${verdict}A manager with a key is what every server makes. It also grades the key, once.`;
}

function keysSentence(milliseconds: Readonly<Record<string, readonly (readonly number[])[]>>): string {
  const all = Object.entries(milliseconds).map(
    ([name, rounds]) => [name, spreadOf(rounds.map(([here]) => here!)).median] as const,
  );
  const [first, others] = [true, false].map((isFirst) =>
    all.filter(([name]) => name.startsWith("the first key") === isFirst).map(([, median]) => median),
  ) as [number[], number[]];
  const between = (values: readonly number[], digits: number): string =>
    `${number(Math.min(...values), digits)} to ${number(Math.max(...values), digits)} ms`;
  return `The grade of a random secret key takes ${between(others, 2)} of CPU time, by the kind of key
(${others.length} kinds, medians). The first key of a process takes ${between(first, 0)}: the lists of words and of
published keys are unpacked for it. A server does that once, when it starts.`;
}

/** A store's operations beside the bare commands of its client. */
export function storesPart({ stores }: Results): string {
  if (stores === undefined) return "";
  const floors: Readonly<Record<string, string>> = {
    "RedisStore, redis": "redis, GET and SET",
    "fromExpressStore, connect-redis": "redis, GET and SET",
    "RedisStore, ioredis": "ioredis, GET and SET",
    "PostgresStore, pg": "pg, SELECT and UPDATE",
    "PostgresStore, postgres": "pg, SELECT and UPDATE",
    "MysqlStore, mysql2": "mysql2, SELECT and UPDATE",
  };
  const all = stores.microseconds;
  const columns = Object.keys(Object.values(all)[0] ?? {});
  const rows = Object.entries(floors)
    .filter(([store]) => all[store] !== undefined)
    .map(([store, floor]) => [
      store,
      floor,
      ...columns.map((column) => shown(ratioOf(all[store]![column]!, all[floor]![column]!), 2)),
    ]);
  return paragraphs(
    "## Stores",
    `The time of an operation, by the clock, as a multiple of the bare commands by hand, which compare nothing
before they write. With the same client no store can be faster. *Alone* is one call after another, *of
16* has 16 under way.`,
    table(["store", "beside", ...columns.map((column) => `${column}>`)], rows),
  );
}

/** latchkey/flask beside Flask. */
export function flaskPart({ flask, rendering }: Results): string {
  if (flask === undefined && rendering === undefined) return "";
  const pages = Object.entries(flask?.figures ?? {}).map(([page, own]) => {
    const ratio = (of: "rate" | "cpu" | "p99"): string =>
      shown(
        ratioOf(
          own["latchkey/flask"]!.map((one) => one[of]),
          own["Flask"]!.map((one) => one[of]),
        ),
        2,
      );
    return [page, ratio("rate"), ratio("cpu"), ratio("p99")];
  });
  const templates = Object.entries(rendering?.figures ?? {}).map(([page, own]) => [
    page,
    shown(ratioOf(own["latchkey/flask"]!, own["Flask"]!), 2),
    shown(ratioOf(own["latchkey/flask"]!, own["minijinja-js"]!), 2),
  ]);
  return paragraphs(
    "## latchkey/flask beside Flask",
    pages.length === 0
      ? ""
      : paragraphs(
          "Two processes each, Flask under gunicorn. More requests are better, less time is better.",
          table(["latchkey/flask : Flask", "requests in a second>", "CPU time>", "99th percentile>"], pages),
        ),
    templates.length === 0
      ? ""
      : paragraphs(
          `CPU time of a template without a server. minijinja-js alone is the floor: its pages are not the same
text as Jinja's.`,
          table(["page", "latchkey/flask : Flask>", "latchkey/flask : minijinja-js>"], templates),
        ),
  );
}

/** What the toolbar costs a request. */
export function toolbarPart({ toolbar }: Results): string {
  if (toolbar === undefined) return "";
  const { figures } = toolbar;
  const servers = ["express, off", "express, floor", "express, on", "django, on"].filter(
    (server) => figures[`${server} /bare`] !== undefined,
  );
  const ratio = (server: string, path: string): string => {
    const base = `${server.split(",")[0]}, absent ${path}`;
    const spread: Spread = ratioOf(figures[`${server} ${path}`]!, figures[base]!);
    return shown(spread, 2);
  };
  const absent = number(spreadOf(figures["express, absent /bare"]!).median, 0);
  return paragraphs(
    "## The debug toolbar",
    `CPU time of a request as a multiple of the same server without a toolbar. *Off* is production, *on* is
development, *floor* is the least that a toolbar with such a record does by hand. Express without it took
${absent} µs for the bare page.`,
    table(
      ["server", "bare page>", "page with ten queries and ten log lines>"],
      servers.map((server) => [server, ratio(server, "/bare"), ratio(server, "/page")]),
    ),
  );
}
