import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { generateSecretKey, gradeSecretKey } from "latchkey/keys";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { cli } from "../support/cli.ts";

const ARTICLE_KEY = "d5fb8c4fa8bd46638dadc4e751e0d68d";
let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "latchkey-cli-"))));
afterEach(() => rmSync(folder, { recursive: true }));

describe("latchkey key generate", () => {
  test("prints a strong key in the default form, and in the article's three", async () => {
    const forms = {
      "": /^lk1_[\w-]{48}\n$/,
      "--bytes 24 --format hex": /^[0-9a-f]{48}\n$/,
      "--format uuid": /^[0-9a-f]{32}\n$/,
      "--bytes 16": /^lk1_[\w-]{27}\n$/,
    };
    for (const [options, form] of Object.entries(forms)) {
      const { code, out } = await cli(["key", "generate", ...options.split(" ").filter(Boolean)]);
      expect([code, out]).toEqual([0, expect.stringMatching(form)]);
      expect(["strong", "acceptable"]).toContain(gradeSecretKey(out.trim()).verdict);
    }
  });

  test("writes a file for its owner only, prints no key then, and overwrites nothing", async () => {
    const made = await cli(["key", "generate", "--output", "secret_key"], { cwd: folder });
    const file = join(folder, "secret_key");
    const key = readFileSync(file, "utf8").trim();
    expect([made.code, made.out, statSync(file).mode & 0o777]).toEqual([0, "", 0o600]);
    expect(made.error).not.toContain(key);
    const again = await cli(["key", "generate", "--output", "secret_key"], { cwd: folder });
    expect(again).toMatchObject({ code: 2, error: expect.stringContaining("key rotate secret_key") });
    expect(readFileSync(file, "utf8").trim()).toBe(key);
  });

  test("refuses numbers and forms that cannot be, with exit code 2", async () => {
    for (const options of [
      ["--bytes", "8"],
      ["--bytes", "many"],
      ["--format", "base32"],
      ["--format", "uuid", "--bytes", "16"],
      ["--nope"],
    ]) {
      const { code, error } = await cli(["key", "generate", ...options]);
      expect([options, code]).toEqual([options, 2]);
      expect(error).not.toBe("");
    }
  });
});

describe("latchkey key check", () => {
  test("says of the article's own key that it is published, and exits with 1", async () => {
    const { code, out } = await cli(["key", "check", "--stdin"], { input: ARTICLE_KEY });
    expect([code, out]).toEqual([1, expect.stringContaining("published")]);
    expect(out).not.toContain(ARTICLE_KEY);
  });

  test.each([
    ["Define_The_Key", 1],
    ["change-me-change-me-change-me-change-me", 1],
    [generateSecretKey({ bytes: 24, format: "hex" }), 0],
    [generateSecretKey({ bytes: 16, format: "hex" }), 0],
    [generateSecretKey(), 0],
  ])("grades %s", async (key, expected) => {
    expect((await cli(["key", "check", "--stdin"], { input: `${key}\n` })).code).toBe(expected);
  });

  test("reads the environment, another variable, or a file; and prints JSON", async () => {
    const key = generateSecretKey();
    writeFileSync(join(folder, "key"), `${key}\n`);
    expect((await cli(["key", "check"], { env: { SECRET_KEY: key } })).code).toBe(0);
    expect((await cli(["key", "check", "--env", "OTHER"], { env: { OTHER: "short" } })).code).toBe(1);
    const { code, out } = await cli(["key", "check", "--file", "key", "--json", "--fingerprint"], { cwd: folder });
    expect([code, JSON.parse(out)]).toEqual([
      0,
      expect.objectContaining({
        source: "the file key",
        verdict: "strong",
        fingerprint: expect.stringMatching(/^[0-9a-f]{8}$/),
      }),
    ]);
    expect(out).not.toContain(key);
  });

  test("never takes a key from its arguments, and says so", async () => {
    expect(await cli(["key", "check", ARTICLE_KEY])).toMatchObject({
      code: 2,
      error: expect.stringContaining("--stdin"),
    });
    expect((await cli(["key", "check"])).error).toContain("There is no environment variable SECRET_KEY");
    expect((await cli(["key", "check", "--stdin", "--env", "X"])).error).toContain("give one of");
    expect((await cli(["key", "check", "--file", "none"], { cwd: folder })).error).toContain("ENOENT");
  });

  test("knows a list of one's own, as text and as a filter", async () => {
    const leaked = generateSecretKey();
    writeFileSync(join(folder, "leaked.txt"), `"other"\n${leaked}\n`);
    expect((await cli(["key", "check", "--stdin"], { input: leaked })).code).toBe(0);
    const built = await cli(["key", "build-filter", "leaked.txt", "--output", "leaked.filter"], { cwd: folder });
    expect(built).toMatchObject({ code: 0, out: expect.stringMatching(/^leaked\.filter: 2 keys in \d+ bytes\.\n$/) });
    expect(readFileSync(join(folder, "leaked.filter")).includes(leaked)).toBe(false);
    for (const list of ["leaked.txt", "leaked.filter"]) {
      const { code, out } = await cli(["key", "check", "--stdin", "--known-keys", list], {
        input: leaked,
        cwd: folder,
      });
      expect([code, out]).toEqual([1, expect.stringContaining("published")]);
    }
  });
});

describe("the command as a process", () => {
  const bin = fileURLToPath(new URL("../../dist/cli/bin.js", import.meta.url));

  test("exits non-zero for the article's key on standard input, and never colours a pipe", () => {
    if (!existsSync(bin)) throw new Error("The package is not built: npm run build");
    const { status, stdout } = spawnSync(process.execPath, [bin, "key", "check", "--stdin"], {
      input: ARTICLE_KEY,
      encoding: "utf8",
    });
    expect([status, stdout.includes("published"), stdout.includes("\u001b")]).toEqual([1, true, false]);
  });

  test("shows help with examples, its version, and completions that a shell accepts", () => {
    const run = (...args: string[]): string => execFileSync(process.execPath, [bin, ...args], { encoding: "utf8" });
    expect(run("key", "generate", "--help")).toContain("Examples:");
    expect(run("--version")).toMatch(/^\d+\.\d+\.\d+\n$/);
    const completion = run("completion", "bash");
    const words = execFileSync(
      "bash",
      ["-c", `${completion}\nCOMP_WORDS=(latchkey key ""); COMP_CWORD=2; _latchkey; echo "\${COMPREPLY[@]}"`],
      { encoding: "utf8" },
    );
    expect(words).toMatch(/generate check rotate status build-filter/);
    expect(spawnSync(process.execPath, [bin, "completion", "tcsh"]).status).toBe(2);
    expect(spawnSync(process.execPath, [bin, "frobnicate"]).status).toBe(2);
  });
});
