import { Markup } from "../../../index.ts";
import { ValueProblem } from "../errors.ts";
import { itemOf } from "../values/attributes.ts";
import { bind, integer } from "../values/bind.ts";
import { isTrue, iterate } from "../values/compare.ts";
import { Builtin, mappingOf, Member, Range } from "../values/kinds.ts";
import { Namespace } from "../values/namespace.ts";

/** Python's `range`, with the same limit as in Jinja's sandbox. */
const MOST = 100_000;

const range = new Builtin("range", (args, keywords) => {
  const given = bind("range", ["start!", "stop", "step"], args, keywords);
  const [start, stop, step] =
    given[1] === undefined ? [0, integer(given[0]), 1] : [integer(given[0]), integer(given[1]), integer(given[2], 1)];
  if (step === 0) throw new ValueProblem("range() arg 3 must not be zero");
  const size = Math.max(0, Math.ceil((stop - start) / step));
  if (size > MOST)
    throw new ValueProblem(`range() of more than ${MOST} items is not possible here. Fix: make the list in the view.`);
  return new Range(start, stop, step, size);
});

const dict = new Builtin("dict", (args, keywords) => {
  const result = new Map<unknown, unknown>();
  const [first] = args;
  const mapping = mappingOf(first);
  if (mapping !== undefined) for (const key of mapping.keys()) result.set(key, mapping.get(key));
  else if (first !== undefined) for (const entry of iterate(first)) result.set(itemOf(entry, 0), itemOf(entry, 1));
  for (const [key, value] of Object.entries(keywords)) result.set(key, value);
  return result;
});

const namespace = new Builtin("namespace", (args, keywords) => {
  const entries = dict.call(args, keywords) as Map<string, unknown>;
  return new Namespace(entries);
});

class Cycler extends Member {
  readonly #items: readonly unknown[];
  #at = 0;
  constructor(items: readonly unknown[]) {
    super();
    this.#items = items;
  }
  member(name: string): unknown {
    if (name === "current") return this.#items[this.#at];
    if (name === "next")
      return new Builtin("next", () => {
        const current = this.#items[this.#at];
        this.#at = (this.#at + 1) % this.#items.length;
        return current;
      });
    if (name === "reset")
      return new Builtin("reset", () => {
        this.#at = 0;
        return null;
      });
    return undefined;
  }
  print(): string {
    throw new ValueProblem("A cycler cannot be printed. Fix: print its next().");
  }
}

const cycler = new Builtin("cycler", (args) => {
  if (args.length === 0) throw new ValueProblem("at least one item has to be provided");
  return new Cycler(args);
});

const joiner = new Builtin("joiner", (args, keywords) => {
  const [by = ", "] = bind("joiner", ["sep"], args, keywords);
  let used = false;
  return new Builtin("joiner", () => {
    if (used) return by;
    used = true;
    return "";
  });
});

const WORDS =
  "ac accumsan aliquam amet ante aptent arcu at auctor augue bibendum blandit commodo congue consequat cras cubilia curae dapibus diam dictum dignissim dolor donec dui egestas eget elit enim erat eros est et etiam eu euismod fames felis fermentum fusce gravida habitant hac iaculis id imperdiet in integer ipsum justo lacinia lacus laoreet lectus leo libero ligula lorem luctus maecenas magna mattis mauris metus mi mollis morbi nam nec neque nibh nisl non nulla nunc odio orci ornare pede porta primis purus quam quis rhoncus risus sapien sed sem sit tempor tortor turpis ullamcorper urna ut varius vel velit vitae volutpat".split(
    " ",
  );

/** Filler text. Its words are not those of Jinja, which are random as well. */
const lipsum = (random: () => number): Builtin =>
  new Builtin("lipsum", (args, keywords) => {
    const [n, html = true, min, max] = bind("lipsum", ["n", "html", "min", "max"], args, keywords);
    const [least, most] = [integer(min, 20), integer(max, 100)];
    const pick = (size: number): number => Math.floor(random() * size);
    const paragraphs = Array.from({ length: Math.min(integer(n, 5), 1000) }, () => {
      const count = Math.max(1, least + pick(Math.max(1, most - least)));
      const words = Array.from({ length: count }, () => WORDS[pick(WORDS.length)]!);
      words[0] = words[0]![0]!.toUpperCase() + words[0]!.slice(1);
      return `${words.join(" ")}.`;
    });
    if (!isTrue(html)) return paragraphs.join("\n\n");
    return new Markup(paragraphs.map((paragraph) => `<p>${paragraph}</p>`).join("\n"));
  });

/** The functions that each template has. */
export const builtinGlobals = (random: () => number): Readonly<Record<string, Builtin>> => ({
  range,
  dict,
  namespace,
  cycler,
  joiner,
  lipsum: lipsum(random),
});
