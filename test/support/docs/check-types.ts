import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { exportsOf, publicNamesFor } from "./examples.ts";
import { root, type Program } from "./pages.ts";

const PRELUDES = "test/support/docs/preludes";

/**
 * Type-checks all programs at once against the source, and gives what the compiler said, by page
 * and line.
 *
 * Names that a page uses and a reader knows (`manager`, `request`) come from `preludes`: from the
 * file called like the page, else from `common.ts`.
 */
export function checkTypes(programs: readonly Program[]): readonly string[] {
  mkdirSync(join(root, "artifacts"), { recursive: true });
  const folder = mkdtempSync(join(root, "artifacts/docs-types-"));
  try {
    for (const program of programs) {
      const file = join(folder, `${program.page}.${program.number}.ts`);
      mkdirSync(dirname(file), { recursive: true });
      // A module in any case, so that no name of one program is known to another.
      writeFileSync(file, `${program.text}\n${preludeFor(program, file)}\nexport {};\n`);
    }
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify({ extends: "../../tsconfig.json", include: ["**/*.ts"], exclude: [] }),
    );
    const { stdout } = spawnSync(
      process.execPath,
      [join(root, "node_modules/typescript/bin/tsc"), "-p", folder, "--pretty", "false"],
      {
        encoding: "utf8",
        cwd: folder,
      },
    );
    // What is wrong with the source itself, another check says.
    return stdout.split(/\n(?! )/).filter((message) => message !== "" && !message.startsWith("../"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The imports that make the program whole. They stand below it, so that its lines keep their
 * numbers.
 */
function preludeFor({ page, text }: Program, file: string): string {
  const imports: string[] = [];
  const taken = new Set<string>();
  const add = (name: string, from: string, isType: boolean): void => {
    if (taken.has(name) || !new RegExp(`\\b${name}\\b`).test(withoutText(text)) || declares(text, name)) return;
    taken.add(name);
    imports.push(`import ${isType ? "type " : ""}{ ${name} } from ${JSON.stringify(from)};`);
  };
  const addPrelude = (prelude: string): void => {
    for (const [name, isType] of exportsOf(join(PRELUDES, prelude)))
      add(name, relative(dirname(file), join(root, PRELUDES, prelude)), isType);
  };
  addPrelude(preludeOf(page));
  if (page.startsWith("src/"))
    for (const [name, { entryPoint, isType }] of publicNamesFor(page)) add(name, entryPoint, isType);
  addPrelude("common.ts");
  return imports.join("\n");
}

/**
 * docs/keys.md -> keys.ts; src/adapters/express/session.ts -> src-adapters-express.ts. A folder
 * inside of another has that one's prelude, unless it has its own.
 */
function preludeOf(page: string): string {
  if (page.startsWith("src/")) {
    let folder = dirname(page);
    while (folder.split("/").length > 2 && !existsSync(join(root, PRELUDES, `${folder.replaceAll("/", "-")}.ts`)))
      folder = dirname(folder);
    return `${folder.replaceAll("/", "-")}.ts`;
  }
  return `${page
    .replace(/^docs\//, "")
    .replace(/\.md$/, "")
    .toLowerCase()}.ts`;
}

/** Whether the program makes the name itself, or imports it. */
function declares(text: string, name: string): boolean {
  return (
    new RegExp(`^(?:export )?(?:async )?(?:const|let|var|function|class|interface|type) ${name}\\b`, "m").test(text) ||
    new RegExp(`^(?:const|let) [{[][^=]*\\b${name}\\b[^=]*=`, "m").test(text) ||
    new RegExp(`^import [^;]*\\b${name}\\b[^;]* from `, "m").test(text)
  );
}

/** The program without comments and without what stands in quotes. */
function withoutText(text: string): string {
  return text.replaceAll(/"(?:[^"\\\n]|\\.)*"|(?<=^|\s)\/\/.*$|\/\*[^]*?\*\//gm, "");
}
