const ESCAPES: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  t: "\t",
  n: "\n",
  v: "\v",
  f: "\f",
  r: "\r",
};

/**
 * The path in the line "+++ b/path" of a diff. Git adds a tab if the path holds a space, and writes
 * it in the quotes of C if it holds a control character, a quote or a backslash. Undefined for any
 * other line. The diff must be made with core.quotePath=false and --dst-prefix=b/.
 */
export function pathInHeader(line: string): string | undefined {
  const [, quoted, plain] = /^\+\+\+ (?:"b\/(.*)"|b\/(.*?))\t?$/s.exec(line) ?? [];
  return quoted === undefined
    ? plain
    : quoted.replace(/\\(?:([0-7]{3})|(.))/g, (_, octal: string | undefined, letter: string) =>
        octal === undefined ? (ESCAPES[letter] ?? letter) : String.fromCharCode(Number.parseInt(octal, 8)),
      );
}
