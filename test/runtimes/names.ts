import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the project, with a slash at the end. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const { exports } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
  readonly exports: Readonly<Record<string, string | { readonly "latchkey-source": string }>>;
};

/**
 * The files that the names lead to which tests import: the package's source, and the small vitest.
 */
export const NAMES: Readonly<Record<string, string>> = {
  vitest: join(ROOT, "test/runtimes/vitest.ts"),
  ...Object.fromEntries(
    Object.entries(exports).flatMap(([name, target]) =>
      typeof target === "string" ? [] : [[`latchkey${name.slice(1)}`, join(ROOT, target["latchkey-source"])]],
    ),
  ),
};
