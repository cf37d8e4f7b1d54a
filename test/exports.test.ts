import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { exportsOf } from "./support/docs/examples.ts";
import { readPage } from "./support/docs/pages.ts";
import { ENTRY_POINTS, type EntryPoint } from "./support/entry-points.ts";

const names = readPage("docs/names.md");

/** What docs/names.md says of an entry point. */
function sectionOf(name: string): string {
  const [, section] = names.split(`\n## \`${name}\`\n`);
  return section?.split("\n## ")[0] ?? "";
}

/** The names that a section lists as values, or as types. */
function listed(section: string, kind: "Values" | "Types"): readonly string[] {
  const [, list = ""] = new RegExp(`^${kind}: ([^]*?)\\n(?:\\n|$)`, "m").exec(section) ?? [];
  return [...list.matchAll(/`(\w+)`/g)].map(([, name]) => name!);
}

/** The names that an entry point exports, and the source file that declares each. */
function declarationsOf({ source }: EntryPoint): ReadonlyMap<string, string> {
  const text = readPage(source);
  return new Map(
    [...exportsOf(source).keys()].map((name) => {
      const line = [...text.matchAll(/^export (?:type )?\{([^}]*)\} from "(.*)";/gm)].find(([, list]) =>
        new RegExp(`\\b${name}\\b`).test(list!),
      );
      return [name, line === undefined ? source : join(dirname(source), line[2]!)];
    }),
  );
}

/**
 * What each entry point exports. A name that comes, goes or changes shows in the difference of
 * these files.
 */
describe("the entry points", () => {
  test.each(ENTRY_POINTS)("$name", async ({ name }) => {
    const values = Object.keys((await import(name)) as object).sort();
    const file = name === "latchkey" ? name : name.slice("latchkey/".length).replaceAll("/", "-");
    await expect(`${values.join("\n")}\n`).toMatchFileSnapshot(`exports/${file}.txt`);
  });

  test("have a section each on the page of names, and no other section is there", () => {
    const sections = [...names.matchAll(/^## `(.*)`$/gm)].map(([, name]) => name);
    expect(sections).toEqual(ENTRY_POINTS.map(({ name }) => name));
  });

  test.each(ENTRY_POINTS)("$name: the page lists every name, and explains every value", async ({ name, source }) => {
    const exported = [...exportsOf(source)];
    const ofKind = (isType: boolean): readonly string[] =>
      exported.filter((entry) => entry[1] === isType).map(([key]) => key);
    // The names were read from the text of the source. The values are those that an import gives.
    expect(ofKind(false).toSorted()).toEqual(Object.keys((await import(name)) as object).sort());
    const section = sectionOf(name);
    expect(listed(section, "Values").toSorted()).toEqual(ofKind(false).toSorted());
    expect(listed(section, "Types").toSorted()).toEqual(ofKind(true).toSorted());
    const pages = [...section.matchAll(/\]\(([\w/-]+\.md)\)/g)].map(([, page]) => readPage(`docs/${page}`));
    expect(pages.length).toBeGreaterThan(0);
    expect(ofKind(false).filter((value) => !pages.some((page) => new RegExp(`\\b${value}\\b`).test(page)))).toEqual([]);
  });

  test("give the reason for each name that two of them export", () => {
    const places = new Map<string, EntryPoint[]>();
    for (const entryPoint of ENTRY_POINTS)
      for (const [name, file] of declarationsOf(entryPoint)) {
        const declaration = `${name} of ${file}`;
        places.set(declaration, [...(places.get(declaration) ?? []), entryPoint]);
      }
    const shared = [...places].filter(([, entryPoints]) => entryPoints.length > 1);
    expect(shared.length).toBeGreaterThan(0);
    const withoutReason = shared.flatMap(([declaration, entryPoints]) =>
      entryPoints
        .filter(({ source }) => {
          const [comment = ""] = /^\/\*\*[^]*?\*\//.exec(readPage(source)) ?? [];
          return !comment.includes(`\`${declaration.split(" ")[0]}\``) || !comment.includes("because");
        })
        .map(({ name }) => `${declaration}, in ${name}`),
    );
    expect(withoutReason).toEqual([]);
  });

  test("stand in package.json with a source, its types and its program", () => {
    const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
      readonly exports: Readonly<Record<string, unknown>>;
    };
    for (const { name, source } of ENTRY_POINTS) {
      const built = source.replace(/^src\//, "./dist/").replace(/\.ts$/, "");
      expect(Object.entries(manifest.exports[`.${name.slice("latchkey".length)}`] as object)).toEqual([
        ["latchkey-source", `./${source}`],
        ["types", `${built}.d.ts`],
        ["default", `${built}.js`],
      ]);
    }
  });
});
