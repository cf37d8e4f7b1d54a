import { relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { originStacks } from "../origin.ts";

/** The folder of the toolbar. Undefined in a CommonJS bundle, which has no `import.meta.url`. */
const OWN_FOLDER =
  (import.meta.url as string | undefined) === undefined ? undefined : fileURLToPath(new URL("..", import.meta.url));
/**
 * Matches "at name (file:line:column)" and "at async file:line:column". Node's own files do not
 * match, because they have neither `file:` nor a path.
 */
const FRAME = /(?:\(|^at (?:async )?)((?:file:\/\/|[A-Za-z]:\\|\/).*):(\d+):\d+\)?$/;

/** The folder of a package's code, below the folder of the application or beside it. */
const OF_A_PACKAGE = /(?:^|[\\/])node_modules[\\/]/;

/**
 * The file and line of the application that runs, without frames of Node, of the toolbar and of
 * packages: "routes/cart.ts:31". "" if there is none.
 *
 * @param directory paths are relative to this folder. A file outside of it has its whole path.
 */
export function callSite(directory: string): string {
  const limit = Error.stackTraceLimit;
  // Node's frames of console and of the channel come before the one that we need.
  Error.stackTraceLimit = Math.max(limit, 20);
  const stack = new Error("call site").stack ?? "";
  Error.stackTraceLimit = limit;
  return lineOf(stack, directory) ?? lineOf(originStacks(), directory) ?? "";
}

/** The first line of a stack that is the application's own. */
function lineOf(stack: string, directory: string): string | undefined {
  for (const line of stack.split("\n")) {
    const match = FRAME.exec(line.trim());
    if (match === null) continue;
    const file = toPath(match[1]!);
    if (OWN_FOLDER !== undefined && file.startsWith(OWN_FOLDER)) continue;
    const inside = relative(directory, file);
    // By the relative path, because an application may itself be below a node_modules folder.
    if (OF_A_PACKAGE.test(inside)) continue;
    return `${inside.startsWith("..") ? file : inside.replaceAll(sep, "/")}:${match[2]}`;
  }
  return undefined;
}

function toPath(file: string): string {
  if (!file.startsWith("file:")) return file;
  try {
    return fileURLToPath(file.replace(/\?.*$/, ""));
  } catch {
    return file;
  }
}
