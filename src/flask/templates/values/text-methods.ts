import { Markup, Tuple } from "../../../index.ts";
import { ValueProblem } from "../errors.ts";
import { bind, integer, text } from "./bind.ts";
import { iterate } from "./compare.ts";
import { isText, textOf, typeName, type Keywords } from "./kinds.ts";
import { escapeText } from "./print.ts";
import { center, capitalize, isSpace, split, splitLines, splitRight, strip, titleCase } from "./text-parts.ts";

/** The part of a text from `start` to `end`, and where it begins, in characters. */
function between(value: string, start: unknown, end: unknown): { part: string; from: number } {
  const list = [...value];
  const size = list.length;
  const clamp = (at: unknown, otherwise: number): number => {
    if (at === undefined || at === null) return otherwise;
    const index = integer(at);
    return Math.min(Math.max(index < 0 ? index + size : index, 0), size);
  };
  const from = clamp(start, 0);
  return { part: list.slice(from, clamp(end, size)).join(""), from };
}

const characters = (text: string): number => Array.from(text).length;

const indexIn = (part: string, sought: string, last: boolean): number => {
  const at = last ? part.lastIndexOf(sought) : part.indexOf(sought);
  return at === -1 ? -1 : characters(part.slice(0, at));
};

function count(part: string, sought: string): number {
  return sought === "" ? [...part].length + 1 : part.split(sought).length - 1;
}

function replace(value: string, old: string, by: string, limit: number): string {
  if (limit < 0) return value.replaceAll(old, () => by);
  const pieces = old === "" ? ["", ...value] : value.split(old);
  if (old === "") return [...value].reduce((done, character, at) => done + (at < limit ? by : "") + character, "");
  const head = pieces.slice(0, limit + 1).join(by);
  return pieces.length > limit + 1 ? `${head}${old}${pieces.slice(limit + 1).join(old)}` : head;
}

const affixes = (value: unknown): string[] =>
  isText(value)
    ? [textOf(value)]
    : value instanceof Tuple
      ? value.map((item) => text(item, "affix"))
      : [text(value, "affix")];

type Method = (
  value: string,
  args: readonly unknown[],
  keywords: Keywords,
  escape: (part: string) => string,
) => unknown;

const all = (value: string, rule: RegExp): boolean =>
  value !== "" && [...value].every((character) => rule.test(character));
const plain =
  (run: (value: string) => unknown): Method =>
  (value, args, keywords) => {
    bind("method", [], args, keywords);
    return run(value);
  };

