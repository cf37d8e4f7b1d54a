import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { publint } from "publint";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  exports: Record<string, string | { types: string; default: string }>;
  dependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
};
const doors = Object.entries(manifest.exports).filter(([, target]) => typeof target === "object") as [
  string,
  { types: string; default: string },
][];

/** The package as npm would publish it, unpacked where a user would have it. */
describe("the packed package", () => {
  let folder: string;
  let installed: string;

  beforeAll(() => {
    if (!existsSync(join(root, "dist/index.js"))) throw new Error("The package is not built: npm run build");
    folder = mkdtempSync(join(tmpdir(), "latchkey-pack-"));
    execFileSync("npm", ["pack", "--ignore-scripts", "--pack-destination", folder], { cwd: root, stdio: "pipe" });
    const modules = join(folder, "node_modules");
    installed = join(modules, "latchkey");
    mkdirSync(installed, { recursive: true });
    execFileSync("tar", [
      "-xzf",
      join(
        folder,
        readdirSync(folder).find((file) => file.endsWith(".tgz"))!,
      ),
      "-C",
      installed,
      "--strip-components=1",
    ]);
    for (const name of [...Object.keys(manifest.dependencies), ...Object.keys(manifest.peerDependencies)]) {
      mkdirSync(join(modules, name, ".."), { recursive: true });
      symlinkSync(join(root, "node_modules", name), join(modules, name));
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test("holds what its doors name, the licence and the notice, and no source, test or key list", () => {
    for (const [, target] of doors) {
      expect(existsSync(join(installed, target.default)), target.default).toBe(true);
      expect(existsSync(join(installed, target.types)), target.types).toBe(true);
    }
    const files = execFileSync("find", [".", "-type", "f"], { cwd: installed, encoding: "utf8" }).trim().split("\n");
    expect(files).toEqual(
      expect.arrayContaining([
        "./LICENSE",
        "./README.md",
        "./NOTICE",
        "./package.json",
        "./dist/toolbar/ui.bundle.js",
        "./skills/latchkey-toolbar/SKILL.md",
        "./dist/keys/grading/known/published-keys.js",
      ]),
    );
    expect(files.filter((file) => /\.(tsx|test\.\w+)$|(?<!\.d)\.ts$|\/(src|test|examples)\//.test(file))).toEqual([]);
  });

  test.each(doors)("door %s opens in plain Node, outside of this project", (door) => {
    const specifier = `latchkey${door.slice(1)}`;
    const names = execFileSync(
      process.execPath,
      ["--input-type=module", "-e", `console.log(JSON.stringify(Object.keys(await import("${specifier}"))))`],
      {
        cwd: folder,
        encoding: "utf8",
      },
    );
    expect((JSON.parse(names) as string[]).length).toBeGreaterThan(0);
  });

  test("publint finds nothing", async () => {
    const { messages } = await publint({ pkgDir: installed, strict: true, pack: false });
    expect(messages).toEqual([]);
  });

  test("the toolbar's browser file is at most 30 kB compressed, and the published keys at most 215 kB", () => {
    expect(gzipSync(readFileSync(join(installed, "dist/toolbar/ui.bundle.js"))).length).toBeLessThanOrEqual(30_000);
    expect(readFileSync(join(installed, "dist/keys/grading/known/published-keys.js")).length).toBeLessThanOrEqual(
      215_000,
    );
  });

  test("no file names a path of the machine that built it", () => {
    const found = execFileSync("sh", ["-c", `grep -rl "${root.replace(/\/$/, "")}" . || true`], {
      cwd: installed,
      encoding: "utf8",
    });
    expect(found).toBe("");
  });
});
