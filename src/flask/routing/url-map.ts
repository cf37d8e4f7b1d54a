import { InvalidOptionError } from "../../index.ts";
import { percentDecode } from "../url-encoded.ts";
import { encodeWith, quoteAnchor, quotePath, type ConverterClass } from "./base-converter.ts";
import { defaultConverters } from "./converters.ts";
import { Matcher, type Match } from "./matcher.ts";
import { pythonText } from "./python-text.ts";
import { Rule, type RuleOptions } from "./rule.ts";

/** Where the application is, for addresses with a host. */
export interface Place {
  /** "http" or "https". */
  readonly scheme: string;
  readonly host: string;
  /** Of the request; undefined outside of one. */
  readonly domain: string | undefined;
  /** APPLICATION_ROOT without its last slash: "" or "/shop". */
  readonly root: string;
}

/** What `urlFor` is given beside the endpoint and its values. */
export interface BuildOptions {
  readonly isExternal: boolean;
  readonly scheme?: string | undefined;
  readonly anchor?: string | undefined;
  readonly method?: string | undefined;
}

/**
 * A slash that the visitor has written as `%2F`. It is part of a variable's text, and ends no part
 * of the path. The letter is of a private area of Unicode.
 */
const INNER_SLASH = "\uF8F0";

/** The rules of an application, as Flask's `url_map`. Iterating gives them in their order. */
export class UrlMap implements Iterable<Rule> {
  /**
   * The converters by their names. Add your own before the first rule that names it:
   * `app.urlMap.converters["list"] = ListConverter`.
   */
  readonly converters: Record<string, ConverterClass> = defaultConverters();
  readonly #rules: Rule[] = [];
  readonly #matcher = new Matcher();
  /** Sorted for building addresses; emptied by each new rule. */
  readonly #byEndpoint = new Map<string, readonly Rule[]>();
  /** Whether rules have hosts in place of subdomains. */
  readonly isByHost: boolean;

  /** @param isByHost whether rules have hosts in place of subdomains (`hostMatching`). */
  constructor(isByHost = false) {
    this.isByHost = isByHost;
  }

  /**
   * Adds a rule.
   *
   * @throws InvalidOptionError for what the rule cannot say.
   */
  add(text: string, options: RuleOptions): Rule {
    const rule = new Rule(text, options, this.converters, this);
    this.#rules.push(rule);
    this.#byEndpoint.clear();
    this.#matcher.add(rule);
    return rule;
  }

  /** The rules, in the order in which they were added; those of one endpoint, if it is given. */
  iterRules(endpoint?: string): readonly Rule[] {
    return this.#rules.filter((rule) => endpoint === undefined || rule.endpoint === endpoint);
  }

  [Symbol.iterator](): Iterator<Rule> {
    return this.#rules.values();
  }

  /**
   * What answers a path.
   *
   * @param path as in the address, percent-encoded.
   */
  match(domain: string, path: string, method: string): Match {
    const decoded = `/${decodePath(path).replace(/^\/+/, "")}`;
    const match = this.#matcher.match(domain, decoded, method, (text) => text.replaceAll(INNER_SLASH, "/"));
    if (match.kind === "redirect")
      return { kind: "redirect", path: quotePath(match.path).replaceAll(encodeURIComponent(INNER_SLASH), "%2F") };
    if (match.kind === "found") return this.#canonical(match, method) ?? match;
    return match;
  }

  /** The methods that answer a path. */
  allowedMethods(domain: string, path: string): readonly string[] {
    const match = this.match(domain, path, "--");
    return match.kind === "missing" ? [...match.methods] : [];
  }

  /** The address of an endpoint; undefined if no rule of it suffices with these values. */
  build(
    endpoint: string,
    values: Readonly<Record<string, unknown>>,
    { scheme, host, domain, root }: Place,
    options: BuildOptions,
  ): string | undefined {
    const given = Object.fromEntries(
      Object.entries(values).filter(([, value]) => value !== undefined && value !== null),
    );
    const rule = this.#ruleFor(endpoint, given, options.method, domain);
    if (rule === undefined) return undefined;
    const built = rule.build(given);
    const query = encodeQuery(built.rest);
    const path = `${root}/${built.path.replace(/^\/+/, "")}${query === "" ? "" : `?${query}`}`;
    const address =
      !options.isExternal &&
      (this.isByHost ? built.domain === host || built.domain === "" : built.domain === (domain ?? ""))
        ? path
        : `${options.scheme === "" ? "" : `${schemeOf(options.scheme ?? scheme)}:`}//${this.#hostOf(built.domain, host)}${path}`;
    return options.anchor === undefined ? address : `${address}#${quoteAnchor(options.anchor)}`;
  }

