/** As `JSON.parse` calls its reviver, for numbers and the other values without members. */
export type Reviver = (this: object, key: string, value: unknown, context: { readonly source?: string }) => unknown;

/** One mark, one string or one word, with the white space before it. */
const TOKEN = /[ \t\n\r]*(?:([{}[\],:])|("[^"\\]*(?:\\.[^"\\]*)*")|([^\s{}[\],:"]+))/gsy;
/**
 * A string, and whether it is a name. One that does not end goes to the end of the text: were it
 * tried again from each of its quotation marks, a hostile text would take seconds.
 */
const STRING = /"[^"\\]*(?:\\.?[^"\\]*)*(?:"([ \t\n\r]*:)?|$)/gs;

/** Whether a name in the text is written with an escape, such as `"\u00e9": 1`. */
export function hasEscapedName(text: string): boolean {
  if (!text.includes("\\")) return false;
  for (const [string, colon] of text.matchAll(STRING)) if (colon !== undefined && string.includes("\\")) return true;
  return false;
}

/**
 * Like `JSON.parse`, for texts with escapes in names.
 *
 * V8 13.6 (Node 24) reads such names wrongly: it compares the text of the name, with its escapes,
 * to the name that the last object of this shape had. Once `{"a":1,"\\":2}` was parsed anywhere in
 * the process, the name in `{"a":1,"\u4eae":2}` is read as a backslash. So each name is parsed by
 * itself here.
 *
 * @throws SyntaxError if it is not JSON.
 */
export function parseJson(text: string, revive: Reviver): unknown {
  const tokens = new RegExp(TOKEN);
  let token = "";
  // A function, because the compiler does not see that `next` changes the token.
  const isAt = (mark: string): boolean => token === mark;
  let position = 0;

  const next = (): void => {
    const match = tokens.exec(text);
    token = match?.[1] ?? match?.[2] ?? match?.[3] ?? "";
    if (match !== null) position = tokens.lastIndex;
  };
  const skip = (mark: string): void => {
    if (token !== mark) throw new SyntaxError("The text is no JSON.");
    next();
  };
  const skipComma = (end: string): void => {
    if (token === end) return;
    skip(",");
    if (token === end) throw new SyntaxError("The text is no JSON.");
  };

  const readInto = (holder: object, key: string): void => {
    let value: unknown;
    if (token === "{") {
      const object = {};
      skip("{");
      while (!isAt("}")) {
        if (!token.startsWith('"')) throw new SyntaxError("The text is no JSON.");
        const name = JSON.parse(token) as string;
        next();
        skip(":");
        readInto(object, name);
        skipComma("}");
      }
      value = object;
    } else if (token === "[") {
      const list: unknown[] = [];
      skip("[");
      while (!isAt("]")) {
        readInto(list, String(list.length));
        skipComma("]");
      }
      value = list;
    } else value = revive.call(holder, key, JSON.parse(token), { source: token });
    // An assignment to __proto__ would change the prototype.
    Object.defineProperty(holder, key, { value, writable: true, enumerable: true, configurable: true });
    next();
  };

  next();
  const root: Record<string, unknown> = {};
  readInto(root, "");
  if (token !== "" || /[^ \t\n\r]/.test(text.slice(position))) throw new SyntaxError("The text is no JSON.");
  return root[""];
}
