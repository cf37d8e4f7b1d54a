import { fileURLToPath } from "node:url";
import { Markup } from "latchkey";
import { afterAll, describe, expect, test } from "vitest";
import { createTemplates } from "../../../src/flask/templates/create-templates.ts";
import { LineProcess } from "../../support/line-process.ts";
import { pythonWith, requirement } from "../../support/requirements.ts";

const CONTEXT = {
  x: 1,
  s: "Hello <World> foo-bar",
  e: "",
  l: [3, 1, 2],
  f: 2.5,
  d: { b: 1, a: "<x>" },
  users: [
    { name: "cy", on: true, n: 3 },
    { name: "bo <b>", on: false, n: 1.5 },
  ],
  z: null,
  tags: ["b", "A", "c"],
};
const words = (text: string): readonly string[] => text.trim().split(/ +/);
const WITH_BLANKS = [
  "'a b'",
  "{'k': 'v'}",
  "'It\\'s <a href=x>'",
  "'a\\nb c'",
  "'{} {a}'",
  "{1: 2, 'q': [none]}",
  "(1, '<', none)",
];
const MORE = ["'ÄÖ ß'", "'http://a.com/x?y=1&z=2'", "m ~ s", "[m, '<']", "{'a': m}", "s.title()", "'  pad '"];
const ATOMS = [
  ...words(
    "x s e l f d users m z tags nope 1 0 -3 2.0 '' '<' true none [1,2] [] (1,) users[0].name d.a d.zz l[1] s[2:5]",
  ),
  ...words(
    "range(4) '5' '1.5' '%s-%s' dict(q=1) 'x,y'.split(',') 1.25 1e16 '%d%%' s.split() users|groupby('on') 1234 0.1",
  ),
  ...WITH_BLANKS,
  ...MORE,
];
const FILTERS = [
  ...words("abs batch(2)|list capitalize center(9) count d('dd') dictsort e filesizeformat first float forceescape"),
  ...words("groupby('on') indent int items|list join(',') join last length list lower map('upper')|list max min"),
  ...words(
    "map(attribute='name')|list reject('odd')|list replace('o','<') reverse|list round round(1) safe select|list",
  ),
  ...words("selectattr('on')|list slice(2)|list sort string striptags sum title tojson tojson(2) trim truncate(5)"),
  ...words(
    "truncate(8,true) unique|list upper urlencode urlize wordcount wordwrap(4) xmlattr attr('name') e|safe escape|upper",
  ),
  ...words("replace('<',m) trim('H') sort(reverse=true) map('length')|list sum(start=1) select('string')|list join(m)"),
  ...words("float(1) int(5) default(m) center(12)|trim format(1) wordwrap(5,false) replace('a','b',1) round(1,'ceil')"),
  ...words(
    "map(attribute='n')|sum min(attribute='n') unique|join('-') dictsort(by='value') string|length map('upper')|join",
  ),
  ...words("xmlattr(false) urlize(8) filesizeformat(true) int(0,16) map('int')|sum map('string')|list map('e')|join"),
  ...words("items|map('first')|list list|last title|safe rejectattr('on')|map(attribute='name')|list"),
];
const TESTS = words(
  "defined none string number mapping sequence iterable odd even lower upper eq(1) in([1,2]) integer float boolean true false escaped divisibleby(2) gt(1) callable undefined",
);
const METHODS = words(
  "upper() strip() split() title() get('a') keys()|list items()|list values()|list startswith('H') replace('o','0') join(['a','b']) count(1) index(1) format(1) zfill(4) isdigit() name a b copy() lower() capitalize() splitlines() find('o') partition('o')",
);
const OPERATORS = ["+", "-", "*", "/", "//", "%", "==", "!=", "<", ">=", "~", "and", "or", "in", "not in"];

/** Numbers that are the same in each run. */
function numbers(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function templatesOf(seed: number, count: number): string[] {
  const random = numbers(seed);
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!;
  const wrap = (text: string): string => (/^[\w.]+$/.test(text) ? text : `(${text})`);
  const expression = (depth: number): string => {
    const kind = random();
    if (depth === 0 || kind < 0.15) return pick(ATOMS);
    const inner = wrap(expression(depth - 1));
    if (kind < 0.55) return `${inner}|${pick(FILTERS)}`;
    if (kind < 0.65) return `${inner}.${pick(METHODS)}`;
    if (kind < 0.72) return `${inner} is ${pick(TESTS)}`;
    if (kind < 0.93) return `${inner} ${pick(OPERATORS)} ${wrap(expression(depth - 1))}`;
    return kind < 0.96 ? `not ${inner}` : `${inner}[${pick(["0", "-1", "'a'"])}]`;
  };
  return Array.from({ length: count }, () => {
    const kind = random();
    const value = expression(2);
    if (kind < 0.75) return `{{ ${value} }}`;
    return kind < 0.88
      ? `{% if ${value} %}T{% else %}F{% endif %}`
      : `{% for i in ${value} %}[{{ i }}]{% else %}E{% endfor %}`;
  });
}

const program = requirement("a Python with Flask", () => pythonWith("flask"));

describe.skipIf(program === undefined)("random templates in the real Jinja", () => {
  const python = new LineProcess(program ?? "python3", [fileURLToPath(new URL("jinja_peer.py", import.meta.url))]);
  const templates = createTemplates({
    folder: "/nowhere",
    blueprintFolders: () => [],
    isReloading: () => false,
    context: () => ({}),
    globals: {},
  });
  afterAll(() => python.close());

  test.each([1, 2, 3])(
    "give the same text, or an error, from the seed %i",
    async (seed) => {
      const different: string[] = [];
      let same = 0;
      let refused = 0;
      for (const text of templatesOf(seed, 500)) {
        const there = await python.ask<{ text?: string; error?: string }>({
          text,
          context: { ...CONTEXT, m: { $markup: "<i>x</i>" } },
        });
        let here: string | undefined;
        try {
          here = templates.renderString(text, { ...structuredClone(CONTEXT), m: new Markup("<i>x</i>") });
        } catch {
          if (there.text !== undefined) refused++;
          continue;
        }
        if (here === there.text) same++;
        else different.push(`${text}\n  here  ${here}\n  Jinja ${there.text ?? there.error}`);
      }
      expect(different.join("\n")).toBe("");
      expect(same).toBeGreaterThan(150);
      // Jinja prints addresses of generators and methods, and folds constants that fail.
      expect(refused).toBeLessThan(20);
    },
    120_000,
  );
});
