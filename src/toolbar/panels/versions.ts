import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Panel } from "../panel.ts";

/** The data of the panel Versions. */
export interface VersionStats {
  readonly node: string;
  readonly v8: string;
  readonly platform: string;
  readonly application: string | null;
  readonly packages: readonly { readonly name: string; readonly version: string | null; readonly wanted: string }[];
}

/** Shows the versions of Node and of the packages in the application's package.json. */
export function versionsPanel(directory: string): Panel<VersionStats> {
  let known: VersionStats | undefined;
  return {
    id: "versions",
    title: "Versions",
    // Frozen, so that its JSON is made once.
    collect: () => (known ??= Object.freeze(readVersions(directory))),
    subtitle: ({ node }) => `Node ${node}`,
    view: ({ node, v8, platform, application, packages }) => [
      {
        kind: "pairs",
        rows: [
          { name: "Node", value: node },
          { name: "V8", value: v8 },
          { name: "Platform", value: platform },
          ...(application === null ? [] : [{ name: "Application", value: application }]),
        ],
      },
      {
        kind: "table",
        title: "Packages",
        columns: [{ title: "Package" }, { title: "Installed" }, { title: "Requested", grow: true }],
        rows: packages.map(({ name, version, wanted }) => [
          { text: name, mono: true },
          version === null ? { text: "! not installed", tone: "warn" } : version,
          { text: wanted, mono: true },
        ]),
        empty: "No package.json with dependencies was found.",
      },
    ],
  };
}

function readVersions(directory: string): VersionStats {
  const found = findManifest(directory);
  const manifest = found?.manifest ?? {};
  const wanted = { ...record(manifest["devDependencies"]), ...record(manifest["dependencies"]) };
  const packages = Object.entries(wanted)
    .slice(0, 150)
    .map(([name, range]) => ({
      name,
      version: installedVersion(found?.folder ?? directory, name),
      wanted: String(range),
    }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const name = text(manifest["name"]);
  return {
    node: process.versions.node,
    v8: process.versions.v8,
    platform: `${process.platform} ${process.arch}`,
    application: name === null ? null : `${name} ${text(manifest["version"]) ?? ""}`.trim(),
    packages,
  };
}

function findManifest(
  directory: string,
): { readonly folder: string; readonly manifest: Record<string, unknown> } | undefined {
  for (let folder = directory; ; folder = dirname(folder)) {
    const manifest = readJson(join(folder, "package.json"));
    if (manifest !== undefined) return { folder, manifest };
    if (dirname(folder) === folder) return undefined;
  }
}

function installedVersion(start: string, name: string): string | null {
  for (let folder = start; ; folder = dirname(folder)) {
    const manifest = readJson(join(folder, "node_modules", name, "package.json"));
    if (manifest !== undefined) return text(manifest["version"]);
    if (dirname(folder) === folder) return null;
  }
}

function readJson(file: string): Record<string, unknown> | undefined {
  try {
    return record(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return undefined;
  }
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
