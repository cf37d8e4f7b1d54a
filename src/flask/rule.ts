import { InvalidOptionError } from "../index.ts";

/**
 * What a view gets from the address: `{ id: number; name: string }` for the rule
 * `/user/<int:id>/<name>`.
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
   * The more a converter takes, the later its rule is tried: `/user/me` wins over `/user/<name>`,
   * in whatever order they were added.
   */
  readonly weight: number;
  readonly pattern: string;
  readonly read: (text: string) => string | number;
}

/** Flask's converters: how each matches, and what it makes of the text. */
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
 * One of Flask's URL rules, such as `/user/<int:id>`: what the router is to match, what the view is
 * given, and the way back from values to an address.
 */
export class Rule {
  /** The same rule in the router's own language. */
  readonly routerPath: string;
  readonly #text: string;
  readonly #pattern: RegExp;
  readonly #weights: readonly number[];
  readonly #variables: readonly { readonly name: string; readonly converter: string }[];

  /**
   * @throws InvalidOptionError for a rule without a leading slash, or with a converter that there
   *   is not.
   */
  constructor(text: string) {
    if (!text.startsWith("/")) throw new InvalidOptionError(`A URL rule begins with a slash: "/${text}".`);
    this.#text = text;
    this.#variables = [...text.matchAll(VARIABLE)].map(([, converter = "string", name]) => {
      if (CONVERTERS[converter] === undefined) {
        throw new InvalidOptionError(
          `The rule "${text}" names a converter "${converter}"; there are ${Object.keys(CONVERTERS).join(", ")}.`,
        );
      }
      return { name: name!, converter };
    });
    this.routerPath = text.replace(VARIABLE, (_, converter = "string", name: string) => `:${name}{${CONVERTERS[converter]!.pattern}}`);
    this.#pattern = new RegExp(
      `^${text
        .split(VARIABLE_WHOLE)
        .map((part) => (part.startsWith("<") ? patternOf(part) : part.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")))
        .join("")}$`,
    );
    this.#weights = text
      .split("/")
      .map((part) => Math.max(0, ...[...part.matchAll(VARIABLE)].map(([, converter = "string"]) => CONVERTERS[converter]!.weight)));
  }

  /** Whether the rule fits a path, whatever the method. */
  matches(path: string): boolean {
    return this.#pattern.test(path);
  }

  /** Orders rules as Flask does: what says more is tried first. */
  compare(other: Rule): number {
    for (let at = 0; at < Math.min(this.#weights.length, other.#weights.length); at++) {
      const difference = this.#weights[at]! - other.#weights[at]!;
      if (difference !== 0) return difference;
    }
    return other.#weights.length - this.#weights.length;
  }

  /** The view's arguments, out of what the router found. */
  read(parameters: Readonly<Record<string, string>>): Readonly<Record<string, string | number>> {
    return Object.fromEntries(this.#variables.map(({ name, converter }) => [name, CONVERTERS[converter]!.read(parameters[name] ?? "")]));
  }

  /** The address for these values; what the rule has no place for becomes the query. */
  build(values: Readonly<Record<string, unknown>>): string {
    const rest = new Map(Object.entries(values).filter(([, value]) => value !== undefined && value !== null));
    const path = this.#text.replace(VARIABLE, (_, converter: string | undefined, name: string) => {
      if (!rest.has(name)) throw new InvalidOptionError(`The address of the rule "${this.#text}" needs a value for "${name}".`);
      const text = String(rest.get(name));
      rest.delete(name);
      return converter === "path" ? text.split("/").map(encodeURIComponent).join("/") : encodeURIComponent(text);
    });
    const query = new URLSearchParams([...rest].map(([name, value]): [string, string] => [name, String(value)])).toString();
    return query === "" ? path : `${path}?${query}`;
  }
}

function patternOf(variable: string): string {
  const [, converter = "string"] = [...variable.matchAll(VARIABLE)][0]!;
  return CONVERTERS[converter]!.pattern;
}
