import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readPage } from "./support/docs/pages.ts";
import { requirement } from "./support/requirements.ts";

/* Compilers and test runners of users, with the built package where npm would put it. */

const root = fileURLToPath(new URL("..", import.meta.url));
const tools = requirement("Jest and other TypeScripts (npm ci --prefix test/tools)", () => {
  const folder = join(root, "test/tools/node_modules");
  return existsSync(join(folder, "jest/package.json")) ? folder : undefined;
});

let folder: string;
beforeAll(() => {
  if (!existsSync(join(root, "dist/index.js"))) throw new Error("The package is not built: npm run build");
  folder = mkdtempSync(join(tmpdir(), "latchkey-tools-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A project that has the package, and these files. */
function project(name: string, files: Readonly<Record<string, string>>): string {
  const path = join(folder, name);
  const modules = join(path, "node_modules");
  mkdirSync(join(modules, "@types"), { recursive: true });
  symlinkSync(root, join(modules, "latchkey"));
  symlinkSync(join(root, "node_modules/@types/node"), join(modules, "@types/node"));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text);
  return path;
}

const PROGRAM = `
import { SessionManager } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
const manager = new SessionManager<{ visits: number }>({ keys: generateSecretKey() });
export const visit = async (cookie: string): Promise<number | undefined> => (await manager.load(cookie)).data.visits;
`;
const NEWEST = "7.0";
const COMPILERS = ["5.4", "5.8", "5.9", NEWEST];

/** What a compiler says of the program: the codes of its errors. */
function compile(compiler: string, options: Readonly<Record<string, string>>, type: "module" | "commonjs"): string {
  const name = `${compiler}-${Object.values(options).join("-")}-${type}`;
  const path = project(name, {
    "package.json": JSON.stringify({ name: "shop", type }),
    "program.ts": PROGRAM,
    "tsconfig.json": JSON.stringify({
      compilerOptions: {
        ...options,
        target: "es2022",
        strict: true,
        noEmit: true,
        skipLibCheck: true,
        types: ["node"],
      },
      files: ["program.ts"],
    }),
  });
  const tsc =
    compiler === NEWEST
      ? join(root, "node_modules/typescript/bin/tsc")
      : join(tools!, `typescript-${compiler}/bin/tsc`);
  const { stdout } = spawnSync(process.execPath, [tsc, "--pretty", "false"], { cwd: path, encoding: "utf8" });
  return [...new Set(stdout.match(/error TS\d+/g))].join() || "compiles";
}

describe.skipIf(tools === undefined)("P7: TypeScript", () => {
  const REFUSED = "error TS1479";
  test("a package of ECMAScript modules compiles with nodenext, and any package with bundler", () => {
    expect(compile("5.4", { module: "nodenext" }, "module")).toBe("compiles");
    expect(compile("5.4", { module: "esnext", moduleResolution: "bundler" }, "commonjs")).toBe("compiles");
  });

  test("a CommonJS package compiles with nodenext of TypeScript 5.8 and node20 of 5.9, and never with node16", () => {
    const nodenext = COMPILERS.map((compiler) => compile(compiler, { module: "nodenext" }, "commonjs"));
    expect(nodenext).toEqual([REFUSED, "compiles", "compiles", "compiles"]);
    expect(compile("5.9", { module: "node20" }, "commonjs")).toBe("compiles");
    expect(compile(NEWEST, { module: "node16" }, "commonjs")).toBe(REFUSED);
  });

  test("node10 does not find the package", () => {
    expect(compile("5.9", { module: "commonjs", moduleResolution: "node10" }, "commonjs")).toContain("error TS2307");
  });

  test("the page names the versions and the errors", () => {
    const page = readPage("docs/README.md");
    for (const said of [...COMPILERS, "TS1479", "TS2307"]) expect(page).toContain(said);
    const { version } = JSON.parse(readFileSync(join(root, "node_modules/typescript/package.json"), "utf8")) as {
      version: string;
    };
    expect(version).toMatch(new RegExp(`^${NEWEST}\\.`));
  });
});

describe.skipIf(tools === undefined)("P6: Jest", () => {
  const USES = `
    const manager = new SessionManager({ keys: generateSecretKey() });
    const session = await manager.load(undefined);
    session.login("7");
    const [[, line]] = await manager.commit(session);
    expect((await manager.load(line.split(";")[0])).subject).toBe("7");
  `;
  function jest(name: string, files: Readonly<Record<string, string>>, flags: string): string {
    const path = project(name, {
      "package.json": JSON.stringify({ name: "shop", jest: { testMatch: ["**/*.test.mjs", "**/*.test.cjs"] } }),
      ...files,
    });
    const env = { ...process.env, NODE_OPTIONS: flags, NODE_ENV: "test", CI: "true" };
    delete (env as Record<string, string | undefined>)["JEST_WORKER_ID"];
    const { stderr } = spawnSync(
      process.execPath,
      [join(tools!, "jest/bin/jest.js"), "--runInBand", "--no-cache", "--watchman=false"],
      { cwd: path, encoding: "utf8", env },
    );
    return stderr;
  }

  test("runs a test that is an ECMAScript module, with the flag that docs/testing.md names", () => {
    const flag = /NODE_OPTIONS=(\S+) npx jest/.exec(readPage("docs/testing.md"))![1]!;
    const test = `
      import { SessionManager } from "latchkey";
      import { generateSecretKey } from "latchkey/keys";
      test("a login", async () => {${USES}});`;
    expect(jest("jest-module", { "shop.test.mjs": test }, flag)).toContain("1 passed, 1 total");
  });

  test("cannot require the package, and says what the page quotes", () => {
    const test = `
      const { SessionManager } = require("latchkey");
      test("a login", () => expect(SessionManager).toBeDefined());`;
    const said = jest("jest-commonjs", { "shop.test.cjs": test }, "");
    const [quoted] = /"(Must\s+use import[^"]*)"/.exec(readPage("docs/testing.md"))!.slice(1);
    expect(said).toContain(quoted!.replaceAll(/\s+/g, " "));
  });
});