/** Those that return texts return safe HTML for safe HTML. */
export const TEXT_METHODS: Readonly<Record<string, Method>> = {
  upper: plain((value) => value.toUpperCase()),
  lower: plain((value) => value.toLowerCase()),
  casefold: plain((value) => value.toLowerCase().replaceAll("ß", "ss")),
  title: plain(titleCase),
  capitalize: plain(capitalize),
  swapcase: plain((value) =>
    [...value].map((one) => (one === one.toUpperCase() ? one.toLowerCase() : one.toUpperCase())).join(""),
  ),
  strip: (value, args, keywords) => strip(value, bind("strip", ["chars"], args, keywords)[0]),
  lstrip: (value, args, keywords) => strip(value, bind("lstrip", ["chars"], args, keywords)[0], "left"),
  rstrip: (value, args, keywords) => strip(value, bind("rstrip", ["chars"], args, keywords)[0], "right"),
  split: (value, args, keywords) => {
    const [separator, limit] = bind("split", ["sep", "maxsplit"], args, keywords);
    return split(value, separator, integer(limit, -1));
  },
  rsplit: (value, args, keywords) => {
    const [separator, limit] = bind("rsplit", ["sep", "maxsplit"], args, keywords);
    return splitRight(value, separator, integer(limit, -1));
  },
  splitlines: (value, args, keywords) =>
    splitLines(value, Boolean(bind("splitlines", ["keepends"], args, keywords)[0])),
  join: (value, args, keywords, escape) => {
    const [items] = bind("join", ["iterable!"], args, keywords);
    return iterate(items)
      .map((item, index) => {
        if (item instanceof Markup) return item.html;
        if (typeof item !== "string")
          throw new ValueProblem(`sequence item ${index}: expected str instance, ${typeName(item)} found`);
        return escape(item);
      })
      .join(value);
  },
  replace: (value, args, keywords, escape) => {
    const [old, by, limit] = bind("replace", ["old!", "new!", "count"], args, keywords);
    // MarkupSafe escapes the new text, and takes the old one as it is.
    const safe = by instanceof Markup ? by.html : escape(text(by, "replace() argument"));
    return replace(value, text(old, "replace() argument"), safe, integer(limit, -1));
  },
  startswith: (value, args, keywords) => {
    const [prefix, start, end] = bind("startswith", ["prefix!", "start", "end"], args, keywords);
    return affixes(prefix).some((affix) => between(value, start, end).part.startsWith(affix));
  },
  endswith: (value, args, keywords) => {
    const [suffix, start, end] = bind("endswith", ["suffix!", "start", "end"], args, keywords);
    return affixes(suffix).some((affix) => between(value, start, end).part.endsWith(affix));
  },
  ...Object.fromEntries(
    [
      ["find", false, false],
      ["rfind", true, false],
      ["index", false, true],
      ["rindex", true, true],
    ].map(([name, last, strict]): [string, Method] => [
      name as string,
      (value, args, keywords) => {
        const [sought, start, end] = bind(name as string, ["sub!", "start", "end"], args, keywords);
        const { part, from } = between(value, start, end);
        const at = indexIn(part, text(sought, "must"), last as boolean);
        if (at === -1 && strict === true) throw new ValueProblem("substring not found");
        return at === -1 ? -1 : at + from;
      },
    ]),
  ),
  count: (value, args, keywords) => {
    const [sought, start, end] = bind("count", ["sub!", "start", "end"], args, keywords);
    return count(between(value, start, end).part, text(sought, "must"));
  },
  zfill: (value, args, keywords) => {
    const width = integer(bind("zfill", ["width!"], args, keywords)[0]);
    const [, sign, rest] = /^([-+]?)([\s\S]*)$/.exec(value)!;
    return sign! + rest!.padStart(width - sign!.length, "0");
  },
  ljust: (value, args, keywords) => {
    const [width, fill] = bind("ljust", ["width!", "fillchar"], args, keywords);
    return value + one(fill).repeat(Math.max(0, integer(width) - [...value].length));
  },
  rjust: (value, args, keywords) => {
    const [width, fill] = bind("rjust", ["width!", "fillchar"], args, keywords);
    return one(fill).repeat(Math.max(0, integer(width) - [...value].length)) + value;
  },
  center: (value, args, keywords) => {
    const [width, fill] = bind("center", ["width!", "fillchar"], args, keywords);
    return center(value, integer(width), one(fill));
  },
  partition: (value, args, keywords) => {
    const by = text(bind("partition", ["sep!"], args, keywords)[0], "sep");
    const at = value.indexOf(by);
    return at === -1 ? Tuple.of(value, "", "") : Tuple.of(value.slice(0, at), by, value.slice(at + by.length));
  },
  rpartition: (value, args, keywords) => {
    const by = text(bind("rpartition", ["sep!"], args, keywords)[0], "sep");
    const at = value.lastIndexOf(by);
    return at === -1 ? Tuple.of("", "", value) : Tuple.of(value.slice(0, at), by, value.slice(at + by.length));
  },
  removeprefix: (value, args, keywords) => {
    const prefix = text(bind("removeprefix", ["prefix!"], args, keywords)[0], "prefix");
    return value.startsWith(prefix) ? value.slice(prefix.length) : value;
  },
  removesuffix: (value, args, keywords) => {
    const suffix = text(bind("removesuffix", ["suffix!"], args, keywords)[0], "suffix");
    return suffix !== "" && value.endsWith(suffix) ? value.slice(0, -suffix.length) : value;
  },
  expandtabs: (value, args, keywords) => {
    const size = integer(bind("expandtabs", ["tabsize"], args, keywords)[0], 8);
    return value
      .split(/(\n|\r)/)
      .map((line) => {
        let column = 0;
        return [...line]
          .map((character) => {
            const shown = character === "\t" ? " ".repeat(size === 0 ? 0 : size - (column % size)) : character;
            column += [...shown].length;
            return shown;
          })
          .join("");
      })
      .join("");
  },
  isdigit: plain((value) => all(value, /[\p{Nd}²³¹⁰-⁹₀-₉]/u)),
  isdecimal: plain((value) => all(value, /\p{Nd}/u)),
  isnumeric: plain((value) => all(value, /\p{N}/u)),
  isalpha: plain((value) => all(value, /\p{L}/u)),
  isalnum: plain((value) => all(value, /[\p{L}\p{N}]/u)),
  isspace: plain((value) => value !== "" && [...value].every(isSpace)),
  isupper: plain((value) => value !== value.toLowerCase() && value === value.toUpperCase()),
  islower: plain((value) => value !== value.toUpperCase() && value === value.toLowerCase()),
  istitle: plain((value) => /\p{L}/u.test(value) && value === titleCase(value)),
  isidentifier: plain((value) => /^[\p{XID_Start}_]\p{XID_Continue}*$/u.test(value)),
  isascii: plain((value) => [...value].every((character) => character <= "\u007F")),
};

const one = (fill: unknown): string => {
  if (fill === undefined) return " ";
  const character = text(fill, "the fill character");
  if ([...character].length !== 1) throw new ValueProblem("The fill character must be exactly one character long");
  return character;
};

/** Calls a method of a text. On safe HTML the result is safe, and arguments are escaped. */
export function callTextMethod(
  value: string | Markup,
  name: string,
  args: readonly unknown[],
  keywords: Keywords,
): unknown {
  const safe = value instanceof Markup;
  if (safe && ["striptags", "unescape"].includes(name))
    throw new ValueProblem(`Markup.${name}() is not possible here. Fix: use the filter striptags.`);
  const result = TEXT_METHODS[name]!(textOf(value), args, keywords, safe ? escapeText : (part) => part);
  if (!safe) return result;
  const wrap = (item: unknown): unknown => (typeof item === "string" ? new Markup(item) : item);
  if (result instanceof Tuple) return Tuple.of(...result.map(wrap));
  return Array.isArray(result) ? result.map(wrap) : wrap(result);
}
