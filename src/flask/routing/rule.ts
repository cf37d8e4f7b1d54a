import { InvalidOptionError } from "../../index.ts";
import { quotePath, type BaseConverter, type ConverterClass } from "./base-converter.ts";
import { defaultConverters, escapeRegExp } from "./converters.ts";
import { parseRule, type Token } from "./parse-rule.ts";

/** How a rule behaves, with Flask's names. */
export interface RuleOptions {
  /** The methods that the view answers, in upper case. Undefined: all. */
  readonly methods?: readonly string[] | undefined;
  readonly endpoint?: string | undefined;
  /** Arguments of the view that the address does not have. */
  readonly defaults?: Readonly<Record<string, unknown>> | undefined;
  readonly strictSlashes?: boolean | undefined;
  readonly mergeSlashes?: boolean | undefined;
  readonly redirectTo?: string | ((values: Readonly<Record<string, unknown>>) => string) | undefined;
  readonly subdomain?: string | undefined;
  readonly host?: string | undefined;
  readonly isAutomaticOptions?: boolean | undefined;
}

/** What one step of the search compares: a whole part of the path, or an expression. */
export interface RulePart {
  /** The text of a part without variables; the expression of the others. */
  readonly content: string;
  readonly pattern: RegExp | undefined;
  /** Whether the expression takes all that is left, slashes too. */
  readonly isFinal: boolean;
  /** Whether the expression has a last slash on its own. */
  readonly isSuffixed: boolean;
  readonly weight: Weight;
}

/** The more a part says, the earlier it is tried. The first number that differs decides. */
export type Weight = readonly number[];

/**
 * One of Flask's URL rules, such as `/user/<int:id>`. It reads the view's arguments out of an
 * address, and builds an address from values.
 */
export class Rule {
  /** The rule as it was written. */
  readonly text: string;
  readonly methods: ReadonlySet<string> | undefined;
  readonly endpoint: string;
  readonly defaults: Readonly<Record<string, unknown>>;
  readonly options: RuleOptions;
  readonly converters: ReadonlyMap<string, BaseConverter>;
  /** The names of the view's arguments, those of `defaults` too. */
  readonly argumentNames: ReadonlySet<string>;
  readonly parts: readonly RulePart[];
  readonly domain: string;
  readonly #path: readonly Token[];
  readonly #domainTokens: readonly Token[];

