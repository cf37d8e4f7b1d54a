import type { Rule, RulePart } from "./rule.ts";
import { ValidationError } from "./base-converter.ts";

/** A place in the search: what may come next, and the rules that end here. */
interface State {
  readonly texts: Map<string, State>;
  readonly expressions: { readonly part: RulePart; readonly state: State }[];
  readonly rules: Rule[];
}

/** What an address leads to. */
export type Match =
  | { readonly kind: "found"; readonly rule: Rule; readonly values: Readonly<Record<string, unknown>> }
  /** The same page has this path. */
  | { readonly kind: "redirect"; readonly path: string }
  | { readonly kind: "missing"; readonly methods: ReadonlySet<string> };

/** Thrown within the search: the address is right but for a slash at its end. */
class SlashRequired extends Error {}

/**
 * Finds the rule for an address, in Werkzeug's order: part by part, text before expressions, and of
 * those the one that says most.
 */
export class Matcher {
  readonly #root: State = emptyState();
  #isSorted = true;

  add(rule: Rule): void {
    let state = this.#root;
    for (const part of rule.parts) state = nextState(state, part);
    state.rules.push(rule);
    this.#isSorted = false;
  }

  /**
   * @param path decoded, beginning with one slash.
   * @param decode what a variable's text becomes before its converter gets it.
   */
  match(domain: string, path: string, method: string, decode: (text: string) => string): Match {
    if (!this.#isSorted) sort(this.#root);
    this.#isSorted = true;
    const methods = new Set<string>();
    const search = (at: string): Found | undefined => find(this.#root, [domain, ...at.split("/")], [], method, methods);
    try {
      const found = search(path);
      if (found !== undefined) return read(found, methods, decode);
    } catch (error) {
      if (error instanceof SlashRequired) return { kind: "redirect", path: `${path}/` };
      throw error;
    }
    const merged = path.replace(/\/{2,}/g, "/");
    try {
      const found = search(merged);
      if (found === undefined || found.rule.options.mergeSlashes === false) return { kind: "missing", methods };
      return { kind: "redirect", path: merged };
    } catch (error) {
      if (error instanceof SlashRequired) return { kind: "redirect", path: `${merged}/` };
      throw error;
    }
  }
}

interface Found {
  readonly rule: Rule;
  readonly texts: readonly string[];
}

function find(
  state: State,
  parts: readonly string[],
  texts: readonly string[],
  method: string,
  methods: Set<string>,
): Found | undefined {
  const [part, ...remaining] = parts;
  if (part === undefined) return findHere(state, texts, method, methods);
  const next = state.texts.get(part);
  if (next !== undefined) {
    const found = find(next, remaining, texts, method, methods);
    if (found !== undefined) return found;
  }
  for (const { part: candidate, state: after } of state.expressions) {
    const match = candidate.pattern!.exec(candidate.isFinal ? parts.join("/") : part);
    if (match === null) continue;
    const { suffix, ...groups } = match.groups ?? {};
    const own = Object.entries(groups)
      .filter(([name]) => /^lk\d+$/.test(name))
      .sort(([one], [other]) => Number(one.slice(2)) - Number(other.slice(2)))
      .map(([, value]) => value ?? "");
    let left: readonly string[] = candidate.isFinal ? [] : remaining;
    if (candidate.isSuffixed && suffix === "/") left = [""];
    const found = find(after, left, [...texts, ...own], method, methods);
    if (found !== undefined) return found;
  }
  // A slash at the end, where the rule has none and does not mind.
  if (part === "" && remaining.length === 0)
    return allowed(
      state.rules.filter(({ options }) => options.strictSlashes === false),
      texts,
      method,
      methods,
    );
  return undefined;
}

function findHere(state: State, texts: readonly string[], method: string, methods: Set<string>): Found | undefined {
  const found = allowed(state.rules, texts, method, methods);
  if (found !== undefined) return found;
  for (const rule of state.texts.get("")?.rules ?? []) {
    if (rule.methods?.has(method) === false) continue;
    if (rule.options.strictSlashes !== false) throw new SlashRequired();
    return { rule, texts };
  }
  return undefined;
}

function allowed(
  rules: readonly Rule[],
  texts: readonly string[],
  method: string,
  methods: Set<string>,
): Found | undefined {
  for (const rule of rules) {
    if (rule.methods?.has(method) !== false) return { rule, texts };
    for (const known of rule.methods) methods.add(known);
  }
  return undefined;
}

function read({ rule, texts }: Found, methods: ReadonlySet<string>, decode: (text: string) => string): Match {
  const values: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  try {
    let at = 0;
    for (const [name, converter] of rule.converters) values[name] = converter.toPython(decode(texts[at++] ?? ""));
  } catch (error) {
    if (error instanceof ValidationError) return { kind: "missing", methods };
    throw error;
  }
  return { kind: "found", rule, values: { ...values, ...rule.defaults } };
}

function emptyState(): State {
  return { texts: new Map(), expressions: [], rules: [] };
}

function nextState(state: State, part: RulePart): State {
  if (part.pattern === undefined) {
    const known = state.texts.get(part.content) ?? emptyState();
    state.texts.set(part.content, known);
    return known;
  }
  const known = state.expressions.find(({ part: other }) => isSame(part, other));
  if (known !== undefined) return known.state;
  const next = emptyState();
  state.expressions.push({ part, state: next });
  return next;
}

function isSame(one: RulePart, other: RulePart): boolean {
  return (
    one.content === other.content &&
    one.isFinal === other.isFinal &&
    one.isSuffixed === other.isSuffixed &&
    one.weight.join() === other.weight.join()
  );
}

function sort(state: State): void {
  state.expressions.sort(({ part: one }, { part: other }) => {
    const at = one.weight.findIndex((weight, index) => weight !== other.weight[index]);
    return at < 0 ? 0 : one.weight[at]! - (other.weight[at] ?? 0);
  });
  for (const next of state.texts.values()) sort(next);
  for (const { state: next } of state.expressions) sort(next);
}
