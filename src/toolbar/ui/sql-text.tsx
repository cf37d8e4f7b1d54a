import type { JSX } from "preact";

/** Quoted texts, comments, placeholders and numbers, and the words of SQL. */
const PARTS =
  /('(?:[^']|'')*')|("[^"]*"|`[^`]*`)|(--[^\n]*|\/\*[^]*?\*\/)|(\$\d+|\?|[:@]\w+|\b\d+(?:\.\d+)?\b)|\b(all|and|as|asc|begin|between|by|case|commit|conflict|create|cross|delete|desc|distinct|do|else|end|exists|fetch|for|from|full|group|having|ilike|in|inner|insert|into|is|join|lateral|left|like|limit|not|null|nulls|offset|on|or|order|outer|over|partition|returning|right|rollback|select|set|table|then|union|update|using|values|when|where|with)\b/gi;

/** A statement of SQL, in which words of the language and values are told apart. */
export function SqlText({ text }: { readonly text: string }): JSX.Element {
  const pieces: (string | JSX.Element)[] = [];
  let at = 0;
  for (const match of text.matchAll(PARTS)) {
    const [part, quoted, name, comment, value] = match;
    const kind = quoted !== undefined || value !== undefined ? "value" : comment !== undefined ? "dim" : "word";
    if (name !== undefined) continue;
    pieces.push(text.slice(at, match.index), <span class={`sql-${kind}`}>{part}</span>);
    at = match.index + part.length;
  }
  return (
    <>
      {pieces}
      {text.slice(at)}
    </>
  );
}
