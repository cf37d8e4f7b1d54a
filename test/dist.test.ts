import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { publint } from "publint";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PUBLISHED_KEYS } from "../src/keys/grading/known/published-keys.ts";
import { BROWSER_SCRIPT } from "../src/toolbar/ui.bundle.ts";

/** The files of an entry point. */
interface Target {
  readonly "latchkey-source": string;
  readonly types: string;
  readonly default: string;
}

const root = fileURLToPath(new URL("..", import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  exports: Record<string, string | Target>;
  dependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
};
const doors = Object.entries(manifest.exports).filter(([, target]) => typeof target === "object") as [string, Target][];

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
        "./dist/parts/latchkey-core.js",
        "./skills/latchkey-toolbar/SKILL.md",
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

  test("the toolbar's browser script is at most 40 kB compressed, and the published keys at most 215 kB", () => {
    expect(gzipSync(BROWSER_SCRIPT).length).toBeLessThanOrEqual(40_000);
    expect(PUBLISHED_KEYS.length).toBeLessThanOrEqual(215_000);
    // They are in the files that are imported, so that no file lies beside those.
    const built = (part: string): string => readFileSync(join(installed, `dist/parts/latchkey-${part}.js`), "utf8");
    expect(built("signing")).toContain(PUBLISHED_KEYS);
    expect(built("toolbar")).toContain(BROWSER_SCRIPT.slice(0, 20));
  });

  /** The files of the package that an entry point reads, by the imports in them. */
  function filesOf(file: string, found = new Set<string>()): ReadonlySet<string> {
    if (found.has(file)) return found;
    found.add(file);
    for (const [, next] of readFileSync(file, "utf8").matchAll(/^(?:import|export)\b[^;]*?"(\.[^"]+)";/gm))
      filesOf(resolve(file, "..", next!), found);
    return found;
  }

  test("an import reads few files, because each costs time at the start of a program", () => {
    const read = Object.fromEntries(
      doors.map(([door, target]) => [door, filesOf(join(installed, target.default)).size]),
    );
    expect(read).toMatchObject({ ".": 4, "./signing": 3, "./express": 4, "./stores/memory": 3, "./stores/redis": 4 });
    for (const [door, files] of Object.entries(read)) expect([door, files <= 10]).toEqual([door, true]);
  });

  test("a store and an adapter read no sessions and no grading, and `latchkey/signing` no sessions", () => {
    const partsOf = (door: string): string[] =>
      [...filesOf(join(installed, (manifest.exports[door] as Target).default))].map((file) => basename(file));
    const light = doors.filter(([door]) => /^\.\/(?:stores\/.*|hono|express|fastify|koa|node|web|next)$/.test(door));
    expect(light.length).toBe(14);
    for (const [door] of light) {
      const parts = partsOf(door);
      expect([door, parts.length <= 5]).toEqual([door, true]);
      expect([door, parts]).not.toEqual([
        door,
        expect.arrayContaining([expect.stringMatching(/-(?:core|signing)\.js$/)]),
      ]);
    }
    expect(partsOf("./signing")).not.toContain("latchkey-core.js");
  });

  test("an import loads no module of Node that a program without it would not load", () => {
    const loaded = (door: string): string[] => {
      const program = `
        const before = new Set(process.moduleLoadList);
        await import("latchkey${door.slice(1)}");
        const names = process.moduleLoadList.filter((name) => !before.has(name));
        console.log(JSON.stringify(names.map((name) => name.replace(/^NativeModule /, ""))));`;
      const args = ["--input-type=module", "-e", program];
      return JSON.parse(execFileSync(process.execPath, args, { cwd: folder, encoding: "utf8" })) as string[];
    };
    const light = doors.filter(([door]) => /^\.(?:|\/keys|\/signing|\/stores\/.*|\/express|\/koa|\/node)$/.test(door));
    expect(light.length).toBeGreaterThan(10);
    for (const [door] of light) expect([door, loaded(door)]).toEqual([door, []]);
  });

  test("the JavaScript has no docstrings, and each letter is one byte to V8; the types have them", () => {
    for (const file of new Set(doors.flatMap(([, target]) => [...filesOf(join(installed, target.default))]))) {
      const text = readFileSync(file, "utf8");
      expect([file, /[^\0-\x7f]/.test(text)]).toEqual([file, false]);
      expect([file, /^\s*\/\*\*[^\n]*\n\s*\* /m.test(text)]).toEqual([file, false]);
    }
    expect(readFileSync(join(installed, "dist/sessions/manager.d.ts"), "utf8")).toContain("* @throws");
  });

  test("what an entry point exports is what its source exports, by the same names", async () => {
    const named = (exported: Record<string, unknown>): Record<string, string> =>
      Object.fromEntries(
        Object.entries(exported).map(([name, value]) => [
          name,
          typeof value === "function" ? value.name : typeof value,
        ]),
      );
    for (const [door, target] of doors) {
      const built = (await import(pathToFileURL(join(installed, target.default)).href)) as Record<string, unknown>;
      const source = (await import(join(root, target["latchkey-source"]))) as Record<string, unknown>;
      expect(named(built), door).toEqual(named(source));
    }
    const renamed = [...new Set(doors.flatMap(([, target]) => [...filesOf(join(installed, target.default))]))]
      .flatMap((file) => readFileSync(file, "utf8").split("\n"))
      .filter((line) => /^\s*(?:var|const|let) \w+\$\d+ = class/.test(line));
    expect(renamed).toEqual([]);
  });

  test("a class is the same in all entry points", () => {
    const program = `
      import { InvalidOptionError, KeyRing, SecretKey, SessionError } from "latchkey";
      import { generateSecretKey, loadKeyRing } from "latchkey/keys";
      import { Signer } from "latchkey/signing";
      import { session } from "latchkey/express";
      import { Toolbar } from "latchkey/toolbar";
      import { MemoryStore } from "latchkey/stores/memory";
      const thrown = (work) => { try { work(); } catch (error) { return error instanceof InvalidOptionError; } };
      console.log(
        loadKeyRing({ env: { SECRET_KEY: generateSecretKey() } }) instanceof KeyRing,
        thrown(() => new Signer(7)) || thrown(() => new Signer("key", { slat: "s" })),
        thrown(() => new Toolbar({ keyz: 1 })),
        thrown(() => new MemoryStore({ limit: 1 })),
        thrown(() => session(7)),
        SecretKey.from !== undefined && SessionError.prototype instanceof Error,
      );`;
    const output = execFileSync(process.execPath, ["--input-type=module", "-e", program], {
      cwd: folder,
      encoding: "utf8",
    });
    expect(output).toBe("true true true true true true\n");
  });

  test("a shell runs the command", () => {
    expect(execFileSync(join(installed, "dist/cli/bin.js"), ["--version"], { encoding: "utf8" })).toMatch(/^\d+\.\d+/);
  });

  test("no file names a path of the machine that built it", () => {
    const found = execFileSync("sh", ["-c", `grep -rl "${root.replace(/\/$/, "")}" . || true`], {
      cwd: installed,
      encoding: "utf8",
    });
    expect(found).toBe("");
  });
});
