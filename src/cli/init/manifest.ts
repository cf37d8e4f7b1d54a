import { UsageError } from "../usage-error.ts";

/** What of a package.json is read. */
export interface Manifest {
  readonly type?: string;
  readonly main?: string;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly workspaces?: readonly string[] | { readonly packages?: readonly string[] };
}

/** All packages that it names, with the versions that it asks for. */
export function packagesOf(manifest: Manifest): ReadonlyMap<string, string> {
  const kinds = ["peerDependencies", "devDependencies", "dependencies"];
  return new Map(
    kinds.flatMap((kind) => {
      const named = (manifest as Readonly<Record<string, unknown>>)[kind];
      return typeof named === "object" && named !== null
        ? Object.entries(named).map(([name, range]) => [name, String(range)] as const)
        : [];
    }),
  );
}

/**
 * The text of a package.json as an object.
 *
 * @throws UsageError for a text that is not JSON, and for JSON that is not an object.
 */
export function parseManifest(text: string): Manifest {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw new UsageError(
      `package.json is not JSON: ${(error as SyntaxError).message}. Fix: correct it; npm pkg get name shows whether npm reads it.`,
    );
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
    throw new UsageError("package.json is JSON, but not an object. Fix: npm init -y makes a new one.");
  const { type, main, scripts, workspaces, ...others } = parsed as Record<string, unknown>;
  // npm ignores a member of another type. So does this.
  const isText = (value: unknown): value is string => typeof value === "string" && value !== "";
  return {
    ...others,
    ...(isText(type) && { type }),
    ...(isText(main) && { main }),
    ...(typeof scripts === "object" && scripts !== null && { scripts: scripts as Record<string, string> }),
    ...(typeof workspaces === "object" && workspaces !== null && { workspaces }),
  };
}
