import { posix } from "node:path";
import { sitePathOf } from "./page-files.ts";

/**
 * A fenced block; a link or a picture; code in a sentence. The second and third group are the
 * link's.
 */
const PARTS = /^( *)```[^]*?^\1```$|!?\[((?:`[^`\n]*`|[^\][`])*)\]\(([^)\s]+)\)|`[^`\n]*`/gm;

/**
 * Changes the links of a page so that they lead to the pages of the site. A link to a file that the
 * site does not have, such as a test, becomes its text.
 *
 * @param file the page in the project, such as "docs/keys.md".
 */
export function siteLinks(file: string, markdown: string): string {
  const here = posix.dirname(sitePathOf(file)!);
  return markdown.replaceAll(
    PARTS,
    (whole: string, _indent: string | undefined, text: string | undefined, target: string | undefined) => {
      if (text === undefined || target === undefined || /^(?:[a-z]+:|#)/.test(target)) return whole;
      const [path = "", anchor] = target.split("#");
      const wanted = posix.join(posix.dirname(file), path);
      // Pictures are copied with the pages, so their relative addresses stay as they are.
      if (whole.startsWith("!")) return wanted.startsWith("docs/images/") ? whole : text;
      const page = sitePathOf(wanted);
      if (page === undefined) return text;
      return `[${text}](${posix.relative(here, page)}${anchor === undefined ? "" : `#${anchor}`})`;
    },
  );
}
