import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readPage, root } from "../support/docs/pages.ts";

/**
 * What the tests here are called: their numbers, their titles and the threads that they come from.
 */
const sources = [
  ...globSync("test/pains/*.test.ts", { cwd: root }).filter((file) => !file.endsWith("page.test.ts")),
  "test/frameworks/next.test.ts",
];
const text = sources.map((file) => readFileSync(join(root, file), "utf8")).join("\n");
const tests = [...text.matchAll(/"pain (\d+), ([^"(]+) \(([\w.-]+\/[\w.-]+#\d+)\)(?:: [^"]+)?"/g)].map(
  ([, number, title, thread]) => ({
    number: Number(number),
    title: title!,
    thread: thread!,
  }),
);

const rows = [...readPage("docs/pains.md").matchAll(/^\| (\d+) \| (.*) \| (.*) \| (.*) \|$/gm)].map(
  ([, number, pain, threads, answer]) => ({
    number: Number(number),
    title: pain!.replaceAll("`", ""),
    threads: [...threads!.matchAll(/\[([^\]]+)\]\(([^)]+)\)/g)].map(([, name, address]) => ({
      name: name!,
      address: address!,
    })),
    answer: answer!,
  }),
);

const ALL = Array.from({ length: 30 }, (_, index) => index + 1);

test("docs/pains.md and the tests here name the same pains, 1 to 30, by the same words", () => {
  // Each name that begins like one is one.
  expect(tests).toHaveLength([...text.matchAll(/["'`]pain /g)].length);
  expect([...new Set(tests.map(({ number }) => number))].sort((a, b) => a - b)).toEqual(ALL);
  expect(rows.map(({ number }) => number)).toEqual(ALL);
  const titles = new Map(rows.map(({ number, title }) => [number, title]));
  for (const { number, title } of tests)
    expect([number, title.toLowerCase()]).toEqual([number, titles.get(number)!.toLowerCase()]);
});

test("each thread that a test comes from is linked in its row, and each row leads to the page that tells more", () => {
  for (const { number, thread } of tests) expect(rows[number - 1]!.threads.map(({ name }) => name)).toContain(thread);
  for (const { number, threads, answer } of rows) {
    for (const { name, address } of threads) {
      const [repository, thread] = name.split("#");
      expect(address).toMatch(new RegExp(`^https://github\\.com/${repository}/(?:issues|pull)/${thread}$`));
    }
    expect([number, answer]).toEqual([number, expect.stringMatching(/\]\([\w./-]+\.md(?:#[\w-]+)?\)$/)]);
  }
});
