/** A shorter statement is read at a glance. */
const SHORT = 72;
/** Quoted texts, comments and dollar quotes, brackets, and the words that begin a clause. */
const PARTS =
  /'(?:[^']|'')*'|"[^"]*"|`[^`]*`|--|\/\*|\$\$|[()]|(?<!\b(?:left|right|full|inner|cross|outer|delete))\s+(?=(?:from|where|(?:left |right |full |inner |cross )?(?:outer )?join|group by|having|window|order by|limit|offset|fetch|values|set|returning|union|on conflict|on duplicate key)\b)/gi;

/**
 * A long statement on one line, with a line for each of its clauses. Only white space changes.
 * Clauses in brackets stay where they are, and so does a statement that has lines or comments.
 */
export function brokenLines(statement: string): string {
  if (statement.length <= SHORT || /[\r\n]/.test(statement)) return statement;
  let depth = 0;
  let isPlain = true;
  const broken = statement.replaceAll(PARTS, (part) => {
    if (part === "--" || part === "/*" || part === "$$") isPlain = false;
    if (part === "(") depth++;
    if (part === ")") depth--;
    return part.trim() === "" && depth === 0 ? "\n" : part;
  });
  return isPlain ? broken : statement;
}
