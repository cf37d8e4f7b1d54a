import { readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { runInThisContext } from "node:vm";
import * as signing from "latchkey/signing";
import { describe, expect, test } from "vitest";

type Expect = (run: () => unknown, expected?: unknown) => void;

const page = readFileSync(new URL("../../docs/signing.md", import.meta.url), "utf8");
const blocks = [...page.matchAll(/^#+ (?<heading>.*)$|^```ts\n(?<code>[^]*?)^```$/gm)].reduce<{ heading: string; code: string }[]>(
  (found, { groups }) => {
    const heading = groups?.["heading"] ?? found.at(-1)?.heading ?? "";
    return [...found, { heading, code: groups?.["code"] ?? "" }];
  },
  [],
);

/** The block as a function: imports from the package become names, and what a comment says of a line is checked. */
function compile(code: string): (modules: object, gives: Expect, refuses: Expect) => void {
  const checked = code
    .replace(
      /^import (\{.*?\}) from "(.*?)";$/gm,
      (_, names: string, from: string) => `const ${names.replace(/\btype \w+,?/g, "")} = modules["${from}"];`,
    )
    .replace(/^(.*); \/\/ => (.*)$/gm, "gives(() => ($1), ($2));")
    .replace(/^(.*); \/\/ throws (\w+)$/gm, 'refuses(() => ($1), "$2");');
  return runInThisContext(`((modules, gives, refuses) => {${stripTypeScriptTypes(checked)}\n})`) as never;
}

describe("the code of docs/signing.md does what its comments say", () => {
  for (const { heading, code } of blocks.filter((block) => block.code !== "")) {
    test(`${heading}: ${code.split("\n").findLast((line) => line !== "")}`, () => {
      let checks = 0;
      const gives: Expect = (run, expected) => {
        checks++;
        expect(run()).toEqual(expected);
      };
      const refuses: Expect = (run, name) => {
        checks++;
        expect(run).toThrow(expect.objectContaining({ name }));
      };
      compile(code)({ "latchkey/signing": signing }, gives, refuses);
      expect(checks).toBe(code.match(/; \/\/ (=>|throws) /g)?.length ?? 0);
      expect(checks).toBeGreaterThan(0);
    });
  }

  test("and there is such code in every recipe", () => {
    const recipes = page.slice(page.indexOf("## Recipes"), page.indexOf("## The format")).match(/^### .*$/gm) ?? [];
    expect(recipes.filter((recipe) => !blocks.some(({ heading, code }) => code !== "" && recipe === `### ${heading}`))).toEqual([]);
    expect(recipes.length).toBeGreaterThan(4);
  });
});
