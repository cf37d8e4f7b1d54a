/**
 * A heading's anchor, as GitHub makes it. VitePress makes others by default, and a link with an
 * anchor must lead to the same heading on the site and in a forge.
 */
export function githubAnchor(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}
