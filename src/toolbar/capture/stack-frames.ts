import { isAbsolute, relative, sep } from "node:path";
import { isOwnFile } from "./is-own-file.ts";
import { originOf } from "./source-origin.ts";
import { toPath } from "./to-path.ts";

/** A stack with more text than this is not read to its end. An error may have one of 10 MB. */
const MOST_TEXT = 64_000;
const MOST_FRAMES = 50;
/** Longer lines are no frames. */
const LONGEST_LINE = 1_000;
/** How far into a stack its message may begin. Before it is only the error's name. */
const HEADER = 300;

/** Begins a location behind the name of a function. */
const LOCATION_FOLLOWS = / \((?=file:|\/|[A-Za-z]:[\\/]|node:|https?:|webpack|eval at |<anonymous>|native|index )/;
const LOCATION = /^(.+):(\d{1,9}):(\d{1,9})$/;

/** One call of a stack, before its source is read. */
export interface StackFrame {
  readonly name: string;
  readonly where: string;
  readonly isOwn: boolean;
  /** The path of the file; undefined for code that is in no file. */
  readonly file: string | undefined;
  readonly line: number;
  /** The text of the file, if the source map has it. */
  readonly content: string | undefined;
}

/**
 * The calls of a stack, the innermost first.
 *
 * @param message the error's message, which the stack begins with. It is skipped: it may be text
 *   from a visitor, with lines that look like calls and name files to read.
 * @param directory paths are relative to this folder.
 */
export function stackFrames(stack: string, message: string, directory: string): readonly StackFrame[] {
  const at = message === "" ? -1 : stack.slice(0, HEADER + message.length).indexOf(message);
  const from = at === -1 || at > HEADER ? 0 : at + message.length;
  const frames: StackFrame[] = [];
  for (const text of stack.slice(from, from + MOST_TEXT).split("\n")) {
    const line = text.length > LONGEST_LINE ? "" : text.trim();
    if (line.startsWith("at ")) frames.push(frameOf(line.slice("at ".length), directory));
    if (frames.length === MOST_FRAMES) break;
  }
  return frames;
}

function frameOf(call: string, directory: string): StackFrame {
  const follows = LOCATION_FOLLOWS.exec(call);
  const [name, location] =
    follows !== null && call.endsWith(")")
      ? [call.slice(0, follows.index), call.slice(follows.index + " (".length, -1)]
      : ["", call.replace(/^async /, "")];
  const match = LOCATION.exec(location);
  if (match === null) return { name: call, where: "", isOwn: false, file: undefined, line: 0, content: undefined };
  const [, place = "", line = "", column = ""] = match;
  const { file, line: first, content } = originOf(toPath(place), Number(line), Number(column));
  if (!isAbsolute(file))
    return { name, where: `${file}:${first}`, isOwn: false, file: undefined, line: first, content };
  const inside = relative(directory, file);
  const isInside = !inside.startsWith("..") && !isAbsolute(inside);
  return {
    name,
    where: `${isInside ? inside.replaceAll(sep, "/") : file}:${first}`,
    isOwn: isInside && !inside.split(sep).includes("node_modules") && !isOwnFile(file),
    file,
    line: first,
    content,
  };
}
