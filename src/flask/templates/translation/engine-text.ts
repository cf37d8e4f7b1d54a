import { MARK } from "../values/handles.ts";

/** A string in the engine's language. */
export function literal(text: string): string {
  return JSON.stringify(text.toWellFormed());
}

/** The text of a macro as a value: safe HTML where values are escaped. */
export function asText(call: string, escape: boolean): string {
  return `(${literal(MARK + (escape ? "M" : "S"))} ~ ${call})`;
}