  /**
   * @param converters the classes by their names.
   * @param map is given to the converters.
   * @throws InvalidOptionError for a rule without a leading slash, with an unknown converter, or
   *   with a `<` that begins no variable.
   */
  constructor(
    text: string,
    options: RuleOptions = {},
    converters: Readonly<Record<string, ConverterClass>> = defaultConverters(),
    map: object = {},
  ) {
    if (!text.startsWith("/"))
      throw new InvalidOptionError(`A URL rule begins with a slash. It got "${text}". Fix: "/${text}".`);
    this.text = text;
    this.options = options;
    this.endpoint = options.endpoint ?? text;
    this.methods = methodsOf(options.methods);
    this.defaults = options.defaults ?? {};
    this.domain = options.host ?? options.subdomain ?? "";
    this.#domainTokens = parseRule(this.domain);
    this.#path = parseRule(options.mergeSlashes === false ? text : text.replace(/\/{2,}/g, "/"));
    const made = new Map<string, BaseConverter>();
    for (const token of [...this.#domainTokens, ...this.#path])
      if (token.kind === "variable") made.set(token.name, makeConverter(text, token, converters, map));
    this.converters = made;
    this.argumentNames = new Set([...made.keys(), ...Object.keys(this.defaults)]);
    this.parts = [...compile(text, this.#domainTokens, made), ...compile(text, this.#path, made)];
  }

  /** The rule as it was written, as Flask calls it. */
  get rule(): string {
    return this.text;
  }

  /** Whether these values suffice for an address. */
  isSuitableFor(values: Readonly<Record<string, unknown>>, method?: string): boolean {
    if (method !== undefined && this.methods?.has(method) === false) return false;
    for (const name of this.argumentNames)
      if (!Object.hasOwn(this.defaults, name) && !Object.hasOwn(values, name)) return false;
    return Object.entries(this.defaults).every(
      ([name, value]) => !Object.hasOwn(values, name) || values[name] === value,
    );
  }

  /** Whether another rule has the same address but for values that this one has as defaults. */
  isShorterThan(other: Rule): boolean {
    return (
      Object.keys(this.defaults).length > 0 &&
      this.endpoint === other.endpoint &&
      this !== other &&
      this.argumentNames.symmetricDifference(other.argumentNames).size === 0
    );
  }

  /** The domain and the path for these values, and the values that the rule does not have. */
  build(values: Readonly<Record<string, unknown>>): {
    readonly domain: string;
    readonly path: string;
    readonly rest: Readonly<Record<string, unknown>>;
  } {
    const write = (tokens: readonly Token[]): string =>
      tokens
        .map((token) => {
          if (token.kind === "slash") return "/";
          if (token.kind === "text") return quotePath(token.text);
          const value = Object.hasOwn(this.defaults, token.name) ? this.defaults[token.name] : values[token.name];
          return this.converters.get(token.name)!.toUrl(value);
        })
        .join("");
    const rest = Object.fromEntries(Object.entries(values).filter(([name]) => !this.argumentNames.has(name)));
    return { domain: write(this.#domainTokens), path: write(this.#path), rest };
  }
}

function methodsOf(methods: readonly string[] | undefined): ReadonlySet<string> | undefined {
  if (methods === undefined) return undefined;
  return new Set(methods.includes("GET") ? [...methods, "HEAD"] : methods);
}

function makeConverter(
  rule: string,
  { converter, args }: Token & { readonly kind: "variable" },
  classes: Readonly<Record<string, ConverterClass>>,
  map: object,
): BaseConverter {
  if (!Object.hasOwn(classes, converter))
    throw new InvalidOptionError(
      `The rule "${rule}" names the unknown converter "${converter}". Fix: use one of ${Object.keys(classes)
        .filter((name) => name !== "default")
        .join(", ")}, or add your own to app.urlMap.converters first.`,
    );
  return new classes[converter]!(map, ...(args as never[]));
}

/** The parts of a rule between slashes, as Werkzeug's router has them. */
function compile(rule: string, tokens: readonly Token[], converters: ReadonlyMap<string, BaseConverter>): RulePart[] {
  const parts: RulePart[] = [];
  let [text, expression, isStatic, isFinal, count] = ["", "", true, false, 0];
  let [texts, variables]: [number[], number[]] = [[], []];
  const end = (isSuffixed: boolean): void => {
    const weight = [-texts.length, ...texts, -variables.length, ...variables];
    parts.push({
      content: isStatic ? text : expression,
      pattern: isStatic ? undefined : expressionOf(rule, expression),
      isFinal,
      isSuffixed,
      weight,
    });
    [text, expression, isStatic, isFinal, count] = ["", "", true, false, 0];
    [texts, variables] = [[], []];
  };
  for (const token of tokens) {
    if (token.kind === "text") {
      texts.push(texts.length, -token.text.length);
      text += token.text;
      expression += escapeRegExp(token.text);
    } else if (token.kind === "variable") {
      const { regex, weight, partIsolating } = converters.get(token.name)!;
      isStatic = false;
      isFinal ||= !partIsolating;
      expression += `(?<lk${count++}>${regex})`;
      variables.push(weight);
    } else if (isFinal) expression += "/";
    else end(false);
  }
  const isSuffixed = isFinal && expression.endsWith("/");
  if (isSuffixed) expression = `${expression.slice(0, -1)}(?<!/)(?<suffix>/?)`;
  end(isSuffixed);
  if (isSuffixed) parts.push({ content: "", pattern: undefined, isFinal: false, isSuffixed: false, weight: [] });
  return parts;
}

function expressionOf(rule: string, source: string): RegExp {
  for (const flags of ["u", ""]) {
    try {
      return new RegExp(`^(?:${source})$`, flags);
    } catch {
      // Without the flag "u", more escapes are allowed.
    }
  }
  throw new InvalidOptionError(
    `The rule "${rule}" has a converter with an invalid regular expression. Fix: correct the converter's regex.`,
  );
}