  #hostOf(domain: string, host: string): string {
    if (this.isByHost) return domain === "" ? host : domain;
    return domain === "" ? host : `${domain}.${host}`;
  }

  #ruleFor(
    endpoint: string,
    values: Readonly<Record<string, unknown>>,
    method: string | undefined,
    domain: string | undefined,
  ): Rule | undefined {
    const rules = this.#rulesToBuild(endpoint);
    const suitable = (by: string | undefined): Rule | undefined => {
      const found = rules.filter((rule) => rule.isSuitableFor(values, by));
      return (this.isByHost ? found.find((rule) => rule.domain === domain) : undefined) ?? found[0];
    };
    return method === undefined ? (suitable("GET") ?? suitable(undefined)) : suitable(method);
  }

  /** Of several rules, the one with the most variables comes first: as in Werkzeug. */
  #rulesToBuild(endpoint: string): readonly Rule[] {
    const known = this.#byEndpoint.get(endpoint);
    if (known !== undefined) return known;
    const sorted = this.#rules
      .filter((rule) => rule.endpoint === endpoint)
      .sort(
        (one, other) =>
          other.argumentNames.size - one.argumentNames.size ||
          Object.keys(other.defaults).length - Object.keys(one.defaults).length,
      );
    // Not for a name without rules, of which a visitor could make any number.
    if (sorted.length > 0) this.#byEndpoint.set(endpoint, sorted);
    return sorted;
  }

  /** Where another rule has the same page by its defaults, and no `defaults` in its address. */
  #canonical({ rule, values }: Match & { kind: "found" }, method: string): Match | undefined {
    for (const other of this.#rulesToBuild(rule.endpoint)) {
      if (other === rule) break;
      if (!other.isShorterThan(rule) || !other.isSuitableFor(values, method)) continue;
      return { kind: "redirect", path: other.build(values).path };
    }
    return undefined;
  }

  /** The error for an endpoint that has no address. */
  buildError(endpoint: string, values: Readonly<Record<string, unknown>>, method: string | undefined): Error {
    const rules = this.iterRules(endpoint);
    const { endpoint: known } = rules[0] ?? {};
    if (known === undefined)
      return new InvalidOptionError(
        `There is no endpoint "${endpoint}". There are: ${[...new Set(this.#rules.map((rule) => rule.endpoint))].join(", ") || "none"}. Fix: use one of these names, or add a route with this endpoint.`,
      );
    const [first] = rules;
    const missing = [...first!.argumentNames].filter(
      (name) => (values[name] ?? undefined) === undefined && !(name in first!.defaults),
    );
    if (missing.length === 0)
      return new InvalidOptionError(
        `The endpoint "${endpoint}" has no address with these values${method === undefined ? "" : ` for ${method}`}. Its rules: ${rules.map(({ text }) => text).join(", ")}. Fix: use values and a method of one of them.`,
      );
    return new InvalidOptionError(
      `The address of the rule "${first!.text}" needs a value for "${missing[0]}". Fix: urlFor(endpoint, { ${missing[0]}: … }).`,
    );
  }
}

/**
 * Decodes a path part by part. A slash in a variable, written as `%2F`, is not one that ends the
 * variable.
 */
function decodePath(path: string): string {
  return path
    .split("/")
    .map((part) => percentDecode(part.replace(/%2f/gi, encodeURIComponent(INNER_SLASH)), () => "\ufffd"))
    .join("/");
}

/** As Werkzeug: an address of a page is one of HTTP. */
function schemeOf(scheme: string): string {
  return scheme === "https" || scheme === "wss" ? "https" : "http";
}

/** The query as Werkzeug writes it. A list gives its name several times. */
function encodeQuery(values: Readonly<Record<string, unknown>>): string {
  const encode = (value: unknown): string => encodeWith(pythonText(value), /[!$'()*,/:;?@ ]/).replaceAll(" ", "+");
  return Object.entries(values)
    .flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((each: unknown) => [name, each] as const))
    .filter(([, value]) => value !== undefined && value !== null)
    .map((pair) => pair.map(encode).join("="))
    .join("&");
}
