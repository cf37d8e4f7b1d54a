import { execFile } from "node:child_process";
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { generateSecretKey, gradeSecretKey } from "latchkey/keys";
import { parse as parseToml } from "smol-toml";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse as parseYaml } from "yaml";
import { findOwnKeys } from "../../src/cli/doctor/find-own-keys.ts";
import { generateDevelopmentKey } from "../../src/keys/generate.ts";
import { readPage, root } from "../support/docs/pages.ts";

interface Rule {
  readonly expression: string;
  /** The scanner looks at a text only if one of them is in it. */
  readonly keywords: readonly string[];
}

/**
 * gitleaks and TruffleHog are programs in Go that npm and Debian do not have. So their files are
 * read as they read them.
 */
const gitleaks = parseToml(readPage("scanners/gitleaks.toml")) as unknown as {
  readonly extend: { readonly useDefault: boolean };
  readonly rules: readonly [{ readonly id: string; readonly regex: string; readonly keywords: readonly string[] }];
};
const trufflehog = parseYaml(readPage("scanners/trufflehog.yaml")) as {
  readonly detectors: readonly [
    { readonly name: string; readonly regex: { readonly key: string }; readonly keywords: readonly string[] },
  ];
};
const [, ofGithub = ""] = /this is the secret format:\n\n```\n(.*)\n```/.exec(readPage("docs/keys.md")) ?? [];
const RULES: Readonly<Record<string, Rule>> = {
  gitleaks: { expression: gitleaks.rules[0].regex, keywords: gitleaks.rules[0].keywords },
  TruffleHog: { expression: trufflehog.detectors[0].regex.key, keywords: trufflehog.detectors[0].keywords },
  GitHub: { expression: ofGithub, keywords: [] },
};

/** Keys of all kinds and sizes. */
const made = (index: number): string =>
  index % 3 === 0
    ? generateSecretKey()
    : index % 3 === 1
      ? generateDevelopmentKey()
      : generateSecretKey({ bytes: 16 + (index % 1009) });

describe.each(Object.entries(RULES))("the rule for %s", (_, { expression, keywords }) => {
  test("finds each of 10,000 keys, and the whole of it", () => {
    const rule = new RegExp(expression, "g");
    for (let index = 0; index < 10_000; index++) {
      const key = made(index);
      const planted = `A=1\n${["SECRET_KEY=", 'const key = "', "https://x/?key=", "<b>"][index % 4]}${key}${["\n", '";', "&b=1", "</b>"][index % 4]}`;
      expect(planted.match(rule)).toEqual([key]);
      if (keywords.length > 0) expect(keywords.some((word) => planted.toLowerCase().includes(word))).toBe(true);
    }
  });

  test("finds nothing in other secrets and names", () => {
    const rule = new RegExp(expression);
    for (const text of [
      generateSecretKey({ format: "hex" }),
      generateSecretKey({ format: "uuid" }),
      "lk1_short",
      `LK1_${"A".repeat(48)}`,
      "the prefixes lk1_ and lk1-dev_",
      `lk2_${"A".repeat(48)}`,
    ])
      expect(rule.test(text)).toBe(false);
  });

  test("has an expression that RE2 and Hyperscan take too", () => {
    expect(expression).not.toMatch(/\(\?(?!:)|\\[1-9kpP]|[*+?}]\+/);
    for (const word of keywords) expect(word).toBe(word.toLowerCase());
  });
});

test("the file for gitleaks adds a rule to its own, and that for TruffleHog has the names it asks for", () => {
  expect(gitleaks.extend.useDefault).toBe(true);
  expect(gitleaks.rules).toHaveLength(1);
  expect(gitleaks.rules[0].id).toMatch(/^[a-z-]+$/);
  expect(trufflehog.detectors).toHaveLength(1);
  expect(trufflehog.detectors[0].name).toMatch(/\S/);
});

describe("secretlint, with the rule of the package", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "latchkey-secretlint-"));
    // As in an application, with the file that the page shows.
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(root, join(folder, "node_modules/latchkey"));
    const [, shown = ""] = /as `\.secretlintrc\.cjs`[^]*?```js\n([^]*?)```/.exec(readPage("docs/keys.md")) ?? [];
    writeFileSync(join(folder, ".secretlintrc.cjs"), shown);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** What secretlint says of a text: where each message begins. */
  async function lint(text: string): Promise<{ readonly places: readonly string[]; readonly out: string }> {
    writeFileSync(join(folder, "a.txt"), text);
    const bin = join(root, "node_modules/secretlint/bin/secretlint.js");
    const { stdout, code } = await promisify(execFile)(process.execPath, [bin, "--format=json", "*.txt"], {
      cwd: folder,
    })
      .then(({ stdout }) => ({ stdout, code: 0 }))
      .catch((error: { readonly stdout: string; readonly code: number }) => error);
    const [file] = JSON.parse(stdout) as [
      { messages: readonly { messageId: string; loc: { start: { line: number; column: number } } }[] },
    ];
    expect(code).toBe(file.messages.length === 0 ? 0 : 1);
    const places = file.messages.map(({ loc: { start } }) => `${start.line}:${start.column}`);
    return { places, out: file.messages.map((message) => JSON.stringify(message)).join("\n") };
  }

  test("reports each key at its place, and does not repeat it", async () => {
    const keys = [
      generateSecretKey(),
      generateDevelopmentKey(),
      generateSecretKey({ bytes: 16 }),
      generateSecretKey({ bytes: 1024 }),
    ];
    const text = `A=1\nSECRET_KEY=${keys[0]!}\n ${keys[1]!}-old\n"${keys[2]!}"\n${keys[3]!} lk1_${keys[0]!}\n`;
    const { places, out } = await lint(text);
    expect(places).toEqual(["2:11", "3:1", "4:1", "5:0", `5:${keys[3]!.length + 5}`]);
    for (const key of keys) expect(out.replaceAll(/"(?:sourceContent|text)":"[^"]*"/g, "")).not.toContain(key);
  });

  test("reports no text that only looks like a key", async () => {
    const key = generateSecretKey();
    const other = key.endsWith("A") ? "B" : "A";
    const text = [
      key.slice(0, -1) + other,
      key.slice(0, -1),
      key.toLowerCase(),
      `lk1_${"A".repeat(48)}`,
      generateSecretKey({ format: "hex" }),
      "lk1_a_name_that_is_long_enough_to_look_like_a_key",
    ].join("\n");
    expect((await lint(text)).places).toEqual([]);
  });
});

test("no page, example or file of the package holds a key that a server would accept", () => {
  const files = globSync(
    ["docs/**/*.md", "*.md", "skills/**/*.md", "scanners/*", "examples/**/*", "src/**/*.ts", "site/**/*.ts"],
    { cwd: root, exclude: ({ name }) => name === "node_modules", withFileTypes: true },
  ).filter((entry) => entry.isFile() && !entry.name.startsWith("secret_key"));
  expect(files.length).toBeGreaterThan(500);
  const keys = files.flatMap(({ parentPath, name }) =>
    findOwnKeys(readFileSync(join(parentPath, name), "utf8")).map((key) => ({ name, key })),
  );
  // docs/formats.md draws one, of the bytes 0 to 31.
  expect(keys.map(({ name }) => name)).toContain("formats.md");
  expect(keys.filter(({ key }) => gradeSecretKey(key).verdict !== "refused").map(({ name }) => name)).toEqual([]);
});
