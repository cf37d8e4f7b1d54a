import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { loadKeyRing } from "latchkey/keys";
import { describe, expect, test } from "vitest";
import { FRAMEWORKS } from "../../src/cli/init/frameworks.ts";
import { pageFiles } from "../../src/cli/init/page-files.ts";
import { cli } from "../support/cli.ts";
import { root } from "../support/docs/pages.ts";
import {
  latchkey,
  latchkeyAtTerminal,
  run,
  scriptProgram,
  textOf,
  throwawayProject,
} from "../support/throwaway-project.ts";

/*
 * Each test makes a project, and runs the built command in it; where the command only refuses, it
 * runs in this process. test/cli/init-runs.test.ts starts what it makes.
 */

const SERVER = 'import express from "express";\nexpress().listen(3000);\n';
const express = (more: object = {}): object => ({
  name: "shop",
  type: "module",
  dependencies: { express: "^5.1.0" },
  ...more,
});

/** Every file of a folder with its text, mode and time. */
function snapshot(folder: string): object {
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
    (path) => !path.startsWith(".git/") && statSync(join(folder, path)).isFile(),
  );
  return paths.sort().map((path) => {
    const { mode, mtimeMs } = statSync(join(folder, path));
    return [path, readFileSync(join(folder, path), "latin1"), mode, mtimeMs];
  });
}

describe("latchkey init shows what it would write, and asks", { timeout: 120_000 }, () => {
  test("without a terminal and without --yes it writes nothing, and exits with 1", async () => {
    const folder = throwawayProject({ "package.json": express(), "server.js": SERVER });
    const before = snapshot(folder);
    const { code, out, error } = await latchkey(folder, "init");
    expect([code, error]).toEqual([1, expect.stringContaining("Fix: npx latchkey init --yes")]);
    expect(out).toContain("+ .env\n");
    expect(out).toMatch(/\+ SECRET_KEY=…\n/);
    expect(out).toContain('+ import { SessionManager } from "latchkey";\n');
    expect(snapshot(folder)).toEqual(before);
  });

  test.skipIf(scriptProgram === undefined)(
    "at a terminal it writes after yes, and nothing after any other answer or at the end of the input",
    async () => {
      for (const typed of ["no\n", "\n", "\u0004"]) {
        const folder = throwawayProject({ "package.json": express(), "server.js": SERVER });
        const { code, out } = await latchkeyAtTerminal(folder, typed, "init");
        expect([typed, code, out]).toEqual([typed, 1, expect.stringContaining("Nothing was written.")]);
        expect(readdirSync(folder).sort()).toEqual(["package.json", "server.js"]);
      }
      const folder = throwawayProject({ "package.json": express(), "server.js": SERVER });
      const { code, out } = await latchkeyAtTerminal(folder, "yes\n", "init");
      expect([code, out]).toEqual([0, expect.stringContaining("Write these 3 files?")]);
      expect(readdirSync(folder).sort()).toEqual([".env", ".gitignore", "package.json", "server.js", "session.js"]);
    },
  );

  test("never prints a key or another value of .env", async () => {
    const secret = "sk-canary-4242";
    const folder = throwawayProject({
      "package.json": express(),
      "server.js": SERVER,
      ".env": `# OLD=${secret}\nPAYMENT=${secret}\n`,
    });
    const { code, out } = await latchkey(folder, "init", "--yes");
    const key = parseEnv(textOf(folder, ".env")!)["SECRET_KEY"]!;
    expect([code, key]).toEqual([0, expect.stringMatching(/^lk1-dev_[\w-]{48}$/)]);
    expect(out).toMatch(/ {2}…\n {2}PAYMENT=…\n/);
    for (const text of [key, secret]) expect(out).not.toContain(text);
    // Production refuses this key, should the file ever get there.
    expect(() => loadKeyRing({ env: { SECRET_KEY: key, NODE_ENV: "production" } })).toThrow(/made for development/);
  });
});

