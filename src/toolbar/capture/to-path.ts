import { fileURLToPath } from "node:url";

/** A file's path, from its address or its path as a stack names it. */
export function toPath(file: string): string {
  if (!file.startsWith("file:")) return file;
  try {
    return fileURLToPath(file.replace(/\?.*$/, ""));
  } catch {
    return file;
  }
}
