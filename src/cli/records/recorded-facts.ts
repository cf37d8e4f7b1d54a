import type { ExchangeRecord } from "../../toolbar/exchange-record.ts";

/*
 * What a record says, for people. It may come from a file of another version, so nothing is
 * certain.
 */

/** An error of the application. */
export interface ErrorFacts {
  readonly name: string;
  readonly message: string;
  /** The file and line: "routes/cart.ts:31"; "" if unknown. */
  readonly where: string;
  readonly cause: ErrorFacts | undefined;
}

/** A problem that a panel reports. */
export interface FindingFacts {
  readonly tone: "warn" | "error";
  readonly text: string;
  readonly where: string;
}

/** What was decided about the session cookie. */
export interface SessionFacts {
  readonly title: string;
  readonly text: string;
  /** The code of a rejection: "bad_signature"; "" for none. */
  readonly reason: string;
  /** What to do; "" for nothing. */
  readonly fix: string;
}

/** Something that took time. */
export interface SpanFacts {
  readonly kind: string;
  readonly label: string;
  readonly where: string;
  /** Milliseconds. */
  readonly duration: number;
}

type Members = Readonly<Record<string, unknown>>;

/** The errors that the application threw, in their order. */
export function errorsOf({ panels }: ExchangeRecord): readonly ErrorFacts[] {
  const { errors } = membersOf(panels["exceptions"]);
  const list = Array.isArray(errors) ? (errors as unknown[]) : [membersOf(panels.request)["error"]];
  return list.flatMap((error) => errorFrom(error, 0) ?? []);
}

export function findingsOf({ panels }: ExchangeRecord): readonly FindingFacts[] {
  return listOf(membersOf(panels.overview)["findings"]).map(({ tone, text, where }) => ({
    tone: tone === "error" ? "error" : "warn",
    text: textOf(text),
    where: textOf(where),
  }));
}

/** Undefined if the record says nothing about a session. */
export function sessionOf({ panels }: ExchangeRecord): SessionFacts | undefined {
  const { verdict, loaded } = membersOf(panels.session);
  const { title, text, fix } = membersOf(verdict);
  if (typeof title !== "string") return undefined;
  return { title, text: textOf(text), reason: textOf(membersOf(loaded)["reason"]), fix: textOf(fix) };
}

/** The bars of the timeline, the slowest first. */
export function slowestSpans({ panels }: ExchangeRecord, count: number): readonly SpanFacts[] {
  return listOf(membersOf(panels["timeline"])["rows"])
    .filter(({ durationMs }) => typeof durationMs === "number")
    .map(({ kind, label, where, durationMs, count: times }) => ({
      kind: textOf(kind),
      label: `${textOf(label)}${typeof times === "number" && times > 1 ? ` ×${times}` : ""}`,
      where: textOf(where),
      duration: Number(durationMs),
    }))
    .toSorted((a, b) => b.duration - a.duration)
    .slice(0, count);
}

function errorFrom(value: unknown, depth: number): ErrorFacts | undefined {
  const { name, message, stack, frames, cause } = membersOf(value);
  if (typeof name !== "string" || depth > 8) return undefined;
  const own = listOf(frames).find(({ isOwn }) => isOwn === true);
  return {
    name,
    message: textOf(message),
    where: own === undefined ? placeIn(textOf(stack)) : textOf(own["where"]),
    cause: errorFrom(cause, depth + 1),
  };
}

/** The first line of a stack that is in the application's folder, where paths are relative. */
function placeIn(stack: string): string {
  for (const line of stack.split("\n")) {
    const place = /^\s*at (?:.*\()?((?!node:|\/|file:|[A-Za-z]:\\|node_modules)[^()\s][^()]*:\d+):\d+\)?$/.exec(
      line,
    )?.[1];
    if (place !== undefined) return place.replace(/^async /, "");
  }
  return "";
}

function membersOf(value: unknown): Members {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Members) : {};
}

function listOf(value: unknown): readonly Members[] {
  return Array.isArray(value) ? (value as unknown[]).map(membersOf) : [];
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
