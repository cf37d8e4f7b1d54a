/**
 * Builds the documentation's site into artifacts/site/html: `npm run docs`. It needs no network.
 *
 *     npm run docs
 *     npm run docs -- --base /latchkey/
 *
 * `--base` is the path below which the site will stand. Default: /. A path must begin and end with
 * a slash.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "vitepress";
import { ARTIFACTS, HTML_FOLDER, ROOT } from "./paths.ts";
import { stagePages } from "./stage-pages.ts";

const { values } = parseArgs({ options: { base: { type: "string", default: "/" } } });
process.env["LATCHKEY_DOCS_BASE"] = values.base;

rmSync(ARTIFACTS, { recursive: true, force: true });
stagePages();
const reference = spawn(
  process.execPath,
  [
    "--disable-warning=ExperimentalWarning",
    "--import",
    join(ROOT, "site/typescript-6.ts"),
    join(ROOT, "site/reference.ts"),
  ],
  { cwd: ROOT, stdio: "inherit" },
);
const [code] = (await once(reference, "exit")) as [number | null];
if (code !== 0) throw new Error(`The API reference could not be made: typedoc ended with ${String(code)}.`);
await build(join(ROOT, "site"));
// It reads the settings, which know the base only now.
const { writeLlmsFiles } = await import("./llms.ts");
writeLlmsFiles();
process.stdout.write(`The site is in ${HTML_FOLDER}. Any web server of files can show it.\n`);
