import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { packageManagerTabs } from "./package-manager-tabs.ts";
import { pageFiles, sitePathOf } from "./page-files.ts";
import { PAGES_FOLDER, ROOT } from "./paths.ts";
import { siteLinks } from "./site-links.ts";

/** Settings of a page on the site, which a forge would show as text. */
const FRONTMATTER: Readonly<Record<string, string>> = {
  "docs/options.md": "---\npageClass: options\naside: false\n---\n\n",
  "docs/performance.md": "---\naside: false\n---\n\n",
};

/** Copies the project's pages and pictures to where VitePress reads them. */
export function stagePages(): void {
  mkdirSync(PAGES_FOLDER, { recursive: true });
  for (const file of pageFiles()) {
    const target = join(PAGES_FOLDER, sitePathOf(file)!);
    mkdirSync(dirname(target), { recursive: true });
    const text = packageManagerTabs(siteLinks(file, readFileSync(join(ROOT, file), "utf8")));
    writeFileSync(target, (FRONTMATTER[file] ?? "") + text);
  }
  cpSync(join(ROOT, "docs/images"), join(PAGES_FOLDER, "images"), { recursive: true });
  cpSync(join(ROOT, "site/public"), join(PAGES_FOLDER, "public"), { recursive: true });
  cpSync(join(ROOT, "docs/images/toolbar/toolbar.png"), join(PAGES_FOLDER, "public/toolbar.png"));
  const start = readFileSync(join(ROOT, "site/index.md"), "utf8");
  writeFileSync(join(PAGES_FOLDER, "index.md"), packageManagerTabs(start));
}
