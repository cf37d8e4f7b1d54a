import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const dist = join(root, "dist/flask/index.js");
const folder = mkdtempSync(join(tmpdir(), "latchkey-template-bundles-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Renders a template of a folder beside the program, as an application does. */
const program = (latchkey: string): string => `
  import { Flask, renderTemplate } from ${JSON.stringify(latchkey)};
  const app = new Flask(${JSON.stringify(folder)});
  app.config["SECRET_KEY"] = "lk1_u7Jq2Lm9AbkzPQw83jfLs0-dkeMvbYtqRzX1c5hGnUq20p_T";
  app.route("/", () => {
    try { return renderTemplate("page.html", { names: ["<a>", "b"] }); } catch (error) { return error.message; }
  });
  Promise.resolve(app.fetch(new Request("http://localhost/"))).then((answer) => answer.text()).then((text) => console.log(text));`;
const EXPECTED = "&lt;a&gt;,b|1.0\n";

mkdirSync(join(folder, "templates"));
writeFileSync(join(folder, "templates/page.html"), "{{ names|join(',') }}|{{ 2 / 2 }}");

function run(command: string, args: readonly string[], input = ""): string {
  const { stdout, stderr } = spawnSync(command, args, {
    cwd: root,
    input,
    encoding: "utf8",
    env: { ...process.env, NODE_ENV: "production", NO_COLOR: "1" },
  });
  return stdout === "" ? stderr : stdout;
}

describe("the engine is found", () => {
  test.each([
    ["esm", "mjs"],
    ["cjs", "cjs"],
  ] as const)(
    "from a bundle of the kind %s, if its package is installed beside it",
    async (format, end) => {
      const beside = join(folder, format);
      const outfile = join(beside, `bundle.${end}`);
      await build({
        stdin: { contents: program(dist), resolveDir: root },
        bundle: true,
        platform: "node",
        format,
        outfile,
        logLevel: "error",
        logOverride: { "empty-import-meta": "silent" },
        // Packages of CommonJS in a bundle of modules ask for require.
        ...(format === "esm"
          ? {
              banner: {
                js: 'import { createRequire as latchkeyRequire } from "node:module"; var require = latchkeyRequire(import.meta.url);',
              },
            }
          : {}),
      });
      const alone = spawnSync(process.execPath, [outfile], { cwd: root, encoding: "utf8" });
      expect(alone.stdout + alone.stderr).toMatch(
        /Templates need the package minijinja-js.*Fix: npm install minijinja-js/,
      );
      mkdirSync(join(beside, "node_modules"));
      symlinkSync(join(root, "node_modules/minijinja-js"), join(beside, "node_modules/minijinja-js"));
      const there = spawnSync(process.execPath, [outfile], { cwd: beside, encoding: "utf8" });
      expect(there.stdout, there.stderr).toBe(EXPECTED);
    },
    120_000,
  );

  test.each([
    ["Node", "node", ["--input-type=module", "-"]],
    ["Bun", "bun", ["run", "-"]],
    ["Deno", "deno", ["run", "--no-prompt", "--allow-env", "--allow-read", "--allow-sys", "-"]],
  ])(
    "unbundled on %s",
    (_, command, args) => {
      if (!existsSync(dist)) throw new Error("The package is not built: npm run build");
      expect(run(join(root, "node_modules/.bin", command), args, program("./dist/flask/index.js"))).toBe(EXPECTED);
    },
    120_000,
  );
});
