import { existsSync, globSync } from "node:fs";
import { dirname, join } from "node:path";
import { ENTRY_POINTS } from "../entry-points.ts";
import { readPage, root, type Program } from "./pages.ts";

/** Every `@example` of the docstrings in `src`, fenced or not. */
export function docstringExamples(): readonly Program[] {
  return globSync("src/**/*.ts", { cwd: root })
    .sort()
    .flatMap((page) => {
      const source = readPage(page);
      return [...source.matchAll(/\/\*\*[^]*?\*\//g)]
        .flatMap((comment) => {
          const line = source.slice(0, comment.index).split("\n").length;
          const lines = comment[0]
            .split("\n")
            .map((text) => text.replace(/^\s*(?:\/\*\*|\*\/|\*) ?/, "").replace(/\s*\*\/$/, ""));
          return [...lines.entries()]
            .filter(([, text]) => text.startsWith("@example"))
            .map(([start]) => {
              const tail = lines.slice(start + 1);
              const next = tail.findIndex((text) => /^@\w/.test(text));
              const code = tail
                .slice(0, next === -1 ? undefined : next)
                .map((text) => (text.startsWith("```") ? "" : text));
              return "\n".repeat(line + start) + code.join("\n");
            });
        })
        .map((text, index): Program => ({ page, number: index + 1, text }));
    });
}

/** A public name, and the entry point that exports it. */
export interface PublicName {
  readonly entryPoint: string;
  readonly isType: boolean;
}

/**
 * The names that an example of this file may use without an import, because a docstring has no
 * space for one: those of the entry point of its folder, those of `latchkey` and `latchkey/keys`,
 * and those of the file itself.
 */
export function publicNamesFor(file: string): ReadonlyMap<string, PublicName> {
  const own = ENTRY_POINTS.filter(
    ({ source }) => file === source || (source.endsWith("/index.ts") && file.startsWith(`${dirname(source)}/`)),
  )
    .sort((one, other) => other.source.length - one.source.length)
    .slice(0, 1);
  const always = ENTRY_POINTS.filter(({ name }) => name === "latchkey" || name === "latchkey/keys");
  const names = new Map<string, PublicName>();
  for (const { name: entryPoint, source } of [...own, ...always, { name: join(root, file), source: file }])
    for (const [name, isType] of exportsOf(source)) if (!names.has(name)) names.set(name, { entryPoint, isType });
  return names;
}

const known = new Map<string, ReadonlyMap<string, boolean>>();

/** The names that a source file exports, and whether each is a type only. */
export function exportsOf(file: string): ReadonlyMap<string, boolean> {
  const before = known.get(file);
  if (before !== undefined) return before;
  const names = new Map<string, boolean>();
  known.set(file, names);
  if (!existsSync(join(root, file))) return names;
  const source = readPage(file);
  for (const [, kind, name] of source.matchAll(
    /^export (?:declare )?(?:async )?(?:abstract )?(class|function|const|let|interface|type)\*? (\w+)/gm,
  ))
    names.set(name!, kind === "interface" || kind === "type");
  for (const [, allTypes, list] of source.matchAll(/^export (type )?\{([^}]*)\}/gm)) {
    for (const item of list!
      .split(",")
      .map((text) => text.trim())
      .filter((text) => text !== "")) {
      const name = item
        .replace(/^type /, "")
        .split(" as ")
        .at(-1)!;
      names.set(name, allTypes !== undefined || item.startsWith("type "));
    }
  }
  for (const [, from] of source.matchAll(/^export \* from "(.*)";/gm))
    for (const [name, isType] of exportsOf(join(dirname(file), from!))) names.set(name, isType);
  return names;
}
