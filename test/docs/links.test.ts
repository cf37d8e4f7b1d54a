import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { PAGES, readPage, root } from "../support/docs/pages.ts";

/** The text of a page without its code. */
const prose = (page: string): string =>
  readPage(page)
    .replaceAll(/^( *)```[^]*?^\1```$/gm, "")
    .replaceAll(/`[^`\n]*`/g, (code) => "x".repeat(code.length));

/** A heading's anchor, as GitHub makes it. */
const anchorsOf = (page: string): readonly string[] =>
  [
    ...readPage(page)
      .replaceAll(/^( *)```[^]*?^\1```$/gm, "")
      .matchAll(/^#+ (.*)$/gm),
  ].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );

const links = PAGES.flatMap((page) =>
  [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => match[1]!)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [path = "", anchor] = target.split("#");
      return { page, target, file: path === "" ? page : join(dirname(page), path), anchor };
    }),
);

describe("links from page to page", () => {
  test("lead to files that exist", () => {
    expect(links.length).toBeGreaterThan(20);
    expect(
      links.filter(({ file }) => !existsSync(join(root, file))).map(({ page, target }) => `${page}: ${target}`),
    ).toEqual([]);
  });

  test("and to headings that exist", () => {
    const wrong = links.filter(
      ({ file, anchor }) => anchor !== undefined && file.endsWith(".md") && !anchorsOf(file).includes(anchor),
    );
    expect(wrong.map(({ page, target }) => `${page}: ${target}`)).toEqual([]);
  });

  test("lead from docs/README.md to every page of docs", () => {
    const listed = links.filter(({ page }) => page === "docs/README.md").map(({ file }) => file);
    expect(
      PAGES.filter((page) => page.startsWith("docs/") && page !== "docs/README.md" && !listed.includes(page)),
    ).toEqual([]);
  });
});
