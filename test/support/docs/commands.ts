import { blocksOf, readPage } from "./pages.ts";

/** A command line that a page shows. */
export interface ShownCommand {
  readonly page: string;
  readonly words: readonly string[];
}

/**
 * The commands of a page that begin with `npx` or `npm`: in `sh` blocks, and in code within a
 * sentence.
 */
export function commandsOf(page: string): readonly ShownCommand[] {
  const text = readPage(page);
  const lines = blocksOf(page, text)
    .filter(({ language }) => language === "sh")
    .flatMap((block) => block.text.replaceAll("\\\n", " ").split("\n"));
  const spans = [...text.matchAll(/`((?:npx latchkey|npm) [^`\n]+)`/g)].map((match) => match[1]!);
  return [...lines, ...spans]
    .map((line) => line.replace(/(?:^|\s)#.*$/, ""))
    .flatMap((line) => line.split(/&&|\|\||[|;<>]/))
    .map((command) =>
      command
        .trim()
        .split(/\s+/)
        .filter((word) => word !== "" && !/^\w+=/.test(word)),
    )
    .filter(([program]) => program === "npx" || program === "npm")
    .map((words) => ({ page, words }));
}
