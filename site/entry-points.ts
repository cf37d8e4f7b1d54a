import { readFileSync } from "node:fs";

const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  readonly exports: Readonly<Record<string, string | { readonly "latchkey-source": string }>>;
};

/** What a user writes in an import, such as "latchkey/keys", and the source behind it. */
export const ENTRY_POINTS: readonly { readonly name: string; readonly source: string }[] = Object.entries(
  manifest.exports,
).flatMap(([path, target]) =>
  typeof target === "string"
    ? []
    : [{ name: `latchkey${path.slice(1)}`, source: target["latchkey-source"].slice("./".length) }],
);
