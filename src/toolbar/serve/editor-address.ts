import { isAbsolute } from "node:path";

/** How addresses of the editor are made. */
export interface EditorTemplate {
  /** An address with `{file}` and `{line}`. */
  readonly template: string;
  /** The folder that relative paths are in, with slashes. */
  readonly directory: string;
  /** Beginnings of paths on the server, and what they are where the editor runs. */
  readonly paths: readonly (readonly [from: string, to: string])[];
}

/**
 * The address that opens a place in the editor.
 *
 * @param where "routes/cart.ts:31", or an absolute path with a line.
 * @returns undefined for anything else, such as a module of Node.
 */
export function editorAddress({ template, directory, paths }: EditorTemplate, where: string): string | undefined {
  const [, file = "", line = ""] = /^(.+):(\d+)$/.exec(where) ?? [];
  if (file === "" || /^[a-z]{2,}:/i.test(file)) return undefined;
  const path = (isAbsolute(file) ? file : `${directory}/${file}`).replaceAll("\\", "/");
  const from = paths.find(([beginning]) => path === beginning || path.startsWith(`${beginning}/`));
  const moved = from === undefined ? path : from[1] + path.slice(from[0].length);
  const rooted = moved.startsWith("/") ? moved : `/${moved}`;
  const encoded = rooted.split("/").map(encodeURIComponent).join("/").replaceAll("%3A", ":");
  return template.replaceAll("{file}", () => encoded).replaceAll("{line}", line);
}
