import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's folder. */
export const root = fileURLToPath(new URL("../../..", import.meta.url));

/** A fenced block of a page. */
export interface Block {
  readonly page: string;
  readonly language: string;
  /** The line of the page on which the block's first line stands, from 1. */
  readonly line: number;
  readonly text: string;
}

/** Code of a page that makes one module. */
export interface Program {
  /** The page, or the source file, that it stands in, from the project's folder. */
  readonly page: string;
  readonly number: number;
  /** The code, with as many empty lines before it that each line has its number on the page. */
  readonly text: string;
}

/** All pages that a reader is given, from the project's folder. */
export const PAGES: readonly string[] = [
  ...globSync("*.md", { cwd: root }),
  ...globSync("docs/**/*.md", { cwd: root }).map((path) => path.replaceAll("\\", "/")),
].sort();

/** The text of a page or a source file. */
export function readPage(page: string): string {
  return readFileSync(join(root, page), "utf8");
}

/** The fenced blocks of a page, in their order. */
export function blocksOf(page: string, markdown: string = readPage(page)): readonly Block[] {
  return [...markdown.matchAll(/^( *)```([^\n]*)\n([^]*?)^\1```$/gm)].map((match) => {
    const [, indent = "", language = "", text = ""] = match;
    const line = markdown.slice(0, match.index).split("\n").length + 1;
    return { page, language, line, text: text.replaceAll(new RegExp(`^${indent}`, "gm"), "") };
  });
}

/**
 * The programs of a page: a `ts` block that begins with an import begins one, and the `ts` blocks
 * after it go on with it.
 */
export function programsOf(page: string, markdown: string = readPage(page)): readonly Program[] {
  const programs: Program[] = [];
  for (const { language, line, text } of blocksOf(page, markdown)) {
    if (language !== "ts") continue;
    const begins = /^import\b/.test(text) || programs.length === 0;
    const before = begins ? "" : programs.pop()!.text;
    programs.push({
      page,
      number: programs.length + 1,
      text: before + "\n".repeat(line - before.split("\n").length) + text,
    });
  }
  return programs;
}
