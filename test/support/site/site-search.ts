import { globSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import MiniSearch from "minisearch";
import { search } from "../../../site/search.ts";
import { SITE } from "./built-site.ts";

/**
 * What the site's search finds, best first: pages with headings, such as "/keys.html#rotate-it".
 */
export type SiteSearch = (words: string) => readonly string[];

/** The search of the built site: its own index, asked as its search box asks it. */
export async function siteSearch(): Promise<SiteSearch> {
  const [file] = globSync("assets/chunks/@localSearchIndexroot.*.js", { cwd: SITE });
  if (file === undefined) throw new Error("The built site has no search index.");
  const { default: json } = (await import(pathToFileURL(join(SITE, file)).href)) as { readonly default: string };
  const index = MiniSearch.loadJSON<{ readonly id: string }>(json, {
    fields: ["title", "titles", "text"],
    storeFields: ["title", "titles"],
    ...search.options,
    searchOptions: search.searchOptions,
  });
  return (words) => index.search(words).map(({ id }) => String(id));
}
