import type { ExchangeSummary } from "../exchange-page.ts";

/** A filter of the list of requests. */
export interface Filter {
  readonly matches: (summary: ExchangeSummary) => boolean;
  /** What is wrong with its text, in words. The part that is wrong is left out. */
  readonly problem: string | undefined;
}

/** What the fields of the language are called, for the line of help. */
export const FILTER_HELP = "status:>=400  time:>100  sql:>10  path:/api  method:post  session:bad  error  slow  -word";

type Test = (summary: ExchangeSummary) => boolean;

const TEXTS: Readonly<Record<string, (summary: ExchangeSummary) => string>> = {
  path: ({ path }) => path,
  method: ({ method }) => method,
  host: ({ host = "" }) => host,
  route: ({ route = "" }) => route,
  kind: ({ kind = "" }) => kind,
  id: ({ id }) => id,
};
const NUMBERS: Readonly<Record<string, (summary: ExchangeSummary) => number>> = {
  time: ({ duration }) => duration,
  findings: ({ findings }) => findings,
};
/** The kinds of spans that are counted. */
const SPANS = ["sql", "redis", "http", "cache", "template", "mail", "layer", "app"];
const FIELDS = ["status", "session", ...Object.keys(NUMBERS), ...Object.keys(TEXTS), ...SPANS];

/**
 * Reads a filter: words that the request's line must contain, and fields such as `status:>=400`.
 * All of them must match. A minus before one turns it around. Quotes hold a text with spaces
 * together.
 *
 * @param slowMs from how many milliseconds on a request is slow.
 */
export function parseFilter(text: string, slowMs: number): Filter {
  const tests: Test[] = [];
  let problem: string | undefined;
  for (const [, minus, name, quoted, bare] of text.matchAll(/(-?)(?:([A-Za-z]+):)?(?:"([^"]*)"?|([^\s"]+|(?<=:)))/g)) {
    const value = quoted ?? bare ?? "";
    const test =
      name === undefined ? word(value, quoted !== undefined, slowMs) : field(name.toLowerCase(), value.toLowerCase());
    if (typeof test === "string") problem ??= test;
    else if (test !== undefined) tests.push(minus === "-" ? (summary) => !test(summary) : test);
  }
  return { matches: (summary) => tests.every((test) => test(summary)), problem };
}

/** Whether a request counts as an error: an error page, or an error that was found. */
export function isError({ status = 0, tone }: ExchangeSummary): boolean {
  return tone === "error" || status >= 400;
}

function word(value: string, isQuoted: boolean, slowMs: number): Test {
  const wanted = value.toLowerCase();
  const contains: Test = (summary) => lineOf(summary).includes(wanted);
  if (!isQuoted && /^errors?$/.test(wanted)) return (summary) => isError(summary) || contains(summary);
  if (!isQuoted && wanted === "slow") return (summary) => summary.duration >= slowMs || contains(summary);
  return contains;
}

function field(name: string, value: string): Test | string | undefined {
  if (!FIELDS.includes(name))
    return `There is no field “${name}”. There are: ${FIELDS.slice(0, 9).join(", ")}, and the kinds of spans.`;
  // While it is being typed.
  if (value === "") return undefined;
  const text = TEXTS[name];
  if (text !== undefined) return (summary) => text(summary).toLowerCase().includes(value);
  if (name === "session") {
    const isBad = value === "bad";
    return ({ session = "" }) => (isBad ? /reject|bad|expired|revoked/i.test(session) : session.includes(value));
  }
  if (name === "status") {
    const group = /^([1-5])xx$/.exec(value)?.[1];
    if (group !== undefined) return ({ status = 0 }) => String(status).startsWith(group);
  }
  const isRight = numberTest(value);
  if (isRight === undefined)
    return `“${name}:${value}” is not a number. Write ${name}:200, ${name}:>=100 or ${name}:10..20.`;
  const number = NUMBERS[name];
  if (number !== undefined) return (summary) => isRight(number(summary));
  return name === "status"
    ? ({ status }) => status !== undefined && isRight(status)
    : ({ spans }) => isRight(spans?.[name] ?? 0);
}

function numberTest(text: string): ((value: number) => boolean) | undefined {
  const range = /^(\d+(?:\.\d+)?)\.\.(\d+(?:\.\d+)?)$/.exec(text);
  if (range !== null) return (value) => value >= Number(range[1]) && value <= Number(range[2]);
  const [, comparison, digits, unit] = /^(>=|<=|>|<|=)?(\d+(?:\.\d+)?)(ms|s)?$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const bound = Number(digits) * (unit === "s" ? 1_000 : 1);
  switch (comparison) {
    case ">=":
      return (value) => value >= bound;
    case "<=":
      return (value) => value <= bound;
    case ">":
      return (value) => value > bound;
    case "<":
      return (value) => value < bound;
    default:
      return (value) => value === bound;
  }
}

function lineOf({ method, path, status, session, host }: ExchangeSummary): string {
  return `${method} ${path} ${status ?? ""} ${session ?? ""} ${host ?? ""}`.toLowerCase();
}
