import { Markup, Tuple } from "../../../index.ts";
import { ValueProblem } from "../errors.ts";
import { integer, text } from "../values/bind.ts";
import { isTrue, lengthOf } from "../values/compare.ts";
import { formatPercent } from "../values/format-percent.ts";
import { isText, mustExist, textOf, typeName } from "../values/kinds.ts";
import { escapeText, print, toHtml } from "../values/print.ts";
import { capitalize, center, splitLines, strip } from "../values/text-parts.ts";
import { TEXT_METHODS } from "../values/text-methods.ts";
import { filter, type Filter } from "../values/filter.ts";
import { wordwrap } from "./wordwrap.ts";

/** A value as a text that stays safe HTML if it is. */
const soft = (value: unknown): string | Markup => {
  mustExist(value);
  return isText(value) ? value : print(value);
};
/** A filter that Jinja writes with the methods of a text refuses anything else. */
const onlyText = (value: unknown, name: string): string | Markup => {
  mustExist(value);
  if (isText(value)) return value;
  throw new ValueProblem(`${name} takes a text, and got ${typeName(value)}. Fix: add |string before it.`);
};
/** Changes the characters of a text, and keeps whether it is safe. */
const change =
  (run: (value: string) => string) =>
  (_: unknown, value: unknown): string | Markup => {
    // Undefined prints as nothing, and these filters take it so, as Jinja's do.
    const whole = isText(value) ? value : print(value);
    return typeof whole === "string" ? run(whole) : new Markup(run(whole.html));
  };

export const TEXT_FILTERS: Readonly<Record<string, Filter>> = {
  upper: filter(
    [],
    change((value) => value.toUpperCase()),
  ),
  lower: filter(
    [],
    change((value) => value.toLowerCase()),
  ),
  capitalize: filter([], change(capitalize)),
  // The one of these that returns a plain text for safe HTML, as Jinja's does.
  title: filter([], (_, value) =>
    print(value)
      .split(/([-\s({[<]+)/)
      .map((item) => {
        const size = item.codePointAt(0)! > 0xff_ff ? 2 : 1;
        return item.slice(0, size).toUpperCase() + item.slice(size).toLowerCase();
      })
      .join(""),
  ),
  trim: filter(["chars"], (_, value, characters) => change((whole) => strip(whole, characters))(_, value)),
  center: filter(["width"], (_, value, width) => change((whole) => center(whole, integer(width, 80)))(_, value)),
  string: filter([], (_, value) => (isText(value) ? value : print(value))),
  wordcount: filter([], (_, value) => (print(value).match(/[\p{L}\p{N}_]+/gu) ?? []).length),
  replace: filter(["old!", "new!", "count"], ({ escape }, value, old, by, count) => {
    const limit = count === undefined || count === null ? -1 : integer(count);
    const run = (whole: string, from: string, to: string): string =>
      TEXT_METHODS["replace"]!(whole, [from, to, limit], {}, (part) => part) as string;
    if (!escape) return run(print(value), print(old), print(by));
    // Safe HTML in an argument makes the whole text safe, so the text itself is escaped first.
    const html = old instanceof Markup || (by instanceof Markup && !(value instanceof Markup));
    if (!html && !(value instanceof Markup)) return run(print(value), print(old), print(by));
    return new Markup(run(toHtml(value), print(old), toHtml(by)));
  }),
  indent: filter(["width", "first", "blank"], (_, value, width, first = false, blank = false) => {
    onlyText(value, "indent");
    // Jinja takes any text for safe HTML here, if the value is safe. A text of a user is not.
    const toText = value instanceof Markup ? toHtml : print;
    const by = isText(width) ? toText(width) : " ".repeat(integer(width, 4));
    return change((whole) => {
      const lines = splitLines(`${whole}\n`);
      const rest = lines.slice(1).map((line) => (line !== "" || isTrue(blank) ? by + line : line));
      const joined = [lines[0] ?? "", ...rest].join("\n");
      return isTrue(first) ? by + joined : joined;
    })(_, value);
  }),
  truncate: filter(
    ["length", "killwords", "end", "leeway"],
    (_, value, length, killwords = false, end = "...", leeway) => {
      const lengthAndLeeway = integer(length, 255) + (leeway === undefined || leeway === null ? 5 : integer(leeway));
      // Jinja returns anything that is short enough, such as a list.
      if (!isText(value) && lengthOf(value) <= lengthAndLeeway) return value;
      const whole = onlyText(value, "truncate");
      const own = textOf(whole);
      // Most texts have one unit for each character, and need not be taken apart.
      const characters = /[\uD800-\uDFFF]/.test(own) ? [...own] : own;
      const size = integer(length, 255);
      const finish = text(end, "end");
      const room = leeway === undefined || leeway === null ? 5 : integer(leeway);
      const rest = size - [...finish].length;
      if (rest < 0) throw new ValueProblem(`expected length >= ${[...finish].length}, got ${size}`);
      if (characters.length <= size + room) return whole;
      const kept = characters.slice(0, rest);
      const head = typeof kept === "string" ? kept : kept.join("");
      const space = head.lastIndexOf(" ");
      const begin = isTrue(killwords) || space === -1 ? head : head.slice(0, space);
      return typeof whole === "string" ? begin + finish : new Markup(begin + escapeText(finish));
    },
  ),
  wordwrap: filter(
    ["width", "break_long_words", "wrapstring", "break_on_hyphens"],
    (_, value, width, long = true, by, hyphens = true) => {
      const between = by === undefined || by === null ? "\n" : text(by, "wrapstring");
      return splitLines(textOf(onlyText(value, "wordwrap")))
        .map((line) => wordwrap(line, integer(width, 79), isTrue(long), isTrue(hyphens)).join(between))
        .join(between);
    },
  ),
  format: {
    parameters: "*",
    run: (_, value, args, keywords) => {
      if (args.length > 0 && Object.keys(keywords).length > 0)
        throw new ValueProblem("can't handle positional and keyword arguments at the same time");
      const named = Object.keys(keywords).length > 0;
      return formatPercent(soft(value), named ? keywords : Tuple.of(...args));
    },
  },
};
