/** What a part of a statement is. A string, a number and a date are all literals. */
export type SqlTokenKind = "word" | "name" | "literal" | "parameter" | "sign" | "comment";

/** A part of a statement, without the white space around it. */
export interface SqlToken {
  readonly kind: SqlTokenKind;
  readonly text: string;
  /** Whether the end of a string, a quoted name or a comment is missing. */
  readonly isOpen: boolean;
}

/** How the databases differ in what a quote and a comment are. */
interface Dialect {
  /** A backslash in a string escapes the next character. */
  readonly hasBackslash: boolean;
  /** "…" is a string, not a name. */
  readonly hasDoubleQuotedStrings: boolean;
  /** `#` begins a comment, and `--` does so only before white space. */
  readonly hasHashComments: boolean;
  /** `$$…$$` and `$tag$…$tag$` are strings. */
  readonly hasDollarQuotes: boolean;
  /** A comment may be inside of another. */
  readonly hasNestedComments: boolean;
  /** `[…]` is a name. */
  readonly hasBracketNames: boolean;
}

const OTHER: Dialect = {
  hasBackslash: false,
  hasDoubleQuotedStrings: false,
  hasHashComments: false,
  hasDollarQuotes: true,
  hasNestedComments: false,
  hasBracketNames: false,
};
const DIALECTS: readonly (readonly [RegExp, Dialect])[] = [
  [/postgres|^pg|cockroach|redshift/, { ...OTHER, hasNestedComments: true }],
  [
    /mysql|mariadb/,
    { ...OTHER, hasBackslash: true, hasDoubleQuotedStrings: true, hasHashComments: true, hasDollarQuotes: false },
  ],
  [/sqlite|libsql|^d1/, { ...OTHER, hasDollarQuotes: false, hasBracketNames: true }],
  [/mssql|sqlserver/, { ...OTHER, hasDollarQuotes: false, hasNestedComments: true, hasBracketNames: true }],
];

// Everything that is not ASCII counts as a letter, but for the dots of a hidden value.
const SPACE = /\s+/y;
const WORD = /[A-Za-z_\u0080-\u2021\u2023-\uffff][\w$\u0080-\u2021\u2023-\uffff]*/y;
const NUMBER = /0[xX][\da-fA-F_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?/y;
const HIDDEN = /•+/y;
const DOLLAR_TAG = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y;
const PARAMETER = /\?\d*|\$[\dA-Za-z_]\w*|:(?!:)[\dA-Za-z_]\w*|@[A-Za-z_]\w*/y;
const SIGN = /->>|->|#>>|#>|<=>|<>|<=|>=|!=|==|::|:=|\|\||&&|@>|<@|@@|!~\*|!~|~\*|<<|>>|[^]/y;
/** A prefix of a string: bits, hexadecimal, national, with escapes. */
const PREFIX = /^[bxne]$/i;

/**
 * Cuts a statement into its parts. It never throws, and its time grows with the length of the text
 * alone: what has no end goes to the end of the text.
 *
 * @param system the database, as in a span's detail: "postgresql", "mysql", "sqlite".
 */
export function sqlTokens(text: string, system: string): readonly SqlToken[] {
  const dialect = DIALECTS.find(([name]) => name.test(system.toLowerCase()))?.[1] ?? OTHER;
  const tokens: SqlToken[] = [];
  let at = 0;
  /** Where the last line begins: to look for its end again and again would take quadratic time. */
  const lastLine = text.lastIndexOf("\n") + 1;
  const add = (kind: SqlTokenKind, end: number, isOpen = false): void => {
    tokens.push({ kind, text: text.slice(at, end), isOpen });
    at = end;
  };
  /** Adds what is quoted, up to and with the quote at its end. */
  const addQuoted = (kind: SqlTokenKind, from: number, quote: string, hasBackslash = false): void => {
    const end = endOfQuoted(text, from, quote, hasBackslash);
    add(kind, end === -1 ? text.length : end, end === -1);
  };

  while (at < text.length) {
    const first = text[at]!;
    if (first <= " " || first > "~") {
      const space = endOf(SPACE, text, at);
      if (space !== -1) {
        at = space;
        continue;
      }
    }
    if (first === "'") addQuoted("literal", at + 1, "'", dialect.hasBackslash);
    else if (first === '"') {
      if (dialect.hasDoubleQuotedStrings) addQuoted("literal", at + 1, '"', dialect.hasBackslash);
      else addQuoted("name", at + 1, '"');
    } else if (first === "`") addQuoted("name", at + 1, "`");
    else if (first === "[" && dialect.hasBracketNames) addQuoted("name", at + 1, "]");
    else if (beginsLineComment(text, at, dialect)) {
      const end = at < lastLine ? text.indexOf("\n", at) : -1;
      // In a text that was put on one line, the end of the comment is not known. So only the sign
      // is dropped.
      add("comment", end === -1 ? at + (first === "#" ? 1 : 2) : end, end === -1);
    } else if (text.startsWith("/*", at)) {
      const end = endOfComment(text, at + 2, dialect.hasNestedComments);
      add("comment", end === -1 ? text.length : end, end === -1);
    } else addPlain(first);
  }
  return tokens;

  /** Adds what is not quoted. The first character says which patterns can match. */
  function addPlain(first: string): void {
    const tag = first === "$" && dialect.hasDollarQuotes ? endOf(DOLLAR_TAG, text, at) : -1;
    if (tag !== -1) {
      const end = text.indexOf(text.slice(at, tag), tag);
      add("literal", end === -1 ? text.length : end + tag - at, end === -1);
      return;
    }
    const word = endOf(WORD, text, at);
    if (word !== -1) {
      const isPrefix = text[word] === "'" && PREFIX.test(text.slice(at, word));
      if (isPrefix) addQuoted("literal", word + 1, "'", dialect.hasBackslash || /e/i.test(first));
      else add("word", word);
      return;
    }
    const literal = /[\d.]/.test(first) ? endOf(NUMBER, text, at) : first === "•" ? endOf(HIDDEN, text, at) : -1;
    const parameter = literal === -1 && /[?$:@]/.test(first) ? endOf(PARAMETER, text, at) : -1;
    if (literal !== -1) add("literal", literal);
    else if (parameter !== -1) add("parameter", parameter);
    else add("sign", endOf(SIGN, text, at));
  }
}

/** Where a match that begins at this place ends; -1 for none. */
function endOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : -1;
}

function beginsLineComment(text: string, at: number, { hasHashComments }: Dialect): boolean {
  if (text[at] === "#") return hasHashComments;
  return text.startsWith("--", at) && (!hasHashComments || at + 2 === text.length || /\s/.test(text[at + 2]!));
}

/** Behind the quote that ends it. A quote that stands twice is a part of the text. */
function endOfQuoted(text: string, from: number, quote: string, hasBackslash: boolean): number {
  for (let at = from; at < text.length; at++) {
    const character = text[at];
    if (hasBackslash && character === "\\") at++;
    else if (character === quote) {
      if (text[at + 1] !== quote) return at + 1;
      at++;
    }
  }
  return -1;
}

function endOfComment(text: string, from: number, isNested: boolean): number {
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    if (text.startsWith("*/", at)) {
      depth--;
      at++;
      if (depth === 0) return at + 1;
    } else if (isNested && text.startsWith("/*", at)) {
      depth++;
      at++;
    }
  }
  return -1;
}
