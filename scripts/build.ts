/**
 * Builds the package: the toolbar's browser script as a module, the declarations of types, and one
 * JavaScript file for each entry point.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildBrowserScript } from "./build/browser-script.ts";
import { buildEntryPoints } from "./build/entry-points.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

await buildBrowserScript(root);

rmSync(join(root, "dist"), { recursive: true, force: true });
const tsc = join(root, "node_modules/typescript/bin/tsc");
execFileSync(process.execPath, [tsc, "-p", join(root, "tsconfig.build.json")], { cwd: root, stdio: "inherit" });
for (const file of await buildEntryPoints(root)) if (file.isCommand) chmodSync(file.path, 0o755);
