import { readFileSync, statSync } from "node:fs";
import type { SourceLine } from "../recorded-error.ts";
import { textLines } from "../text-lines.ts";
import type { StackFrame } from "./stack-frames.ts";

/** Lines that are shown before and after the line of a frame. */
const AROUND = 3;
const LONGEST_LINE = 200;
/** Bytes of a file. Larger ones are bundles, in which a line says little. */
const LARGEST = 2_000_000;
/** Only these are read. A stack is text, so it could name another file, such as `.env`. */
const IS_CODE = /\.(?:[cm]?[jt]sx?|vue|svelte|astro)$/i;

/**
 * Reads the lines around a frame, without secrets.
 *
 * @param files the files that were read already, by path; those read now are added.
 * @returns nothing if the file is not code, is too large or cannot be read.
 */
export function sourceLines(
  { file, line, content }: StackFrame,
  files: Map<string, readonly string[]>,
  redactText: (text: string) => string,
): readonly SourceLine[] {
  if (file === undefined || !IS_CODE.test(file)) return [];
  const lines = files.get(file) ?? linesOf(readFile(file) ?? content);
  files.set(file, lines);
  if (line < 1 || line > lines.length) return [];
  const first = Math.max(1, line - AROUND);
  return lines.slice(first - 1, line + AROUND).map((text, index) => {
    // Redacted first, so that half of a secret is not left at the cut.
    const safe = redactText(text).replaceAll("\t", "  ");
    return {
      line: first + index,
      text: safe.length > LONGEST_LINE ? `${safe.slice(0, LONGEST_LINE)}…` : safe,
      isHit: first + index === line,
    };
  });
}

function linesOf(text: string | undefined): readonly string[] {
  // A line break at the end begins no line.
  return text === undefined ? [] : textLines(text.replace(/\r?\n$/, ""));
}

function readFile(file: string): string | undefined {
  try {
    const facts = statSync(file);
    return facts.isFile() && facts.size <= LARGEST ? readFileSync(file, "utf8") : undefined;
  } catch {
    return undefined;
  }
}