describe("files that exist", { timeout: 120_000 }, () => {
  test("keep their lines, their line endings and their end", async () => {
    const folder = throwawayProject({
      "package.json": JSON.stringify(
        express({ dependencies: { express: "^5.1.0", tsx: "^4.0.0" } }),
        null,
        "\t",
      ).replaceAll("\n", "\r\n"),
      "pnpm-lock.yaml": "",
      "src/server.ts":
        'import express from "express";\r\nimport { log } from "./log.js";\r\n{\r\n\texpress().listen(3000);\r\n}\r\n',
      ".env": "# of this machine\r\nDATABASE='a b'\r\nSECRET_KEY=\r\nPORT=3000 # taken?\r\n",
      ".gitignore": "node_modules\n*.log",
    });
    chmodSync(join(folder, ".env"), 0o644);
    const { code, out } = await latchkey(folder, "init", "--yes", "--toolbar");
    expect([code, out]).toEqual([0, expect.stringContaining("Express in src/server.ts, with pnpm (pnpm-lock.yaml).")]);
    expect(textOf(folder, ".env")).toMatch(
      /^# of this machine\r\nDATABASE='a b'\r\nSECRET_KEY=lk1-dev_[\w-]{48}\r\nPORT=3000 # taken\?\r\n$/,
    );
    expect(statSync(join(folder, ".env")).mode & 0o777).toBe(0o600);
    expect(textOf(folder, ".gitignore")).toBe("node_modules\n*.log\n.env");
    const session = textOf(folder, "src/session.ts")!;
    expect(session.replaceAll("\r\n", "")).not.toContain("\n");
    expect(session).toContain("export interface SessionData {\r\n\tvisits: number;\r\n}\r\n");
    expect(out).toContain('import { manager, sessions, toolbar } from "./session.js";');
    expect(out).toContain("pnpm add latchkey");
    expect(out).toContain("NODE_ENV=development npx tsx --env-file=.env src/server.ts");
  });

  test("a second run changes nothing, and a later --toolbar only the file that it made", async () => {
    const folder = throwawayProject({ "package.json": express(), "server.js": SERVER });
    await latchkey(folder, "init", "--yes");
    const before = snapshot(folder);
    const again = await latchkey(folder, "init", "--yes");
    expect([again.code, again.out]).toEqual([0, expect.stringContaining("Nothing to change.")]);
    expect(again.out).toContain(".env sets SECRET_KEY already.");
    expect(snapshot(folder)).toEqual(before);

    const withToolbar = await latchkey(folder, "init", "--yes", "--toolbar");
    expect(withToolbar.out).toContain("✓ Wrote session.js.");
    expect(textOf(folder, "session.js")).toContain("new Toolbar({ keys })");
    const last = snapshot(folder);
    expect((await latchkey(folder, "init", "--yes")).out).toContain("import { sessions, toolbar } from");
    expect(snapshot(folder)).toEqual(last);
  });

  test("a key that is there is left alone, in another file of the environment too", async () => {
    for (const [file, line] of [
      [".env", "SECRET_KEY=short"],
      [".env", "SECRET_KEY_FILE=/run/secrets/key"],
      [".env.local", "export SECRET_KEY='of mine'"],
    ] as const) {
      const folder = throwawayProject({ "package.json": express(), "server.js": SERVER, [file]: `${line}\n` });
      const { code, out } = await cli(["init", "--yes"], { cwd: folder });
      expect([code, out]).toEqual([
        0,
        expect.stringContaining(`${file} sets ${line.match(/SECRET_KEY(_FILE)?/)![0]} already`),
      ]);
      expect(textOf(folder, file)).toBe(`${line}\n`);
    }
  });

  test("a file that is not understood is not touched, nor any other", async () => {
    const strange: Readonly<Record<string, Readonly<Record<string, string | Buffer>>>> = {
      "not UTF-8": { ".env": Buffer.from("\uFEFFA=1\n", "utf16le") },
      "more than once": { ".env": "SECRET_KEY=\nSECRET_KEY=\n" },
      "cannot be understood": { ".env": 'A="begins\nSECRET_KEY=\nends"\n' },
      "not a regular file": { ".env/file": "" },
      ".gitignore was left": { ".gitignore": Buffer.from([0xff, 0xfe, 0]) },
    };
    for (const [problem, files] of Object.entries(strange)) {
      const folder = throwawayProject({ "package.json": express(), "server.js": SERVER, ...files });
      const before = snapshot(folder);
      const { code, error } = await cli(["init", "--yes"], { cwd: folder });
      expect([code, error]).toEqual([2, expect.stringContaining(problem)]);
      expect(error).toContain("Fix: ");
      expect(snapshot(folder)).toEqual(before);
    }
  });

  test("a session.js of the application's own is left, and a manager of its own is enough", async () => {
    const own = throwawayProject({ "package.json": express(), "server.js": SERVER, "session.js": "export {};\n" });
    expect((await latchkey(own, "init", "--yes")).out).toContain('import { sessions } from "./latchkey-session.js";');
    expect(textOf(own, "session.js")).toBe("export {};\n");

    const manager = 'import { SessionManager } from "latchkey";\nexport const mine = new SessionManager({});\n';
    const managed = throwawayProject({ "package.json": express(), "server.js": SERVER, "lib/auth.js": manager });
    const { code, out } = await latchkey(managed, "init", "--yes");
    expect([code, out]).toEqual([0, expect.stringContaining("lib/auth.js makes the session manager already.")]);
    expect(out).not.toContain("Add to ");
    expect(readdirSync(managed).sort()).toEqual([".env", ".gitignore", "lib", "package.json", "server.js"]);
  });

  test("a symbolic link stays one", async () => {
    const folder = throwawayProject({ "package.json": express(), "server.js": SERVER, "shared/env": "A=1\n" });
    symlinkSync("shared/env", join(folder, ".env"));
    await latchkey(folder, "init", "--yes");
    expect(textOf(folder, "shared/env")).toMatch(/^A=1\n# .*\nSECRET_KEY=lk1-dev_/);
  });
});

describe("git", { timeout: 120_000 }, () => {
  test("that ignores .env gets no second line, by a pattern and by a folder above", async () => {
    const folder = throwawayProject({
      ".gitignore": ".env*\n!.env.example\n",
      "api/package.json": express(),
      "api/server.js": SERVER,
    });
    await run(folder, "git", ["init", "--quiet"]);
    const { code, out } = await latchkey(join(folder, "api"), "init", "--yes");
    expect([code, out]).toEqual([0, expect.stringContaining("✓ Wrote .env, session.js.")]);
    expect(textOf(folder, "api/.gitignore")).toBeUndefined();
  });

  test("that has .env already, and a Dockerfile that may copy it, are warned about", async () => {
    const folder = throwawayProject({
      "package.json": express(),
      "server.js": SERVER,
      ".env": "A=1\n",
      Dockerfile: "COPY . .\n",
    });
    await run(folder, "git", ["init", "--quiet"]);
    await run(folder, "git", ["add", ".env"]);
    const { code, out } = await latchkey(folder, "init", "--yes");
    expect([code, out]).toEqual([0, expect.stringContaining("Fix: git rm --cached .env")]);
    expect(out).toContain("add the line .env to .dockerignore");
    expect(textOf(folder, ".gitignore")).toBe(".env\n");
  });
});

describe("where the application is", { timeout: 120_000 }, () => {
  test("a package of a workspace, with the lock file of the root", async () => {
    const folder = throwawayProject({
      "package.json": { workspaces: ["packages/*"] },
      "pnpm-lock.yaml": "",
      "packages/api/package.json": express(),
      "packages/api/src/main.js": SERVER,
    });
    const { code, out } = await latchkey(folder, "init", "--yes", "--directory", "packages/api");
    expect([code, out]).toEqual([0, expect.stringContaining("Express in src/main.js, with pnpm (pnpm-lock.yaml).")]);
    expect(readdirSync(join(folder, "packages/api")).sort()).toEqual([".env", ".gitignore", "package.json", "src"]);
    expect(readdirSync(folder).sort()).toEqual(["package.json", "packages", "pnpm-lock.yaml"]);
  });

  test("a project of Deno without a package.json", async () => {
    const folder = throwawayProject({
      "deno.json": {},
      "deno.lock": "{}",
      "server.ts": "Deno.serve(() => new Response());\n",
    });
    const { code, out } = await latchkey(folder, "init", "--yes");
    expect([code, out]).toEqual([0, expect.stringContaining("Deno.serve in server.ts, with deno (deno.lock).")]);
    expect(out).toContain("deno add npm:latchkey");
    expect(out).toContain("NODE_ENV=development deno run --env-file");
    expect(readdirSync(folder).sort()).toEqual([".env", ".gitignore", "deno.json", "deno.lock", "server.ts"]);
  });
});

describe("a project that is not understood is told what to do, and nothing is written", { timeout: 120_000 }, () => {
  const PROJECTS: Readonly<
    Record<string, readonly [files: Readonly<Record<string, string | object>>, problem: RegExp]>
  > = {
    "no package.json": [{ "server.js": SERVER }, /There is no package\.json in this folder\. Fix: npm init -y/],
    "package.json with a comma too many": [
      { "package.json": '{ "name": "x", }' },
      /package\.json is not JSON: .+ Fix: /,
    ],
    "package.json that is a list": [{ "package.json": "[]" }, /not an object\. Fix: /],
    "no framework that is known": [
      { "package.json": { dependencies: { polka: "1" } } },
      /No framework was found .+--framework NAME, with one of next, /,
    ],
    "members of other types": [
      { "package.json": { name: 1, main: 5, scripts: null, workspaces: "x", dependencies: ["express"] } },
      /No framework was found/,
    ],
    "two frameworks": [
      { "package.json": { dependencies: { express: "5", koa: "3" } } },
      /several frameworks: Express, Koa\. Fix: .*--framework express/,
    ],
    "an old framework": [
      { "package.json": { dependencies: { fastify: "^4.28.0" } }, "yarn.lock": "" },
      /needs Fastify 5\.0 or newer, and package\.json asks for fastify \^4\.28\.0\. Fix: yarn add fastify@latest/,
    ],
    "h3 before it was built on Request and Response": [
      { "package.json": { dependencies: { h3: "^1.15.0" } } },
      /needs h3 2\.0 or newer, and package\.json asks for h3 \^1\.15\.0\. Fix: npm install h3@latest/,
    ],
    "a workspace": [
      {
        "package.json": { workspaces: ["packages/*"] },
        "packages/api/package.json": express(),
        "packages/ui/package.json": {},
      },
      /root of a workspace.*which may be packages\/api: npx latchkey init --directory packages\/api/,
    ],
    "a workspace of pnpm": [
      { "package.json": {}, "pnpm-workspace.yaml": "packages:\n  - 'apps/*'\n", "apps/shop/package.json": express() },
      /--directory apps\/shop/,
    ],
  };
  test.each(Object.entries(PROJECTS))("%s", async (_, [files, problem]) => {
    const folder = throwawayProject(files);
    const before = snapshot(folder);
    const { code, error } = await cli(["init", "--yes"], { cwd: folder });
    expect([code, error]).toEqual([2, expect.stringMatching(problem)]);
    expect(snapshot(folder)).toEqual(before);
  });

  test("a folder that cannot be written", async () => {
    const folder = throwawayProject({ "package.json": express(), "server.js": SERVER });
    // The user without rights must be able to read the command.
    const copy = throwawayProject({ "package.json": readFileSync(join(root, "package.json"), "utf8") });
    for (const part of ["dist", "node_modules/cookie"]) cpSync(join(root, part), join(copy, part), { recursive: true });
    mkdirSync(join(folder, "src"));
    chmodSync(folder, 0o555);
    chmodSync(copy, 0o755);
    const words = [join(copy, "dist/cli/bin.js"), "init", "--yes"];
    // Root may write everywhere, so another user tries.
    const become = "data:text/javascript,process.setgid(65534);process.setuid(65534)";
    const asOther = process.getuid?.() === 0 ? ["--import", become] : [];
    const { code, error } = await run(folder, process.execPath, [...asOther, ...words]);
    chmodSync(folder, 0o755);
    expect([code, error]).toEqual([
      2,
      expect.stringContaining(`${folder} cannot be written, so nothing was written. Fix: `),
    ]);
    expect(readdirSync(folder).sort()).toEqual(["package.json", "server.js", "src"]);
  });
});

describe("frameworks with files of their own", { timeout: 120_000 }, () => {
  test.each([
    ["next", { next: "^16.0.0" }, ".env", "In lib/session.ts, as "],
    ["nuxt", { nuxt: "^4.0.0" }, ".env", "In server/middleware/session.ts, as "],
    ["sveltekit", { "@sveltejs/kit": "^3.0.0" }, undefined, "In src/hooks.server.ts, as "],
    ["nitro", { nitro: "3.0.260903-beta", h3: "^2.0.0" }, ".env", "In server/plugins/session.ts, as "],
    ["h3", { h3: "^2.0.8" }, ".env", "In app.ts, as "],
    ["nestjs", { "@nestjs/core": "^12.0.0", express: "^5.0.0" }, ".env", "In src/main.ts, as "],
    ["workers", { wrangler: "^4.0.0", hono: "^4.0.0" }, ".dev.vars", "In src/index.ts, as "],
  ] as const)(
    "%s gets a key where it reads one, and the files of its page",
    async (name, dependencies, keyFile, line) => {
      const folder = throwawayProject({ "package.json": { dependencies } });
      const { code, out } = await latchkey(folder, "init", "--yes");
      expect([code, out]).toEqual([0, expect.stringContaining(line)]);
      expect(out).toContain(FRAMEWORKS.find((framework) => framework.name === name)!.page);
      expect(readdirSync(folder).sort()).toEqual(
        [...(keyFile === undefined ? [] : [keyFile, ".gitignore"]), "package.json"].sort(),
      );
      if (keyFile !== undefined) expect(textOf(folder, ".gitignore")).toBe(`${keyFile}\n`);
    },
  );

  test("every framework has a page, and the page has each file that is printed", () => {
    for (const { name, page, pageFiles: files = [], wired } of FRAMEWORKS) {
      expect(readFileSync(join(root, page), "utf8")).toMatch(/^# /);
      expect([name, pageFiles(page, files).map(({ path }) => path)]).toEqual([name, files]);
      expect([name, files.length > 0]).toEqual([name, wired === undefined]);
    }
  });

  test("the help names them all", async () => {
    const { out } = await latchkey(root, "init", "--help");
    for (const { name } of FRAMEWORKS) expect(out).toContain(`"${name}"`);
  });
});
