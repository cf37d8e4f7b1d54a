import { TemplateError } from "../errors.ts";

/** A word or sign inside of a tag. */
export interface Token {
  readonly kind: "name" | "integer" | "float" | "string" | "sign";
  /** The text as written; of a string its value. */
  readonly text: string;
  readonly line: number;
}

/** A part of a template: text, `{{ … }}` or `{% … %}`. */
export type Part =
  | { readonly is: "text"; readonly text: string; readonly line: number }
  | { readonly is: "output" | "tag"; readonly tokens: readonly Token[]; readonly line: number };

/** The longest signs first. */
const SIGNS = /^(?:\/\/|\*\*|==|!=|>=|<=|[-+*/%~()[\]{}.:,|=<>;])/;
const NAME = /^[\p{ID_Start}_][\p{ID_Continue}]*/u;
const FLOAT = /^(?:\d(?:_?\d)*)(?:(?:\.\d(?:_?\d)*)(?:[eE][+-]?\d(?:_?\d)*)?|[eE][+-]?\d(?:_?\d)*)/;
const INTEGER = /^(?:0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[\da-fA-F])+|[1-9](?:_?\d)*|0(?:_?0)*)/;
const STRING = /^(?:'(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*")/;
const RAW = /\{%[-+]?\s*raw\s*(?:-%\}\s*|\+?%\})/y;
const ENDRAW = /\{%([-+]?)\s*endraw\s*(?:([-+]?)%\})/g;

/**
 * Splits a template into its parts, as Jinja's lexer does with its default delimiters.
 *
 * Line breaks become `\n`, one line break at the end is dropped, and `-` at a tag strips white
 * space.
 *
 * @throws TemplateError for a tag without an end, or a character that no tag may have.
 */
export function lex(source: string, template: string): Part[] {
  const text = source.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  const parts: Part[] = [];
  let at = 0;
  let line = 1;
  const fail = (message: string): never => {
    throw new TemplateError("syntax", message, { template, line });
  };
  const moveTo = (end: number): void => {
    for (let index = at; index < end; index++) if (text[index] === "\n") line++;
    at = end;
  };
  const addText = (end: number, strip: boolean): void => {
    const raw = text.slice(at, end);
    const kept = strip ? raw.trimEnd() : raw;
    if (kept !== "") parts.push({ is: "text", text: kept, line });
    moveTo(end);
  };
  const afterTag = (strip: boolean): void => {
    if (strip) moveTo(at + /^\s*/.exec(text.slice(at))![0].length);
  };

  while (at < text.length) {
    const open = findOpening(text, at);
    if (open === -1) {
      addText(text.length, false);
      break;
    }
    addText(open, text[open + 2] === "-");
    const kind = text[open + 1];
    if (kind === "#") {
      const end = text.indexOf("#}", open + 2);
      if (end === -1) fail("Missing end of comment tag. Fix: close it with #}.");
      moveTo(end + 2);
      afterTag(text[end - 1] === "-" && end - 1 > open + 1);
      continue;
    }
    RAW.lastIndex = open;
    const raw = RAW.exec(text);
    if (raw !== null) {
      moveTo(open + raw[0].length);
      ENDRAW.lastIndex = at;
      const end = ENDRAW.exec(text);
      if (end === null) return fail("Missing end of raw directive. Fix: close it with {% endraw %}.");
      addText(end.index, end[1] === "-");
      moveTo(end.index + end[0].length);
      afterTag(end[2] === "-");
      continue;
    }
    const tagLine = line;
    const sign = text[open + 2];
    moveTo(open + 2 + (sign === "-" || sign === "+" ? 1 : 0));
    const close = kind === "{" ? "}}" : "%}";
    const { tokens, strip } = readTokens(close);
    parts.push({ is: kind === "{" ? "output" : "tag", tokens, line: tagLine });
    afterTag(strip);
  }
  return parts;

  function readTokens(close: string): { tokens: Token[]; strip: boolean } {
    const tokens: Token[] = [];
    const open: string[] = [];
    for (;;) {
      moveTo(at + /^\s*/.exec(text.slice(at, at + 4096))![0].length);
      if (at >= text.length) fail(`The tag has no end. Fix: close it with ${close}.`);
      // Inside of brackets, "}}" closes two dicts, and "-" is an operator.
      if (open.length === 0) {
        const end = [`-${close}`, ...(close === "%}" ? [`+${close}`] : []), close].find((candidate) =>
          text.startsWith(candidate, at),
        );
        if (end !== undefined) {
          moveTo(at + end.length);
          return { tokens, strip: end.startsWith("-") };
        }
      }
      const rest = text.slice(at, at + 65_536);
      const add = (kind: Token["kind"], length: number, value = rest.slice(0, length)): void => {
        tokens.push({ kind, text: value, line });
        moveTo(at + length);
      };
      let match: RegExpExecArray | null;
      if ((match = FLOAT.exec(rest)) !== null) add("float", match[0].length);
      else if ((match = INTEGER.exec(rest)) !== null) add("integer", match[0].length);
      else if ((match = NAME.exec(rest)) !== null) add("name", match[0].length);
      else if ((match = STRING.exec(rest)) !== null)
        add("string", match[0].length, unescapeText(match[0].slice(1, -1), fail));
      else if ((match = SIGNS.exec(rest)) !== null) {
        const found = match[0];
        if ("([{".includes(found)) open.push({ "(": ")", "[": "]", "{": "}" }[found]!);
        else if (")]}".includes(found)) {
          const expected = open.pop();
          if (expected === undefined) fail(`unexpected '${found}'`);
          if (expected !== found) fail(`unexpected '${found}', expected '${expected}'`);
        }
        add("sign", found.length);
      } else fail(`unexpected char ${JSON.stringify(String.fromCodePoint(text.codePointAt(at)!))}`);
    }
  }
}

/** The next `{{`, `{%` or `{#`. */
function findOpening(text: string, from: number): number {
  for (let at = text.indexOf("{", from); at !== -1; at = text.indexOf("{", at + 1)) {
    const next = text[at + 1];
    if (next === "{" || next === "%" || next === "#") return at;
  }
  return -1;
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  b: "\b",
  f: "\f",
  v: "\v",
  a: "\u0007",
  "\\": "\\",
  "'": "'",
  '"': '"',
  "\n": "",
};

/** Python's escapes. An unknown one stays as it is. */
function unescapeText(text: string, fail: (message: string) => never): string {
  return text.replace(
    /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{1,3})|(N\{[^}]*\}?)|([\s\S]))/g,
    (
      whole,
      hex: string | undefined,
      short: string | undefined,
      long: string | undefined,
      octal: string | undefined,
      named: string | undefined,
      one: string | undefined,
    ) => {
      if (named !== undefined) return fail("\\N{…} is not possible here. Fix: write the character itself.");
      const code = hex ?? short ?? long;
      if (code !== undefined) {
        const point = Number.parseInt(code, 16);
        return point > 0x10_ff_ff ? fail("illegal Unicode character in a string") : String.fromCodePoint(point);
      }
      if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
      if (one === "x" || one === "u" || one === "U") return fail(`truncated \\${one} escape in a string`);
      return ESCAPES[one!] ?? whole;
    },
  );
}
