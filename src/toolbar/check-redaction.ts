import { isRegExp } from "node:util/types";
import { InvalidOptionError } from "../errors.ts";
import { kindOf } from "../options.ts";
import type { RedactionOptions } from "./capture/redact.ts";
import type { ToolbarOptions } from "./toolbar-options.ts";

/** A longer pattern is refused: it is likely a mistake, and may take long for each text. */
const LONGEST_PATTERN = 1_000;
/** The most entries of a list. Each of them costs time for each text that is recorded. */
const MOST = 100;

/**
 * The options `redactNames`, `redactPatterns` and `redactPaths`.
 *
 * @throws InvalidOptionError that names the entry and the fix.
 */
export function checkRedaction({ redactNames, redactPatterns, redactPaths }: ToolbarOptions): RedactionOptions {
  const names = listOf("redactNames", redactNames, '["creditLimit"]');
  const patterns = listOf("redactPatterns", redactPatterns, "[/ACME-\\d{8}/g]");
  const paths = listOf("redactPaths", redactPaths, '["/reset/:token"]');
  for (const name of names) {
    if (typeof name !== "string" || name.trim() === "")
      refuse(
        "redactNames",
        "has names that are not empty",
        typeof name === "string" ? '""' : kindOf(name),
        '["creditLimit"]',
      );
  }
  for (const pattern of patterns) checkPattern(pattern);
  for (const path of paths) {
    if (typeof path !== "string" || !/^\/[^?#\s]*:[A-Za-z_]/.test(path))
      refuse(
        "redactPaths",
        'has paths with a named part, such as "/reset/:token"',
        typeof path === "string" ? JSON.stringify(path) : kindOf(path),
        "write a colon and a name where the secret is",
      );
  }
  return { names, patterns, paths };
}

function listOf<Item>(name: string, list: readonly Item[] | undefined, example: string): readonly Item[] {
  if (list === undefined) return [];
  if (!Array.isArray(list)) refuse(name, "is a list", kindOf(list), `${name}: ${example}`);
  if (list.length > MOST)
    refuse(
      name,
      `has at most ${MOST} entries, because each takes time for each text`,
      `${list.length}`,
      "leave some out",
    );
  return list;
}

function checkPattern(pattern: unknown): void {
  if (!isRegExp(pattern))
    return refuse("redactPatterns", "has regular expressions", kindOf(pattern), "[/ACME-\\d{8}/g]");
  const { source, flags } = pattern;
  const written = `/${source.length > 60 ? `${source.slice(0, 60)}…` : source}/${flags}`;
  if (!flags.includes("g"))
    refuse(
      "redactPatterns",
      "has regular expressions with the flag g, because others find only the first secret of a text",
      written,
      `/${source.length > 60 ? "…" : source}/${flags}g`,
    );
  if (flags.includes("y"))
    refuse(
      "redactPatterns",
      "has no regular expression with the flag y, which finds a secret only at the beginning of a text",
      written,
      "leave out the y",
    );
  if (source.length > LONGEST_PATTERN)
    refuse(
      "redactPatterns",
      `has regular expressions of at most ${LONGEST_PATTERN} characters`,
      `one of ${source.length}`,
      "write several shorter ones",
    );
  if (new RegExp(source, flags).test(""))
    refuse(
      "redactPatterns",
      "has no regular expression that fits an empty text, because it would fit between all characters",
      written,
      "replace * by +",
    );
}

function refuse(name: string, rule: string, got: string, fix: string): never {
  throw new InvalidOptionError(`Toolbar's option ${name} ${rule}. It got ${got}. Fix: ${fix}.`);
}
