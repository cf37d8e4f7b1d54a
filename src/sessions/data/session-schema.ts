import { InvalidOptionError, SessionError } from "../../errors.ts";
import { copyNumberSources } from "../../signing/number-sources.ts";
import type { StandardSchema, SchemaResult } from "../../signing/standard-schema.ts";
import type { SessionData } from "./session-record.ts";

/** Kept beside the application's own entries, so no schema has to know of it. */
const OWN_MEMBERS = ["_flashes"];

/** The data as the schema gives it back, or the places where it does not fit. */
export function fitToSchema(
  schema: StandardSchema,
  data: SessionData,
): { readonly data: SessionData } | { readonly places: readonly string[] } {
  const entries = Object.entries(data);
  const result = schema["~standard"].validate(
    Object.fromEntries(entries.filter(([key]) => !OWN_MEMBERS.includes(key))),
  );
  if (result instanceof Promise)
    throw new InvalidOptionError(
      "The session's schema must answer at once. It returned a promise. Fix: leave asynchronous checks out of the schema.",
    );
  if (result.issues !== undefined) return { places: placesOf(result) };
  const own = entries.filter(([key]) => OWN_MEMBERS.includes(key));
  const fitted = Object.fromEntries([...Object.entries(result.value as SessionData), ...own]);
  // A schema makes new objects, and the spelling of a number belongs to its object: a Python's 1.0
  // would become 1.
  copyNumberSources(data, fitted);
  return { data: fitted };
}

/** @throws SessionError `session_invalid`, naming the places and no values. */
export function mustFitSchema(schema: StandardSchema, data: SessionData): void {
  const result = fitToSchema(schema, data);
  if ("places" in result) {
    throw new SessionError(
      "session_invalid",
      `The session cannot be saved: its data does not fit the schema at ${result.places.join(", ")}.`,
    );
  }
}

function placesOf({ issues }: Extract<SchemaResult<unknown>, { readonly issues: readonly unknown[] }>): string[] {
  return issues.map(({ path = [] }) => {
    const keys = path.map((part) => String(typeof part === "object" ? part.key : part));
    return keys.length === 0 ? "its top" : keys.join(".");
  });
}
