import { blocksOf, readPage, type Block } from "../docs/pages.ts";

/** A file that a page shows whole. */
export interface PageFile {
  /** From the folder of the application, such as "src/main.ts". */
  readonly path: string;
  readonly text: string;
  /** The line of the page on which the file begins. */
  readonly line: number;
}

/** The path that the fence of a block gives it; undefined for a block that is not a file. */
export function pathOf({ language }: Pick<Block, "language">): string | undefined {
  return /^\w+ title="([^"]+)"$/.exec(language)?.[1];
}

/**
 * The files that a page shows whole: the blocks that begin with a title, as in
 * ```` ```ts title="src/main.ts" ````.
 */
export function filesOf(page: string, markdown: string = readPage(page)): readonly PageFile[] {
  return blocksOf(page, markdown).flatMap((block) => {
    const path = pathOf(block);
    return path === undefined ? [] : [{ path, text: block.text, line: block.line }];
  });
}
