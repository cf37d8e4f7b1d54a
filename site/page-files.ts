import { globSync } from "node:fs";
import { ROOT } from "./paths.ts";

/** Pages that are not in `docs`, and where the site has them. */
const PROJECT_PAGES: Readonly<Record<string, string>> = {
  "README.md": "index.md",
  "ARCHITECTURE.md": "project/architecture.md",
  "CHANGELOG.md": "project/changelog.md",
  "CONTRIBUTING.md": "project/contributing.md",
  "SECURITY.md": "project/security.md",
  "bench/README.md": "project/benchmarks.md",
  "docs/README.md": "overview.md",
};

/** A page of the project, and the file that the site makes of it; undefined for no page. */
export function sitePathOf(file: string): string | undefined {
  if (file in PROJECT_PAGES) return PROJECT_PAGES[file];
  return /^docs\/.+\.md$/.test(file) ? file.slice("docs/".length) : undefined;
}

/**
 * All pages of the project that the site shows, from the project's folder. The site's start page is
 * site/index.md, so README.md is not one of them.
 */
export function pageFiles(): readonly string[] {
  const docs = globSync("docs/**/*.md", { cwd: ROOT }).map((path) => path.replaceAll("\\", "/"));
  return [...new Set([...docs, ...Object.keys(PROJECT_PAGES)])].filter((file) => file !== "README.md").sort();
}
