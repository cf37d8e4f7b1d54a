import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./pages.ts";

interface LockedPackage {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
  readonly [member: string]: unknown;
}

/**
 * The package.json and package-lock.json of an application that needs Latchkey from a file, and
 * these packages in the versions that the project itself has.
 *
 * @param tarball the absolute path of the packed package.
 */
export function lockedApplication(
  tarball: string,
  names: readonly string[],
): { readonly manifest: object; readonly lock: object } {
  const own = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
    readonly packages: Readonly<Record<string, LockedPackage>>;
  };
  const { version, dependencies = {}, peerDependencies, peerDependenciesMeta, engines, bin } = own.packages[""]!;
  const latchkey = {
    version,
    resolved: `file:${tarball}`,
    dependencies,
    peerDependencies,
    peerDependenciesMeta,
    engines,
    bin,
  };
  const packages: Record<string, object> = { "node_modules/latchkey": latchkey };
  const add = (name: string, from: string): void => {
    // As Node looks for it: in the folder of the package that asks, and then further up.
    const path =
      from !== "" && `${from}/node_modules/${name}` in own.packages
        ? `${from}/node_modules/${name}`
        : `node_modules/${name}`;
    if (path in packages) return;
    const { dev: _, devOptional: __, peer: ___, optional: ____, ...found } = own.packages[path]!;
    packages[path] = found;
    for (const needed of Object.keys((found as LockedPackage).dependencies ?? {})) add(needed, path);
  };
  for (const name of [...names, ...Object.keys(dependencies)]) add(name, "");
  const manifest = {
    name: "shop",
    version: "1.0.0",
    private: true,
    type: "module",
    dependencies: {
      ...Object.fromEntries(names.map((name) => [name, own.packages[`node_modules/${name}`]!.version])),
      latchkey: `file:${tarball}`,
    },
  };
  const { name, dependencies: wanted } = manifest;
  const lock = {
    name,
    version: "1.0.0",
    lockfileVersion: 3,
    requires: true,
    packages: { "": { name, version: "1.0.0", dependencies: wanted }, ...packages },
  };
  return { manifest, lock };
}
