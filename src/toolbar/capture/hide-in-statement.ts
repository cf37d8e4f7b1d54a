import { HIDDEN } from "./redact.ts";

/** A first look, which is cheap. Statements with none of these words hide nothing. */
const TELLING =
  /pass|pwd|pw|pin|otp|secret|token|cred|auth|cookie|csrf|xsrf|sig|key|card|sid|ssn|cv[vc]|jwt|iban|session|verifier|assertion|mnemonic|saml|connection|seed|recovery|backup|security|bearer/i;
/** A text, a mark, a number, a name, or a sign that matters. */
const TOKEN = /'(?:[^'\\]|\\.|'')*'|\?|\$\d+|\d[\d.]*|[\w$]+|"[^"]*"|`[^`]*`|\[[^\]]*\]|<>|!=|[=(),]/g;
const OPERATOR = /^(?:=|<>|!=|i?like)$/i;

/** A statement and its parameters. */
export interface HiddenStatement {
  readonly text: string;
  readonly params: unknown;
}

/**
 * Hides the values of columns with telling names: those in the text, and those of the parameters.
 *
 * It reads the two forms in which a value stands beside its column, `name = value` and
 * `insert into table (names) values (values)`. It does not understand SQL.
 *
 * @param params a list, for `?` or `$1`. Anything else is left as it is. Where the driver has put
 *   the values into the text, they are found by what was hidden there.
 * @param hides whether the values of a column are hidden.
 * @param mayHide whether the application's own names may be in the text.
 */
export function hideInStatement(
  text: string,
  params: unknown,
  hides: (column: string) => boolean,
  mayHide: (text: string) => boolean = () => false,
): HiddenStatement {
  if (!TELLING.test(text) && !mayHide(text)) return { text, params };
  const positions = new Set<number>();
  const literals = new Set<string>();
  /** Of an insert: whether each of its columns is hidden, and where the values have got to. */
  let columns: boolean[] = [];
  let part: "start" | "into" | "columns" | "values" = "start";
  let depth = 0;
  let column = 0;
  let marks = 0;
  let name = "";
  let isCompared = false;

  const result = text.replace(TOKEN, (token) => {
    if (OPERATOR.test(token)) {
      isCompared = name !== "";
      return token;
    }
    if (token === "(" || token === ")" || token === ",") {
      if (token === "(" && depth++ === 0) {
        column = 0;
        if (part === "into") part = "columns";
      } else if (token === ")") depth--;
      else if (token === "," && depth === 1) column++;
      return token;
    }
    const isValue = /^(?:['?\d]|\$\d)/.test(token);
    if (!isValue) {
      name = token.replace(/^["`[]|["`\]]$/g, "");
      isCompared = false;
      if (/^into$/i.test(name)) [part, columns] = ["into", []];
      else if (part === "columns" && depth === 1) columns.push(hides(name));
      else if (part === "columns" && /^values$/i.test(name)) part = "values";
      return token;
    }
    const isHidden = (isCompared && hides(name)) || (part === "values" && depth > 0 && columns[column] === true);
    isCompared = false;
    const position = token === "?" ? marks++ : token.startsWith("$") ? Number(token.slice(1)) - 1 : undefined;
    if (!isHidden) return token;
    if (position === undefined) {
      literals.add(token.startsWith("'") ? token.slice(1, -1).replace(/\\(.)|'(')/g, "$1$2") : token);
      return token.startsWith("'") ? `'${HIDDEN}'` : HIDDEN;
    }
    positions.add(position);
    return token;
  });
  return {
    text: result,
    params:
      Array.isArray(params) && positions.size + literals.size > 0
        ? params.map((value: unknown, index) => (positions.has(index) || literals.has(String(value)) ? HIDDEN : value))
        : params,
  };
}
