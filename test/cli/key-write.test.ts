import { chmodSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { latchkey, run, textOf, throwawayProject } from "../support/throwaway-project.ts";

describe("latchkey key generate --write", { timeout: 120_000 }, () => {
  test("makes a .env that only its owner may read, prints no key, and warns of git", async () => {
    const folder = throwawayProject({});
    const { code, out, error } = await latchkey(folder, "key", "generate", "--write", ".env");
    const text = textOf(folder, ".env")!;
    expect([code, out, text]).toEqual([0, "", expect.stringMatching(/^SECRET_KEY=lk1_[\w-]{48}\n$/)]);
    expect(statSync(join(folder, ".env")).mode & 0o777).toBe(0o600);
    expect(error).toMatch(
      /^Wrote a new key \(fingerprint [0-9a-f]{8}\) to \.env, readable by you alone\.\n! git does not ignore \.env.* Fix: /,
    );
    expect(error).not.toContain(text.slice(11, -1));
    expect(readdirSync(folder)).toEqual([".env"]);
  });

  test("keeps all other lines and comments, and the end of the file", async () => {
    const folder = throwawayProject({ ".env": "# mine\nA=1\n\nexport B='two'", ".gitignore": ".env\n" });
    chmodSync(join(folder, ".env"), 0o644);
    const { code, error } = await latchkey(folder, "key", "generate", "--write", ".env", "--format", "uuid");
    expect([code, error]).toEqual([0, expect.not.stringContaining("git")]);
    expect(textOf(folder, ".env")).toMatch(/^# mine\nA=1\n\nexport B='two'\nSECRET_KEY=[0-9a-f]{32}$/);
    expect(statSync(join(folder, ".env")).mode & 0o777).toBe(0o600);
  });

  test("replaces a key with --force alone", async () => {
    const before = "A=1\r\nSECRET_KEY='old one' # of June\r\nB=2\r\n";
    const folder = throwawayProject({ ".env": before });
    const refused = await latchkey(folder, "key", "generate", "--write", ".env");
    expect(refused).toMatchObject({
      code: 2,
      error: expect.stringContaining("Fix: npx latchkey key rotate .env") as string,
    });
    expect(refused.error).not.toContain("old one");
    expect(textOf(folder, ".env")).toBe(before);
    expect((await latchkey(folder, "key", "generate", "--write", ".env", "--force")).code).toBe(0);
    expect(textOf(folder, ".env")).toMatch(/^A=1\r\nSECRET_KEY=lk1_[\w-]{48} # of June\r\nB=2\r\n$/);
  });

  test("says that git has the file already", async () => {
    const folder = throwawayProject({ ".env": "A=1\n", ".gitignore": ".env\n" });
    await run(folder, "git", ["init", "--quiet"]);
    await run(folder, "git", ["add", "--force", ".env"]);
    const { code, error } = await latchkey(folder, "key", "generate", "--write", ".env", "--json");
    expect([code, error]).toEqual([0, expect.stringContaining("Fix: git rm --cached .env")]);
  });

  test("is not combined with --output, and --force not with anything else", async () => {
    const folder = throwawayProject({});
    const both = await latchkey(folder, "key", "generate", "--write", ".env", "--output", "key");
    expect([both.code, both.error]).toEqual([2, expect.stringContaining("Fix: give one of them.")]);
    const alone = await latchkey(folder, "key", "generate", "--force");
    expect([alone.code, alone.error]).toEqual([2, expect.stringContaining("Fix: add --write FILE")]);
    expect(readdirSync(folder)).toEqual([]);
  });
});
