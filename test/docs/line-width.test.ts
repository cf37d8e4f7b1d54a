import { globSync } from "node:fs";
import { expect, test } from "vitest";
import { readPage, root } from "../support/docs/pages.ts";

const WIDTH = 100;
/** An address or a long name cannot be broken, nor can what a tool reads. */
const CANNOT_BREAK = /https?:\/\/|^\S+$|^\S+ [^ ]{80}|oxlint-|@ts-|^\/\/\/|^(?:[-*] )?`[^`]{60,}`|\]\(\S{40,}\)/;

/** Files of a kind, without those that a program has written. */
function filesOf(...patterns: readonly string[]): readonly string[] {
  return globSync(patterns, {
    cwd: root,
    exclude: ["**/node_modules/**", "**/ui.bundle.ts", "test/vectors/**", "docs/{asvs,options,performance}.md"],
  });
}

/** The lines of a text that are wider than they may be. Code has a width of its own. */
function tooWide(text: string, isProse: (line: string) => boolean): readonly number[] {
  let isCode = false;
  // Metadata before a page is no text.
  const body = text.replace(/^---\n[^]*?\n---\n/, (data) => data.replaceAll(/.+/g, ""));
  return body.split("\n").flatMap((line, index) => {
    const inside = line.replace(/^\s*(?:\*|\/\*\*?|\/\/)? ?/, "");
    if (inside.trimStart().startsWith("```")) isCode = !isCode;
    if (isCode || inside.startsWith("    ") || !isProse(line) || CANNOT_BREAK.test(inside)) return [];
    return line.length > WIDTH ? [index + 1] : [];
  });
}

const isText = (line: string): boolean => !/^(?:\||#|<|>|!|\[)/.test(line);
const isComment = (line: string): boolean => /^\s*(?:\*|\/\*|\/\/)/.test(line);

test.each([
  ["pages", filesOf("*.md", "docs/**/*.md", "bench/*.md", "examples/**/*.md", "skills/**/*.md"), isText],
  ["comments", filesOf("{src,test,bench,scripts,examples}/**/*.{ts,tsx}"), isComment],
] as const)("the lines of %s are at most 100 characters wide", (_, files, isProse) => {
  expect(files.length).toBeGreaterThan(50);
  const wide = files.flatMap((file) => tooWide(readPage(file), isProse).map((line) => `${file}:${line}`));
  expect(wide).toEqual([]);
});
