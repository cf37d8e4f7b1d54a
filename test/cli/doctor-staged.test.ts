import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { generateSecretKey } from "latchkey/keys";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { generateDevelopmentKey } from "../../src/keys/generate.ts";
import type { DoctorReport } from "../../src/cli/doctor/run.ts";
import { cli, type CliResult } from "../support/cli.ts";

const PUBLISHED_KEY = "d5fb8c4fa8bd46638dadc4e751e0d68d";
const STRONG_HEX = generateSecretKey({ format: "hex" });
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "latchkey-staged-"));
  git("init", "-q");
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(path: string, text: string | Uint8Array): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}
const git = (...args: string[]): string => gitIn(folder, ...args);
const gitIn = (where: string, ...args: string[]): string =>
  execFileSync("git", ["-C", where, "-c", "user.name=x", "-c", "user.email=x@localhost", ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
function stage(path: string, text: string | Uint8Array): void {
  write(path, text);
  git("add", "-f", "--", path);
}
function commit(path: string, text: string | Uint8Array): void {
  stage(path, text);
  git("commit", "-qm", "x");
}

async function staged(...options: string[]): Promise<CliResult> {
  return await cli(["doctor", "--staged", ...options], { cwd: folder });
}

/** The findings: severity, code and place. */
async function found(): Promise<readonly string[]> {
  const { out } = await staged("--json");
  return (JSON.parse(out) as DoctorReport).findings.map(
    ({ severity, code, path, line }) => `${severity} ${code} ${path}${line === 0 ? "" : `:${line}`}`,
  );
}

describe("latchkey doctor --staged", () => {
  test("finds a key that was made here wherever it is, and never prints it", async () => {
    const keys = Array.from({ length: 6 }, () => generateSecretKey());
    stage("README.md", `# Shop\n\nStart it with ${keys[0]!}.\n`);
    stage("run.sh", `exec node app.js --key=${keys[1]!}-old\n`);
    stage("src/app.ts", `// ${keys[2]!}\nconst keys = new KeyRing("${keys[3]!}");\n`);
    stage("notes", `\n\nlk1_${keys[4]!}\n`);
    stage("test/app.test.ts", `const KEY = "${generateDevelopmentKey()}";\n`);
    stage("src/bundle.js", `x();`.repeat(400) + keys[5]!);
    const { code, out, error } = await staged();
    expect(code).toBe(1);
    for (const key of keys) expect(out + error).not.toContain(key.slice(0, 12));
    expect(await found()).toEqual([
      "error key_staged README.md:3",
      "error key_staged notes:3",
      "error key_staged run.sh:1",
      "error key_staged src/app.ts:1",
      "error key_staged src/app.ts:2",
      "error key_staged src/bundle.js:1",
      "error key_staged test/app.test.ts:1",
    ]);
    expect(out).toMatch(/README\.md:3 {2}key_staged {2}key [0-9a-f]{8}\n {2}This is a secret key,/);
    expect(out).toContain("→ Run git reset -- README.md, and move the key");
  });

  test("reports no text that only looks like a key, and no place without a value", async () => {
    const cut = generateSecretKey().slice(0, -1);
    stage("README.md", `${cut}x and ${cut} and ${generateSecretKey().toLowerCase()} and lk1_${"A".repeat(48)}\n`);
    stage("app.ts", 'const secretKey = process.env["SECRET_KEY"];\n');
    stage("compose.yml", "environment:\n  SECRET_KEY: ${SECRET_KEY}\n  SESSION_SECRET: changeme\n");
    stage(".env.example", "SECRET_KEY=changeme\n");
    const { code, out } = await staged();
    expect([code, out]).toEqual([0, "✓ No problems found. 4 files checked, 1 key found.\n"]);
  });

  test("reports names of keys with a value: published, guessable, strong, or mistyped", async () => {
    stage("a.ts", `export const secretKey = "${PUBLISHED_KEY}";\n`);
    stage("b.py", 'SECRET_KEY = "hunter2hunter2hunter2"\n');
    stage("c.yml", `SESSION_SECRET: ${STRONG_HEX}\n`);
    stage("d.env", `SECRET_KEY=${generateSecretKey().slice(0, -2)}\n`);
    stage("test/e.ts", `const SECRET_KEY = "${STRONG_HEX}";\n`);
    expect(await found()).toEqual([
      "error key_published a.ts:1",
      "error key_guessable b.py:1",
      "error key_staged c.yml:1",
      "error secret_file_staged d.env",
      "error key_mistyped d.env:1",
      "note key_staged test/e.ts:1",
    ]);
    const { out } = await staged();
    for (const value of [PUBLISHED_KEY, "hunter2", STRONG_HEX]) expect(out).not.toContain(value);
    expect(out).toContain("The value of SECRET_KEY cannot be used. The key begins with lk1_, but its checksum");
  });

  test("names .env files and key files, also without a key that it knows", async () => {
    stage(".env", "PORT=3000\n");
    stage("web/.env.local", `SECRET_KEY=${STRONG_HEX}\n`);
    stage(".latchkey/secret_key", `${STRONG_HEX}\n`);
    stage("empty.env", "");
    expect(await found()).toEqual([
      "error secret_file_staged .latchkey/secret_key",
      "error secret_file_staged web/.env.local",
      "error key_staged web/.env.local:1",
      "note secret_file_staged .env",
      "note secret_file_staged empty.env",
    ]);
  });

  test("reads what is staged, and not the working tree or the lines around", async () => {
    const [old, fresh, unstaged] = [generateSecretKey(), generateSecretKey(), generateSecretKey()];
    commit("a.txt", `one\n${old}\ntwo\n`);
    expect(await found()).toEqual([]);
    stage("a.txt", `zero\none\n${old}\ntwo\n${fresh}\n`);
    write("a.txt", "nothing\n");
    write("b.txt", unstaged);
    expect(await found()).toEqual(["error key_staged a.txt:5"]);
  });

  test("counts no line and no file that is deleted, and a renamed file as a new one", async () => {
    const key = generateSecretKey();
    commit("a.txt", `one\n${key}\n-- two\n`);
    stage("a.txt", "one\n");
    expect(await found()).toEqual([]);
    git("reset", "-q", "--hard");
    git("rm", "-q", "a.txt");
    expect(await found()).toEqual([]);
    git("reset", "-q", "--hard");
    renameSync(join(folder, "a.txt"), join(folder, "b.txt"));
    git("add", "-A");
    expect(git("status", "--short")).toBe("R  a.txt -> b.txt\n");
    expect(await found()).toEqual(["error key_staged b.txt:2"]);
  });

  test("knows the call that a changed line belongs to", async () => {
    const app = (secret: string): string =>
      `app.use(\n  session({\n    resave: false,\n\n    secret: ${secret},\n  }),\n);\n`;
    commit("a.ts", app('process.env["S"]'));
    stage("a.ts", app(`"${PUBLISHED_KEY}"`));
    expect(await found()).toEqual(["error key_published a.ts:5"]);
  });

  test("takes no line of a file for a header of git", async () => {
    commit("c.sql", "-- a/x.ts\none\n");
    stage("b.sql", `-- b/c.ts\n++ b/c.ts\n@@ -1 +1 @@\ndiff --git a/x b/x\n${generateSecretKey()}\n`);
    stage("c.sql", `++ b/c.ts\n${generateSecretKey()}\none\n`);
    expect(await found()).toEqual(["error key_staged b.sql:5", "error key_staged c.sql:2"]);
  });

  test.each([
    ["a space", "a file.txt"],
    ["a tab at its end", "tab\t"],
    ["quotes and a backslash", String.raw`"q"\x.txt`],
    ["a line feed", "two\nlines.txt"],
    ["letters outside ASCII", "ключ-é.txt"],
    ["a control character", "bell\x07.txt"],
    ["a dash", "-rf"],
    ["a header of git", "+++ b"],
  ])("names a file with %s", async (_, name) => {
    stage(name, `${generateSecretKey()}\n`);
    expect(await found()).toEqual([`error key_staged ${name}:1`]);
    const { out } = await staged();
    // oxlint-disable-next-line no-control-regex -- control characters are meant
    expect(out).not.toMatch(/[\0-\x09\x0b-\x1f\x7f]/);
  });

  test("finds what hides: in binary files, behind carriage returns and line separators, in UTF-16", async () => {
    const key = generateSecretKey();
    stage("a.bin", Buffer.concat([Buffer.from([0, 1, 2, 0xff]), Buffer.from(`\n${key}`), Buffer.alloc(9)]));
    stage("b.txt", `one\r${key}\r`);
    stage("c.txt", `one\u2028${key}\n`);
    stage(".gitattributes", "*.dat -diff\n*.enc binary\n");
    stage("d.dat", key);
    stage("e.enc", key);
    stage("f.txt", Buffer.from(`\ufeffKEY\r\nSECRET_KEY=${key}\r\n`, "utf16le"));
    expect(await found()).toEqual([
      "error key_staged a.bin:2",
      "error key_staged b.txt:1",
      "error key_staged c.txt:1",
      "error key_staged d.dat:1",
      "error key_staged e.enc:1",
      "error key_staged f.txt:2",
    ]);
  });

  test("reads a file of many megabytes in pieces, and loses no line and no call between them", async () => {
    const key = generateSecretKey();
    const line = `${"x = 1; ".repeat(100)}\n`;
    const lines = (bytes: number): string => line.repeat(Math.ceil(bytes / line.length));
    const before = lines(1024 * 1024 - 100).slice(line.length);
    stage("a.ts", `${before}app.use(session({\n${line}  secret: "${PUBLISHED_KEY}",\n}));\n${lines(5e6)}// ${key}\n`);
    stage("b.bin", Buffer.concat([randomBytes(8e6), Buffer.from(`\n${key}\n`), randomBytes(1e6)]));
    const [at, places] = [before.split("\n").length, await found()];
    expect(places).toEqual([
      `error key_published a.ts:${at + 2}`,
      `error key_staged a.ts:${at + 4 + lines(5e6).split("\n").length - 1}`,
      expect.stringMatching(/^error key_staged b\.bin:\d+$/),
    ]);
  });

  test("does not depend on the user's settings of git", async () => {
    commit("a.txt", "one\n\n\ntwo\n");
    stage("a.txt", `one\n\n\ntwo\n${generateSecretKey()}\n`);
    for (const [name, value] of [
      ["diff.noprefix", "true"],
      ["diff.mnemonicPrefix", "true"],
      ["diff.external", "false"],
      ["diff.suppressBlankEmpty", "true"],
      ["diff.renames", "copies"],
      ["diff.relative", "true"],
      ["color.ui", "always"],
      ["color.diff", "always"],
      ["core.quotePath", "true"],
      ["core.pager", "false"],
    ] as const)
      git("config", name, value);
    expect(await found()).toEqual(["error key_staged a.txt:5"]);
  });

  test("looks at the whole repository, from any folder of it", async () => {
    stage("web/a.txt", generateSecretKey());
    stage("shop/b.txt", generateSecretKey());
    const { code, out } = await staged("web");
    expect([code, out]).toEqual([1, expect.stringMatching(/shop\/b\.txt:1[^]*web\/a\.txt:1/)]);
  });

  test("fails where there is no repository, or no working tree", async () => {
    const outside = mkdtempSync(join(tmpdir(), "latchkey-none-"));
    try {
      const result = await cli(["doctor", "--staged", outside]);
      expect(result).toMatchObject({ code: 2, out: "" });
      expect(result.error).toMatch(/git cannot read .*: fatal: not a git repository.*Fix: run it in the working tree/);
      gitIn(outside, "init", "-q", "--bare");
      expect(await cli(["doctor", "--staged", outside])).toMatchObject({ code: 2, out: "" });
    } finally {
      rmSync(outside, { recursive: true });
    }
  });
});

const BIN = fileURLToPath(new URL("../../src/cli/bin.ts", import.meta.url));

describe("as a pre-commit hook", () => {
  /** Makes the hook, and returns what a commit is answered. */
  const useHook = (where: string): void => {
    const hook = join(where, ".git", "hooks", "pre-commit");
    writeFileSync(
      hook,
      `#!/bin/sh\nexec '${process.execPath}' --disable-warning=ExperimentalWarning '${BIN}' doctor --staged\n`,
    );
    chmodSync(hook, 0o755);
  };
  const failureOf = (work: () => unknown): string => {
    try {
      work();
    } catch (error) {
      const { stdout, stderr } = error as { readonly stdout: string; readonly stderr: string };
      return stdout + stderr;
    }
    throw new Error("The commit was made.");
  };

  test("stops a commit, also with -a, of one file, in a folder and in another working tree", () => {
    const key = generateSecretKey();
    commit("a.txt", "one\n");
    commit("web/b.txt", "one\n");
    useHook(folder);
    const place = /a\.txt:1 {2}key_staged/;
    stage("a.txt", key);
    expect(failureOf(() => git("commit", "-m", "x"))).toMatch(place);
    git("reset", "-q");
    expect(failureOf(() => git("commit", "-am", "x"))).toMatch(place);
    expect(failureOf(() => git("commit", "-m", "x", "a.txt"))).toMatch(place);
    expect(failureOf(() => gitIn(join(folder, "web"), "commit", "-am", "x"))).toMatch(place);

    write("a.txt", "two\n");
    git("commit", "-am", "two");
    expect(git("log", "--format=%s")).toBe("two\nx\nx\n");

    const other = mkdtempSync(join(tmpdir(), "latchkey-tree-"));
    try {
      git("worktree", "add", "-q", join(other, "tree"));
      writeFileSync(join(other, "tree", "a.txt"), key);
      expect(failureOf(() => gitIn(join(other, "tree"), "commit", "-am", "x"))).toMatch(place);
    } finally {
      rmSync(other, { recursive: true });
    }
  });
});
