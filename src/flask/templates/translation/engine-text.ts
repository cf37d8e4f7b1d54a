import { MARK } from "../values/handles.ts";
import type { TranslationState } from "./translation-state.ts";

/** A string in the engine's language. */
export function literal(text: string): string {
  return JSON.stringify(text.toWellFormed());
}

/** The text of a macro as a value: safe HTML where values are escaped. */
export function asText(call: string, escape: boolean): string {
  return `(${literal(MARK + (escape ? "M" : "S"))} ~ ${call})`;
}

/** Refuses a text that could be taken for one of the engine. */
export function checkText(text: string, line: number, state: TranslationState): void {
  if (text.includes(MARK)) state.fail(line, "The character U+FDD0 cannot be in a template. Fix: remove it.");
}
