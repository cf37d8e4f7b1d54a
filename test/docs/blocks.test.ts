import { generateSecretKey } from "latchkey/keys";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { checkTypes } from "../support/docs/check-types.ts";
import { docstringExamples } from "../support/docs/examples.ts";
import { blocksOf, PAGES, programsOf, readPage } from "../support/docs/pages.ts";
import { pathOf } from "../support/walk/page-files.ts";
import { hasChecks, runProgram } from "../support/docs/run-program.ts";

const programs = PAGES.flatMap((page) => programsOf(page));

describe("the code that readers are shown", () => {
  test("has types that fit the source: on every page, and in every docstring", () => {
    const examples = docstringExamples();
    expect(programs.length).toBeGreaterThan(40);
    expect(examples.length).toBeGreaterThan(50);
    // One that is wrong, so that a check that sees nothing is seen.
    const wrong = programsOf(
      "docs/wrong.md",
      '# A page\n\n```ts\nimport { KeyRing } from "latchkey";\n\nnew KeyRing(7);\n```\n',
    );
    expect(checkTypes([...programs, ...examples, ...wrong])).toEqual([
      expect.stringMatching(/^docs\/wrong\.md\.1\.ts\(6,13\): error TS2345/),
    ]);
  }, 300_000);

  test("is fenced in a language that is checked, or has nothing to check", () => {
    // What is in JavaScript is for runtimes that the types here do not know:
    // test/adapters/web-runtimes.test.ts runs it.
    // test/docs/deploy.test.ts runs nginx, Caddy and the commands of the Dockerfile.
    const servers = ["nginx", "caddyfile", "dockerfile"];
    const data = ["", "json", "sql", "html", "ini", "yaml", "diff"];
    const languages = [...servers, ...data, "ts", "js", "sh", "python", "go", "php"];
    const wrong = PAGES.flatMap((page) => blocksOf(page))
      // A file that a page shows whole is run, by test/frameworks.
      .filter((block) => !languages.includes(block.language) && pathOf(block) === undefined);
    expect(wrong.map(({ page, line, language }) => `${page}:${line} ${language}`)).toEqual([]);
  });
});

describe("code with comments that say what comes of a line", () => {
  beforeAll(() => void vi.stubEnv("SECRET_KEY", generateSecretKey()));

  test.each(programs.filter(hasChecks))("$page, program $number, does what they say", async (program) => {
    await runProgram(program);
  });

  test("stands in every recipe of docs/signing.md", () => {
    const page = readPage("docs/signing.md");
    const recipes = page.slice(page.indexOf("## Recipes"), page.indexOf("## The format")).split(/^### /m).slice(1);
    expect(recipes.length).toBeGreaterThan(4);
    expect(recipes.filter((recipe) => !programsOf("docs/signing.md", recipe).some(hasChecks))).toEqual([]);
  });

  test.each([
    ["a wrong value", "1 + 1; // => 3"],
    ["an error that does not come", "1 + 1; // throws TypeError"],
    ["another error", "null.name; // throws RangeError"],
    ["a comment that cannot be compared with its line", "if (true) {\n  1; // => 1\n}"],
  ])("fails with %s", async (_, text) => {
    await expect(runProgram({ page: "docs/wrong.md", number: 1, text })).rejects.toThrow();
  });
});
