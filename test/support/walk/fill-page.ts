// Writes the files of an example into the page that shows them.
// Run: node test/support/walk/fill-page.ts NAME
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../docs/pages.ts";

for (const name of process.argv.slice(2)) {
  const page = join(root, `docs/${name}.md`);
  const filled = readFileSync(page, "utf8").replaceAll(
    /^(```\w+ title="([^"]+)"\n)[^]*?^```$/gm,
    (_, fence: string, path: string) => `${fence}${readFileSync(join(root, "examples", name, path), "utf8")}\`\`\``,
  );
  writeFileSync(page, filled);
}
