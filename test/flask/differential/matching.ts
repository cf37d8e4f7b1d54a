import { isDeepStrictEqual } from "node:util";
import type { Outcome } from "./run.ts";

/** The text of a page's `<title>`. */
export function titleOf(page: string | undefined): string | undefined {
  return /<title>(\d.*?)<\/title>/.exec(page ?? "")?.[1];
}

/** Whether a fact is of the session's cookie. */
export function isOfSession(field: string): boolean {
  return /^cookie \w*session\b/.test(field) && !field.includes(" again");
}

/** Whether the answer leads elsewhere, or only lists methods. */
export function isEmptyAnswer({ request, flask, ours }: Outcome): boolean {
  const status = ours.get("status") ?? "";
  return flask.get("status") === status && (/^30[1-8]$/.test(status) || request.startsWith("OPTIONS "));
}

/** What both sides have done with the session of a request. */
export function facts({ flask, ours }: Outcome): {
  /** The content that each side has sent; undefined without a cookie that it has signed. */
  readonly flaskSession: string | undefined;
  readonly ourSession: string | undefined;
  /** Whether ours has deleted the cookie. */
  readonly isEnding: boolean;
} {
  const contentOf = (side: ReadonlyMap<string, string>): string | undefined => {
    const [, value] = [...side].find(([field]) => /^cookie \w*session$/.test(field)) ?? [];
    return value?.startsWith("signed ") === true ? value.slice("signed ".length) : undefined;
  };
  return {
    flaskSession: contentOf(flask),
    ourSession: contentOf(ours),
    isEnding: [...ours].some(([field, value]) => /^cookie \w*session; max-age$/.test(field) && value === "0"),
  };
}

/**
 * Whether Flask has sent a session that is the one that came in, or deleted one that was not there.
 */
export function isUnchanged(outcome: Outcome): boolean {
  const { flaskSession } = facts(outcome);
  const isDeleting = [...outcome.flask].some(([field, value]) => /^cookie \w*session$/.test(field) && value === "");
  if (outcome.session === undefined) return isDeleting;
  // A permanent session has to be sent with each answer, unless SESSION_REFRESH_EACH_REQUEST is
  // off.
  const isRefreshed = outcome.session.includes('"_permanent":true') && outcome.refreshes;
  return flaskSession === outcome.session && !isRefreshed;
}

/** Whether both bodies are JSON of the same value, with dates of either form. */
export function bodiesAreSameJson({ flask, ours }: Outcome): boolean {
  try {
    const values = [flask, ours].map((side) => JSON.parse(withoutNaN(side.get("body")!), comparable) as unknown);
    return flask.get("content-type") === "application/json" && isDeepStrictEqual(values[0], values[1]);
  } catch {
    return false;
  }
}

/** Python writes NaN and Infinity, which are no JSON. */
function withoutNaN(json: string): string {
  return json.replace(/"(?:\\.|[^"\\])*"|-?Infinity|NaN/g, (found) => (found.startsWith('"') ? found : "null"));
}

/** A date of either form, and whole numbers of any size. */
function comparable(_: string, value: unknown, { source = "" }: { readonly source?: string } = {}): unknown {
  if (typeof value === "number") return /^-?\d+$/.test(source) && !Number.isSafeInteger(value) ? BigInt(source) : value;
  const isDate = typeof value === "string" && /^[A-Z][a-z]{2}, \d\d .* GMT$|^\d{4}-\d\d-\d\dT.*Z$/.test(value);
  return isDate ? new Date(value) : value;
}
