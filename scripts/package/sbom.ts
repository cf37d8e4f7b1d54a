import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}
type Locked = Pick<Manifest, "dependencies">;
interface Bom {
  readonly metadata: { readonly component: { name: string } };
  components: object[];
}

/**
 * The bill of materials of the package in CycloneDX 1.5, as JSON: what is installed with it, by
 * npm, and what is built into it, which npm cannot know.
 *
 * npm is asked about the package as its users have it. In the project itself it leaves out each
 * dependency that a development tool needs too (npm 11.19).
 *
 * @param root the folder of the project, with package-lock.json and node_modules.
 * @param builtIn the packages whose code is in dist.
 */
export function softwareBillOfMaterials(root: string, builtIn: readonly string[]): string {
  const read = (file: string): unknown => JSON.parse(readFileSync(join(root, file), "utf8"));
  const { name, version, license, dependencies = {} } = read("package.json") as Manifest;
  const { packages: locked } = read("package-lock.json") as { packages: Readonly<Record<string, Locked>> };
  const manifest = { name, version, license, dependencies };
  const packages: Record<string, object> = { "": manifest };
  const installed = new Set(Object.keys(dependencies));
  for (const each of installed) {
    const entry = locked[`node_modules/${each}`]!;
    packages[`node_modules/${each}`] = entry;
    for (const next of Object.keys(entry.dependencies ?? {})) installed.add(next);
  }
  const bom = billOf(manifest, { name, version, lockfileVersion: 3, requires: true, packages });
  // npm takes the name of the folder.
  bom.metadata.component.name = name;
  bom.components.push(...builtIn.map((each) => componentOf(read(`node_modules/${each}/package.json`) as Manifest)));
  return `${JSON.stringify(bom, null, 2)}\n`;
}

function billOf(manifest: object, lock: object): Bom {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-sbom-"));
  try {
    writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
    writeFileSync(join(folder, "package-lock.json"), JSON.stringify(lock));
    const args = ["sbom", "--sbom-format=cyclonedx", "--sbom-type=library", "--package-lock-only"];
    return JSON.parse(execFileSync("npm", args, { cwd: folder, encoding: "utf8" })) as Bom;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function componentOf({ name, version, license }: Manifest): object {
  const purl = `pkg:npm/${name}@${version}`;
  return {
    "bom-ref": `${name}@${version}`,
    type: "library",
    name,
    version,
    purl,
    licenses: [{ license: { id: license } }],
  };
}
