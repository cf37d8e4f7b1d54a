import { readFileSync } from "node:fs";

/** One way into the package: what a user writes in an import, and the source behind it. */
export interface EntryPoint {
  /** Such as "latchkey/keys". */
  readonly name: string;
  /** Such as "src/keys/index.ts". */
  readonly source: string;
}

const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  readonly exports: Readonly<Record<string, string | { readonly "latchkey-source": string }>>;
};

/** All entry points, as `exports` in package.json lists them. */
export const ENTRY_POINTS: readonly EntryPoint[] = Object.entries(manifest.exports).flatMap(([path, target]) =>
  typeof target === "string"
    ? []
    : [{ name: `latchkey${path.slice(1)}`, source: target["latchkey-source"].slice("./".length) }],
);
