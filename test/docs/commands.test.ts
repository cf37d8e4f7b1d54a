import { globSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { cli } from "../support/cli.ts";
import { commandsOf, type ShownCommand } from "../support/docs/commands.ts";
import { PAGES, readPage, root } from "../support/docs/pages.ts";
import { filesOf } from "../support/walk/page-files.ts";

interface Manifest {
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

const manifest = JSON.parse(readPage("package.json")) as Manifest;

/** The package.json that a page shows, if it shows one; else that of the project. */
const manifestFor = (page: string): Manifest => {
  const own = filesOf(page).find(({ path }) => path === "package.json");
  return own === undefined ? manifest : { ...manifest, ...(JSON.parse(own.text) as Partial<Manifest>) };
};
const shown = PAGES.flatMap(commandsOf);
const lineOf = ({ page, words }: ShownCommand): string => `${page}: ${words.join(" ")}`;

/** What `latchkey` would not understand of these words; undefined if it knows them all. */
async function problemOf(words: readonly string[]): Promise<string | undefined> {
  const path: string[] = [];
  let help = (await cli(["--help"])).out;
  let rest = [...words];
  while (/^Commands:/m.test(help) && rest[0] !== undefined && !rest[0].startsWith("-")) {
    const { code, out } = await cli([...path, rest[0], "--help"]);
    if (code !== 0 || !out.startsWith(`Usage: latchkey ${[...path, rest[0]].join(" ")} `))
      return `no command "${[...path, rest[0]].join(" ")}"`;
    path.push(rest[0]);
    rest = rest.slice(1);
    help = out;
  }
  const options = rest.filter((word) => word.startsWith("-") && word !== "-").map((word) => word.split("=")[0]!);
  const unknown = options.find((option) => !new RegExp(`^ .*${option}\\b`, "m").test(help));
  if (unknown !== undefined) return `"${path.join(" ")}" has no option ${unknown}`;
  return !/ [[<]\w+/.test(help.split("\n")[0]!.replace("[options]", "")) &&
    rest[0] !== undefined &&
    !rest[0].startsWith("-")
    ? `"${path.join(" ")}" takes no argument`
    : undefined;
}

describe("commands that readers are shown", () => {
  test("there are some of each kind", () => {
    expect(shown.some(({ words }) => words[0] === "npx" && words[1] === "latchkey")).toBe(true);
    expect(shown.some(({ words }) => words[0] === "npm")).toBe(true);
  });

  // Jest has no options of ours: test/tools.test.ts runs it.
  const calls = shown.filter(({ words }) => words[0] === "npx" && words[1] !== "jest");
  test.each(calls.map((call) => [lineOf(call), call.words] as const))("%s", async (_, [, name, ...words]) => {
    expect(name).toBe("latchkey");
    expect(await problemOf(words)).toBeUndefined();
  });

  const scripts = shown.filter(({ words }) => words[0] === "npm");
  test.each(scripts.map((call) => [lineOf(call), call] as const))("%s", (_, { page, words: [, verb, ...words] }) => {
    const manifest = manifestFor(page);
    if (verb === "run") expect(Object.keys(manifest.scripts)).toContain(words[0]);
    else if (verb === "test" || verb === "start") expect(Object.keys(manifest.scripts)).toContain(verb);
    else if (verb === "install") {
      const known = [
        "latchkey",
        ...Object.keys({ ...manifest.dependencies, ...manifest.devDependencies, ...manifest.peerDependencies }),
      ];
      expect(words.filter((word) => !word.startsWith("-") && !known.includes(word.replace(/(?<=.)@.*$/, "")))).toEqual(
        [],
      );
    } else expect(["ci", "exec", "init", "publish", "stage", "uninstall"]).toContain(verb);
  });

  test.each([
    ["key make", 'no command "key make"'],
    ["keys", 'no command "keys"'],
    ["key generate --bites 24", '"key generate" has no option --bites'],
    ["cookie inspect now", '"cookie inspect" takes no argument'],
  ])("latchkey %s would be noticed", async (line, problem) => {
    expect(await problemOf(line.split(" "))).toBe(problem);
  });

  test("and those in messages of the source exist", async () => {
    const problems: string[] = [];
    for (const file of globSync("src/**/*.ts", { cwd: root })) {
      for (const [, words] of readPage(file).matchAll(
        /npx latchkey ((?:--?)?[a-z][a-z-]*(?: (?:--?)?[a-z][a-z-]*)*)/g,
      )) {
        const [first = "", second] = words!.split(" ");
        // Behind a command's name, a sentence may go on.
        const problem = await problemOf(
          ["doctor", "completion"].includes(first) ? [first] : [first, second].filter((word) => word !== undefined),
        );
        if (problem !== undefined) problems.push(`${file}: ${problem}`);
      }
    }
    expect(problems).toEqual([]);
  });
});
