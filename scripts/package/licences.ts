import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

interface Manifest {
  readonly name: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** Licences that allow what MIT allows, and ask for no more than their text. */
const ALLOWED: readonly (string | undefined)[] = ["MIT", "ISC", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "Apache-2.0"];

/**
 * What is wrong with the licences of a package: of what it installs, and of what is built into it.
 *
 * @param root the folder of the project, with node_modules.
 * @param unpacked the folder of the unpacked package.
 * @param builtIn the packages whose code is in dist.
 */
export function licenceProblems(root: string, unpacked: string, builtIn: readonly string[]): readonly string[] {
  const manifestOf = (folder: string): Manifest =>
    JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
  const installed = new Set(Object.keys(manifestOf(unpacked).dependencies ?? {}));
  const folderOf = (name: string): string => join(root, "node_modules", name);
  for (const name of installed)
    for (const next of Object.keys(manifestOf(folderOf(name)).dependencies ?? {})) installed.add(next);

  const notice = wordsOf(readFileSync(join(unpacked, "NOTICE"), "utf8"));
  return [...installed, ...builtIn].flatMap((name) => {
    const folder = folderOf(name);
    const { license } = manifestOf(folder);
    const problems = ALLOWED.includes(license) ? [] : [`${name} has the licence ${license}.`];
    if (!builtIn.includes(name)) return problems;
    const [file] = globSync("LICEN[SC]E*", { cwd: folder });
    if (file === undefined || !notice.includes(wordsOf(readFileSync(join(folder, file), "utf8"))))
      problems.push(`${name} is built in, and NOTICE does not have its licence.`);
    return problems;
  });
}

function wordsOf(text: string): string {
  return text.split(/\s+/).filter(Boolean).join(" ");
}
