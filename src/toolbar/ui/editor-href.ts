import type { EditorLinks } from "../exchange-page.ts";

/**
 * The address that opens a place in the editor.
 *
 * @param where "routes/cart.ts:31", relative to the application's folder or absolute.
 * @returns undefined for what is not a file, such as Node's own modules.
 */
export function editorHref(where: string, { template, directory, paths }: EditorLinks): string | undefined {
  const [, name, line = "1"] = /^(.+?)(?::(\d+))?(?::\d+)?$/.exec(where) ?? [];
  if (name === undefined || /^[a-z][a-z0-9+.-]+:/i.test(name)) return undefined;
  const slashed = name.replaceAll("\\", "/");
  let file = /^(?:\/|[a-z]:\/)/i.test(slashed) ? slashed : `${directory}/${slashed}`;
  const mapping = paths.find(([from]) => file === from || file.startsWith(`${from}/`));
  if (mapping !== undefined) file = mapping[1] + file.slice(mapping[0].length);
  if (!file.startsWith("/")) file = `/${file}`;
  const encoded = encodeURI(file.toWellFormed()).replace(/[?#&+]/g, encodeURIComponent);
  return template.replaceAll("{file}", () => encoded).replaceAll("{line}", line);
}
