import { relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the toolbar. Undefined in a CommonJS bundle, which has no `import.meta.url`. */
const OWN_FOLDER =
  (import.meta.url as string | undefined) === undefined ? undefined : fileURLToPath(new URL("..", import.meta.url));
/**
 * Matches "at name (file:line:column)" and "at async file:line:column". Node's own files do not
 * match, because they have neither `file:` nor a path.
 */
const FRAME = /(?:\(|^at (?:async )?)((?:file:\/\/|[A-Za-z]:\\|\/).*):(\d+):\d+\)?$/;

/**
 * The file and line of the running code, without frames of Node and of the toolbar:
 * "routes/cart.ts:31".
 *
 * @param directory paths are relative to this folder. A file outside of it has its whole path.
 */
export function callSite(directory: string): string {
  const limit = Error.stackTraceLimit;
  // Node's frames of console and of the channel come before the one that we need.
  Error.stackTraceLimit = Math.max(limit, 20);
  const stack = new Error("call site").stack ?? "";
  Error.stackTraceLimit = limit;
  for (const line of stack.split("\n").slice(1)) {
    const match = FRAME.exec(line.trim());
    if (match === null) continue;
    const file = toPath(match[1]!);
    if (OWN_FOLDER !== undefined && file.startsWith(OWN_FOLDER)) continue;
    const inside = relative(directory, file);
    return `${inside.startsWith("..") ? file : inside.replaceAll(sep, "/")}:${match[2]}`;
  }
  return "";
}

function toPath(file: string): string {
  if (!file.startsWith("file:")) return file;
  try {
    return fileURLToPath(file.replace(/\?.*$/, ""));
  } catch {
    return file;
  }
}
