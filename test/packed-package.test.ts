import { execFileSync } from "node:child_process";
import { existsSync, globSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { licenceProblems } from "../scripts/package/licences.ts";
import { pack, unpack, type Packed } from "../scripts/package/pack.ts";
import { releaseNotes } from "../scripts/package/release-notes.ts";
import { softwareBillOfMaterials } from "../scripts/package/sbom.ts";

/* The file that npm serves. */

const root = fileURLToPath(new URL("..", import.meta.url));
const BUILT_IN = ["commander", "preact"];
let packed: Packed;
let folder: string;

beforeAll(() => {
  if (!existsSync(join(root, "dist/index.js"))) throw new Error("The package is not built: npm run build");
  packed = pack(root);
  folder = unpack(packed);
});
afterAll(() => rmSync(dirname(packed.path), { recursive: true }));

test("P5: packing twice gives the same bytes, and the notes of the release have their sum", () => {
  const again = pack(root);
  rmSync(dirname(again.path), { recursive: true });
  expect(again.sha256).toBe(packed.sha256);
  const notes = releaseNotes(readFileSync(join(root, "CHANGELOG.md"), "utf8"), packed);
  expect(notes).toMatch(/^## \d+\.\d+\.\d+/);
  expect(notes).toContain(`| \`${packed.name}\` | ${packed.size} | \`${packed.sha256}\` |`);
});

test("P5: every link of its pages leads to a file in it, or to a folder that only the repository has", () => {
  const ONLY_IN_REPOSITORY = /^(?:test|bench|examples|src|scripts)(?:\/|$)/;
  const pages = globSync("**/*.md", { cwd: folder });
  expect(pages).toEqual(
    expect.arrayContaining(["README.md", "docs/README.md", "docs/express.md", "skills/latchkey-toolbar/SKILL.md"]),
  );
  const broken = pages.flatMap((page) => {
    const text = readFileSync(join(folder, page), "utf8").replaceAll(/^\s*```.*?^\s*```/gms, "");
    return [...text.matchAll(/\]\((?![a-z]+:|#)([^)#\s]+)/g)]
      .map(([, link]) => normalize(join(dirname(page), link!)))
      .filter((target) => !existsSync(join(folder, target)))
      .filter((target) => page === "README.md" || !ONLY_IN_REPOSITORY.test(target))
      .map((target) => `${page}: ${target}`);
  });
  expect(broken).toEqual([]);
});

test("P16: it installs `cookie` alone, and NOTICE has the licence of what is built in", () => {
  const { dependencies } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { dependencies: object };
  expect(Object.keys(dependencies)).toEqual(["cookie"]);
  expect(licenceProblems(root, folder, BUILT_IN)).toEqual([]);
  const notice = join(folder, "NOTICE");
  const text = readFileSync(notice, "utf8");
  writeFileSync(notice, text.replaceAll("TJ Holowaychuk", "somebody"));
  expect(licenceProblems(root, folder, BUILT_IN)).toEqual([expect.stringContaining("commander")]);
  writeFileSync(notice, text);
});

test("its bill of materials names what is installed and what is built in", () => {
  const { metadata, components } = JSON.parse(softwareBillOfMaterials(root, BUILT_IN)) as {
    metadata: { component: { name: string } };
    components: readonly { name: string }[];
  };
  expect(metadata.component.name).toBe("latchkey");
  expect(components.map(({ name }) => name).sort()).toEqual(["commander", "cookie", "preact"]);
});

test("P17: the command runs in a clone after a build, as `npx latchkey`", () => {
  expect(statSync(join(root, "dist/cli/bin.js")).mode & 0o111).toBe(0o111);
  expect(execFileSync("npx", ["--no-install", "latchkey", "--version"], { cwd: root, encoding: "utf8" })).toMatch(
    /^\d+\.\d+\.\d+/,
  );
});

test("P10: an old Node is refused at the import, by one sentence", () => {
  const load = (node: string, more: object = {}): string =>
    execFileSync(
      process.execPath,
      [
        "--input-type=module",
        "-e",
        `Object.defineProperty(process, "versions", { value: { ...process.versions, ...${JSON.stringify({ node, ...more })} } });
         const refused = async (file) => await import(file).then(() => "loaded", ({ code, message }) => code + ": " + message);
         console.log(await refused(${JSON.stringify(join(root, "dist/index.js"))}));
         console.log(await refused(${JSON.stringify(join(root, "dist/toolbar/index.js"))}));`,
      ],
      { encoding: "utf8" },
    );
  const refusal = (node: string): string =>
    `node_version: Latchkey needs Node.js 22.13 or newer, and this is ${node}. Fix: install a newer Node.js.\n`.repeat(
      2,
    );
  for (const node of ["18.20.4", "20.20.2", "22.12.0"]) expect(load(node)).toBe(refusal(node));
  for (const node of ["22.13.0", "24.0.0", "26.1.0"]) expect(load(node)).toBe("loaded\nloaded\n");
  // Bun and Deno name a Node that they are like.
  expect(load("20.0.0", { bun: "1.4.5" })).toBe("loaded\nloaded\n");
});
