import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { packageManagerTabs } from "./package-manager-tabs.ts";
import { pageFiles, sitePathOf } from "./page-files.ts";
import { PAGES_FOLDER, ROOT } from "./paths.ts";
import { siteLinks } from "./site-links.ts";

/** Copies the project's pages and pictures to where VitePress reads them. */
export function stagePages(): void {
  mkdirSync(PAGES_FOLDER, { recursive: true });
  for (const file of pageFiles()) {
    const target = join(PAGES_FOLDER, sitePathOf(file)!);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, packageManagerTabs(siteLinks(file, readFileSync(join(ROOT, file), "utf8"))));
  }
  cpSync(join(ROOT, "docs/images"), join(PAGES_FOLDER, "images"), { recursive: true });
  cpSync(join(ROOT, "site/public"), join(PAGES_FOLDER, "public"), { recursive: true });
  cpSync(join(ROOT, "docs/images/toolbar/toolbar.png"), join(PAGES_FOLDER, "public/toolbar.png"));
  const start = readFileSync(join(ROOT, "site/index.md"), "utf8");
  writeFileSync(join(PAGES_FOLDER, "index.md"), packageManagerTabs(start));
}
