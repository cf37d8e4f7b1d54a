import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { sitePathOf } from "./page-files.ts";
import { ROOT } from "./paths.ts";

/** An entry of the site's menu: a page, or a group of pages. */
export interface MenuItem {
  readonly text: string;
  /** Such as "/express". */
  readonly link?: string;
  readonly items?: readonly MenuItem[];
  readonly collapsed?: boolean;
}

/** Groups that are open at first. */
const OPEN = ["Start here", "Your framework"];

/**
 * The menu: the lists of docs/README.md. A section with a list is a group, and a list item that
 * begins with words and a colon is a group in it.
 */
export function menu(): readonly MenuItem[] {
  const sections = readFileSync(join(ROOT, "docs/README.md"), "utf8").split(/^## /m).slice(1);
  return sections.flatMap((section) => {
    const [title = ""] = section.split("\n");
    const items = listItems(section).flatMap((item): readonly MenuItem[] => {
      const group = /^([A-Z][\w ]*): (?=\[)/.exec(item)?.[1];
      const links = linksOf(item);
      return group === undefined ? links : [{ text: group, items: links, collapsed: true }];
    });
    return items.length === 0 ? [] : [{ text: title, items, collapsed: !OPEN.includes(title) }];
  });
}

function listItems(section: string): readonly string[] {
  return [...section.matchAll(/^- (.+(?:\n {2}.+)*)/gm)].map((match) => match[1]!.replaceAll(/\s+/g, " "));
}

function linksOf(item: string): readonly MenuItem[] {
  return [...item.matchAll(/\[([^\]]+)\]\(([^)#]+\.md)\)/g)].map(([, text = "", target = ""]) => {
    const page = sitePathOf(posix.join("docs", target));
    if (page === undefined) throw new Error(`docs/README.md lists ${target}, which is no page of the site.`);
    const label = text.replaceAll("`", "");
    // "tRPC" and "node:http" are names.
    const isWord = /^[a-z]+(?: |$)/.test(label);
    return { text: isWord ? label[0]!.toUpperCase() + label.slice(1) : label, link: `/${page.replace(/\.md$/, "")}` };
  });
}
