import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { config } from "./config.ts";
import { menu, type MenuItem } from "./menu.ts";
import { HTML_FOLDER, PAGES_FOLDER } from "./paths.ts";

/**
 * Writes what language models read (llmstxt.org): llms.txt, a list of all pages; llms-full.txt, all
 * pages in one; and each page of the list as Markdown beside its HTML.
 */
export function writeLlmsFiles(): void {
  const groups = menu();
  const base = config.base ?? "/";
  const list = groups.map(
    ({ text, items = [] }) =>
      `## ${text}\n\n${pagesOf(items)
        .map((page) => `- [${page.text}](${base}${page.link!.slice(1)}.md): ${firstSentence(page)}`)
        .join("\n")}`,
  );
  write("llms.txt", `# Latchkey\n\n> ${config.description}\n\n${list.join("\n\n")}\n`);
  const pages = pagesOf(groups);
  for (const { link } of pages) write(`${link}.md`, markdownOf(link!));
  write("llms-full.txt", pages.map(({ link }) => `<!-- ${link}.md -->\n\n${markdownOf(link!)}`).join("\n\n"));
}

function pagesOf(items: readonly MenuItem[]): readonly MenuItem[] {
  return items.flatMap((item) => (item.items === undefined ? [item] : pagesOf(item.items)));
}

function markdownOf(link: string): string {
  return readFileSync(join(PAGES_FOLDER, `${link}.md`), "utf8");
}

/** The first sentence below the title, without links. */
function firstSentence({ link }: MenuItem): string {
  const paragraph = markdownOf(link!)
    .replaceAll(/<!--[^]*?-->|^#.*$|^```[^]*?^```$|^:::[^]*?^:::$/gm, "")
    .split(/\n\s*\n/)
    .find((text) => /^[A-Z`[]/.test(text.trim()));
  const text = (paragraph ?? "")
    .trim()
    .replaceAll(/\s+/g, " ")
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1");
  return /^.*?[.:](?= |$)/.exec(text)?.[0].replace(/:$/, ".") ?? text;
}

function write(path: string, text: string): void {
  const file = join(HTML_FOLDER, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
