import nodeModule from "node:module";
import { toPath } from "./to-path.ts";

/** A place in a source file. */
export interface SourceOrigin {
  readonly file: string;
  /** Counts from 1. */
  readonly line: number;
  /** The text of the file, if the source map has it. */
  readonly content: string | undefined;
}

/**
 * Where generated code came from, by Node's own source maps. Node has them only if it was started
 * with `--enable-source-maps` or told so by the application; then most stacks name the origin
 * already. Without a map, the place itself.
 *
 * @param line counts from 1, as in a stack.
 * @param column counts from 1.
 */
export function originOf(file: string, line: number, column: number): SourceOrigin {
  const same: SourceOrigin = { file, line, content: undefined };
  try {
    // Not every runtime has it.
    const map = nodeModule.findSourceMap?.(file);
    if (map === undefined) return same;
    const entry = map.findEntry(line - 1, column - 1);
    if (!("originalSource" in entry) || typeof entry.originalSource !== "string") return same;
    const { sources, sourcesContent = [] } = map.payload as { sources: string[]; sourcesContent?: string[] };
    const index = sources.findIndex((source) => entry.originalSource.endsWith(source.replace(/^(?:\.{1,2}\/)+/, "")));
    const content: unknown = sourcesContent[index];
    return {
      file: toPath(entry.originalSource),
      line: entry.originalLine + 1,
      content: typeof content === "string" ? content : undefined,
    };
  } catch {
    return same;
  }
}
