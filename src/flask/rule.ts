import { InvalidOptionError } from "../index.ts";

/**
 * The arguments of a view, from the variables of its rule: `{ id: number; name: string }` for the
 * rule `/user/<int:id>/<name>`.
 */
export type ViewArguments<Text extends string> = string extends Text
  ? Readonly<Record<string, string | number>>
  : Text extends `${string}<${infer Variable}>${infer Rest}`
    ? ArgumentOf<Variable> & ViewArguments<Rest>
    : object;

type ArgumentOf<Variable extends string> = Variable extends `int:${infer Name}` | `float:${infer Name}`
  ? { readonly [Key in Name]: number }
  : Variable extends `${string}:${infer Name}`
    ? { readonly [Key in Name]: string }
    : { readonly [Key in Variable]: string };

interface Converter {
  /**
   * The more texts a converter matches, the later its rule is tried. So `/user/me` wins over
   * `/user/<name>`, in any order of registration.
   */
  readonly weight: number;
  readonly pattern: string;
  readonly read: (text: string) => string | number;
}

/** Flask's converters: the pattern of each, and how it converts the text. */
const CONVERTERS: Readonly<Record<string, Converter>> = {
  int: { weight: 1, pattern: "[0-9]+", read: Number },
  float: { weight: 1, pattern: "[0-9]+\\.[0-9]+", read: Number },
  string: { weight: 2, pattern: "[^/]+", read: (text) => text },
  path: { weight: 3, pattern: ".+", read: (text) => text },
  uuid: {
    weight: 1,
    pattern: "[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}",
    read: (text) => text.toLowerCase(),
  },
};
const VARIABLE = /<(?:(\w+):)?(\w+)>/g;
const VARIABLE_WHOLE = /(<(?:\w+:)?\w+>)/;

/**
 * One of Flask's URL rules, such as `/user/<int:id>`. It gives the router a pattern, reads the
 * view's arguments out of an address, and builds an address from values.
 */
export class Rule {
  /** The same rule in the syntax of Hono's router. */
  readonly routerPath: string;
  /** The rule as it was written. */
  readonly text: string;
  readonly #pattern: RegExp;
  readonly #weights: readonly number[];
  readonly #variables: readonly { readonly name: string; readonly converter: string }[];

  /**
   * @throws InvalidOptionError for a rule without a leading slash, or with an unknown converter.
   */
  constructor(text: string) {
    if (!text.startsWith("/"))
      throw new InvalidOptionError(`A URL rule begins with a slash. It got "${text}". Fix: "/${text}".`);
    this.text = text;
    this.#variables = [...text.matchAll(VARIABLE)].map(([, converter = "string", name]) => {
      if (CONVERTERS[converter] === undefined) {
        throw new InvalidOptionError(
          `The rule "${text}" names the unknown converter "${converter}". Fix: use one of ${Object.keys(CONVERTERS).join(", ")}.`,
        );
      }
      return { name: name!, converter };
    });
    this.routerPath = text.replace(
      VARIABLE,
      (_, converter = "string", name: string) => `:${name}{${CONVERTERS[converter]!.pattern}}`,
    );
    this.#pattern = new RegExp(
      `^${text
        .split(VARIABLE_WHOLE)
        .map((part) => (part.startsWith("<") ? patternOf(part) : part.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")))
        .join("")}$`,
    );
    this.#weights = text
      .split("/")
      .map((part) =>
        Math.max(0, ...[...part.matchAll(VARIABLE)].map(([, converter = "string"]) => CONVERTERS[converter]!.weight)),
      );
  }

  /** Whether the rule fits a path, whatever the method. */
  matches(path: string): boolean {
    return this.#pattern.test(path);
  }

  /** Orders rules as Flask does: the more specific rule is tried first. */
  compare(other: Rule): number {
    for (let at = 0; at < Math.min(this.#weights.length, other.#weights.length); at++) {
      const difference = this.#weights[at]! - other.#weights[at]!;
      if (difference !== 0) return difference;
    }
    return other.#weights.length - this.#weights.length;
  }

  /** The view's arguments, converted from the router's parameters. */
  read(parameters: Readonly<Record<string, string>>): Readonly<Record<string, string | number>> {
    return Object.fromEntries(
      this.#variables.map(({ name, converter }) => [name, CONVERTERS[converter]!.read(parameters[name] ?? "")]),
    );
  }

  /** The address for these values. Values that are not in the rule go to the query. */
  build(values: Readonly<Record<string, unknown>>): string {
    const rest = new Map(Object.entries(values).filter(([, value]) => value !== undefined && value !== null));
    const path = this.text.replace(VARIABLE, (_, converter: string | undefined, name: string) => {
      if (!rest.has(name))
        throw new InvalidOptionError(
          `The address of the rule "${this.text}" needs a value for "${name}". Fix: urlFor(endpoint, { ${name}: … }).`,
        );
      const text = String(rest.get(name));
      rest.delete(name);
      return converter === "path" ? text.split("/").map(encodeURIComponent).join("/") : encodeURIComponent(text);
    });
    const query = new URLSearchParams(
      [...rest].map(([name, value]): [string, string] => [name, String(value)]),
    ).toString();
    return query === "" ? path : `${path}?${query}`;
  }
}

function patternOf(variable: string): string {
  const [, converter = "string"] = [...variable.matchAll(VARIABLE)][0]!;
  return CONVERTERS[converter]!.pattern;
}
