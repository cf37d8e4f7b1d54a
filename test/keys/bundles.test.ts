import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const source = join(root, "src/keys/index.ts");
const dist = join(root, "dist/keys/index.js");
const folder = mkdtempSync(join(tmpdir(), "latchkey-bundles-"));
afterAll(() => rmSync(folder, { recursive: true }));

// Only the list knows it: it is a UUID that was printed in an article.
const PUBLISHED = "d5fb8c4fa8bd46638dadc4e751e0d68d";
const GOOD = "lk1_u7Jq2Lm9AbkzPQw83jfLs0-dkeMvbYtqRzX1c5hGnUo";
const program = (latchkey: string): string => `
  import { loadKeyRing } from ${JSON.stringify(latchkey)};
  for (const SECRET_KEY of ["${PUBLISHED}", "${GOOD}"]) {
    try { console.log(loadKeyRing({ env: { SECRET_KEY, NODE_ENV: "production" }, warn: console.log }).source); }
    catch (error) { console.log(error.code, error.message.includes("published")); }
  }`;
const EXPECTED = "key_refused true\nenvironment variable SECRET_KEY\n";

function run(command: string, args: readonly string[], input = ""): { out: string; error: string } {
  const { stdout, stderr } = spawnSync(command, args, {
    cwd: root,
    input,
    encoding: "utf8",
    env: { ...process.env, NODE_ENV: "production", NO_COLOR: "1" },
  });
  return { out: stdout, error: stderr };
}

describe("K6: production refuses a published key", () => {
  test.each([
    ["esm", "mjs"],
    ["cjs", "cjs"],
  ] as const)("in a bundle of the kind %s on Node, with no file beside it", async (format, end) => {
    const outfile = join(folder, `bundle.${end}`);
    await build({
      stdin: { contents: program(source), resolveDir: root },
      bundle: true,
      platform: "node",
      format,
      outfile,
      logLevel: "error",
    });
    expect(run(process.execPath, [outfile])).toEqual({ out: EXPECTED, error: "" });
  });

  test.each([
    ["Bun", "bun", ["run", "-"]],
    ["Deno, which may read the environment and no file", "deno", ["run", "--no-prompt", "--allow-env", "-"]],
  ])("unbundled on %s", (_, command, args) => {
    if (!existsSync(dist)) throw new Error("The package is not built: npm run build");
    expect(run(join(root, "node_modules/.bin", command), args, program("./dist/keys/index.js")).out).toBe(EXPECTED);
  });
});
