import type { Address } from "./address.ts";
import type { Packed } from "./pack.ts";

/**
 * The notes of a release: the newest section of the CHANGELOG, and the sum of the file that npm
 * serves. The sum cannot stand in the CHANGELOG itself, because that is in the file.
 */
export function releaseNotes(changelog: string, { name, size, sha256 }: Packed, address?: Address): string {
  const [, section = ""] = changelog.split(/^(?=## )/m);
  const variables = address === undefined ? "" : `${address.variables} `;
  return `${section.trim()}

## The file

| file | bytes | SHA-256 |
|---|---|---|
| \`${name}\` | ${size} | \`${sha256}\` |

\`npm pack latchkey@${/(\d+\.\d+\.\d+[^"]*?)\.tgz$/.exec(name)?.[1]} && sha256sum ${name}\` gives the same sum. So does
\`npm ci && ${variables}npm run check:package\` in a clone of the tag.
`;
}
