import { Markup } from "../../../index.ts";
import { ValueProblem } from "../errors.ts";
import { integer, text } from "../values/bind.ts";
import { iterate } from "../values/compare.ts";
import { isText, mappingOf, mustExist, textOf, Undefined, typeName } from "../values/kinds.ts";
import { escapeText, print, toHtml } from "../values/print.ts";
import { SPACES, strip } from "../values/text-parts.ts";
import { filter, type Filter } from "../values/filter.ts";
import { urlize } from "./urlize.ts";

const escape = filter([], (_, value) => new Markup(toHtml(value)));
/** Characters that would end an attribute's name. */
const NOT_IN_A_NAME = /[\s/>=]/;

/** Percent-encodes a text as Python's `quote` does. */
function quote(value: unknown, safe: string): string {
  const encoded = encodeURIComponent(print(value).toWellFormed());
  const strict = encoded.replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
  return safe === "" ? strict : strict.replaceAll("%2F", "/");
}

function pairOf(value: unknown): readonly unknown[] {
  const pair = iterate(value);
  if (pair.length !== 2)
    throw new ValueProblem(`urlencode takes pairs of name and value, and got ${pair.length} value(s)`);
  return pair;
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: "\u00A0",
  copy: "©",
  reg: "®",
  trade: "™",
  hellip: "…",
  mdash: "—",
  ndash: "–",
  lsquo: "‘",
  rsquo: "’",
  ldquo: "“",
  rdquo: "”",
  laquo: "«",
  raquo: "»",
  bull: "•",
  middot: "·",
  euro: "€",
  pound: "£",
  yen: "¥",
  cent: "¢",
  sect: "§",
  para: "¶",
  deg: "°",
  plusmn: "±",
  times: "×",
  divide: "÷",
  auml: "ä",
  ouml: "ö",
  uuml: "ü",
  Auml: "Ä",
  Ouml: "Ö",
  Uuml: "Ü",
  szlig: "ß",
  eacute: "é",
  egrave: "è",
  agrave: "à",
  ccedil: "ç",
  ntilde: "ñ",
};

function unescape(html: string): string {
  return html.replace(
    /&(?:#(\d+);?|#[xX]([\da-fA-F]+);?|([A-Za-z]\w*);)/g,
    (whole, decimal: string, hex: string, name: string) => {
      if (name !== undefined) {
        if (Object.hasOwn(ENTITIES, name)) return ENTITIES[name]!;
        throw new ValueProblem(`striptags does not know ${whole}. Fix: write the character itself.`);
      }
      const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
      return code > 0 && code <= 0x10_ff_ff && !(code >= 0xd8_00 && code <= 0xdf_ff)
        ? String.fromCodePoint(code)
        : "\uFFFD";
    },
  );
}

/** A text without its parts from `open` to the next `close`. What is not closed stays. */
function without(html: string, open: string, close: string): string {
  let kept = "";
  let at = 0;
  for (;;) {
    const start = html.indexOf(open, at);
    const end = start === -1 ? -1 : html.indexOf(close, start);
    if (end === -1) return kept + html.slice(at);
    kept += html.slice(at, start);
    at = end + close.length;
  }
}

function striptags(html: string): string {
  const text = without(without(html, "<!--", "-->"), "<", ">");
  return unescape(strip(text.replace(SPACES, " "), undefined));
}

export const HTML_FILTERS: Readonly<Record<string, Filter>> = {
  escape,
  e: escape,
  forceescape: filter([], (_, value) => new Markup(escapeText(print(value)))),
  safe: filter([], (_, value) => new Markup(print(value))),
  striptags: filter([], (_, value) => striptags(print(value))),
  urlencode: filter([], (_, value) => {
    const mapping = mappingOf(value);
    if (
      mapping === undefined &&
      (isText(value) || value === null || typeof value !== "object" || value instanceof Undefined)
    )
      return quote(value, "/");
    if (mapping === undefined && !Array.isArray(value)) return quote(value, "/");
    const pairs =
      mapping === undefined ? iterate(value).map(pairOf) : mapping.keys().map((key) => [key, mapping.get(key)]);
    const plus = (part: unknown): string => quote(part, "").replaceAll("%20", "+");
    return pairs.map(([key, item]) => `${plus(key)}=${plus(item)}`).join("&");
  }),
  urlize: filter(
    ["trim_url_limit", "nofollow", "target", "rel", "extra_schemes"],
    (context, value, limit, nofollow, target, rel, schemes) => {
      const html = urlize(toHtml(value), {
        limit: limit === undefined || limit === null ? undefined : integer(limit),
        rel: [
          ...(rel === undefined || rel === null ? [] : text(rel, "rel").split(/\s+/)),
          "noopener",
          ...(nofollow === true ? ["nofollow"] : []),
        ],
        target: target === undefined || target === null ? undefined : text(target, "target"),
        schemes:
          schemes === undefined || schemes === null ? [] : iterate(schemes).map((scheme) => text(scheme, "scheme")),
      });
      return context.escape ? new Markup(html) : html;
    },
  ),
  xmlattr: filter(["autospace"], (context, value, autospace = true) => {
    mustExist(value);
    const mapping = mappingOf(value);
    if (mapping === undefined) throw new ValueProblem(`xmlattr takes a dict, and got ${typeName(value)}`);
    const attributes: string[] = [];
    for (const key of mapping.keys()) {
      const item = mapping.get(key);
      if (item === null || item === undefined || item instanceof Undefined) continue;
      const name = isText(key) ? textOf(key) : print(key);
      if (NOT_IN_A_NAME.test(name))
        throw new ValueProblem(
          `Invalid character in attribute name: '${name}'. Fix: take names from the template, and not from input.`,
        );
      attributes.push(`${escapeText(name)}="${toHtml(item)}"`);
    }
    const joined = attributes.join(" ");
    const html = autospace === true && joined !== "" ? ` ${joined}` : joined;
    return context.escape ? new Markup(html) : html;
  }),
};
