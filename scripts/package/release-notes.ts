import type { Packed } from "./pack.ts";

/**
 * The notes of a release: the newest section of the CHANGELOG, and the sum of the file that npm
 * serves. The sum cannot stand in the CHANGELOG itself, because that is in the file.
 */
export function releaseNotes(changelog: string, { name, size, sha256 }: Packed): string {
  const [, section = ""] = changelog.split(/^(?=## )/m);
  return `${section.trim()}

## The file

| file | bytes | SHA-256 |
|---|---|---|
| \`${name}\` | ${size} | \`${sha256}\` |

\`npm pack latchkey@${/(\d+\.\d+\.\d+[^"]*?)\.tgz$/.exec(name)?.[1]} && sha256sum ${name}\` gives the same sum. So does
\`npm ci && npm run check:package\` in a clone of the tag.
`;
}
