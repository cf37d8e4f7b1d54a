import { existsSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { PACKAGE_FOLDER } from "../package-folder.ts";

/** A file that a page of the documentation shows whole. */
export interface PageFile {
  readonly path: string;
  readonly text: string;
}

/** The files of a page that have these paths, in their order. */
export function pageFiles(page: string, paths: readonly string[]): readonly PageFile[] {
  const place = join(PACKAGE_FOLDER, page);
  const text = existsSync(place) ? readFileSync(place, "utf8") : "";
  const blocks = [...text.matchAll(/^```\w+ title="([^"]+)"\n([^]*?)^```$/gm)];
  return paths.flatMap((path) => {
    const block = blocks.find(([, title]) => title === path);
    return block === undefined ? [] : [{ path, text: block[2]! }];
  });
}

/** How a user in this folder opens a page of the package. */
export function pagePath(folder: string, page: string): string {
  const place = join(PACKAGE_FOLDER, page);
  const near = relative(folder, place).replaceAll("\\", "/");
  return near.split("../").length > 4 ? place : near;
}
