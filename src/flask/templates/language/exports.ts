import type { Body, Statement, Template } from "./ast.ts";
import { flatNames } from "./parse-tags.ts";

/** How a macro may be called. */
export interface Signature {
  readonly name: string;
  readonly parameters: readonly string[];
  /** Whether the macro reads `varargs`, so that it takes more positional arguments. */
  readonly varargs: boolean;
  /** Whether the macro reads `kwargs`, so that it takes any keyword argument. */
  readonly kwargs: boolean;
}

/** The macros and the variables that another template can import. */
export type Exports = ReadonlyMap<string, Signature | "value">;

export function exportsOf(template: Template): Exports {
  const names = new Map<string, Signature | "value">();
  collect(template.body, names);
  return names;
}

function collect(body: Body, names: Map<string, Signature | "value">): void {
  for (const node of body) {
    if (node.is === "macro") names.set(node.name, signatureOf(node));
    else if (node.is === "set") for (const name of flatNames(node.target)) names.set(name, "value");
    else if (node.is === "set-block") names.set(node.target, "value");
    else if (node.is === "if") {
      for (const branch of node.branches) collect(branch.body, names);
      collect(node.otherwise ?? [], names);
    }
  }
}

export function signatureOf(macro: Extract<Statement, { is: "macro" }>): Signature {
  return {
    name: macro.name,
    parameters: macro.parameters.map(({ name }) => name),
    varargs: mentions(macro.body, "varargs"),
    kwargs: mentions(macro.body, "kwargs"),
  };
}

/** Whether a name is read in this tree, except in the macros that it defines. */
export function mentions(node: unknown, name: string): boolean {
  if (Array.isArray(node)) return node.some((item) => mentions(item, name));
  if (typeof node !== "object" || node === null) return false;
  const record = node as Record<string, unknown>;
  if (record["is"] === "name") return record["name"] === name;
  if (record["is"] === "macro") return false;
  return Object.values(record).some((value) => mentions(value, name));
}

/** Whether a block without `scoped` is in this tree. */
export function hasPlainBlock(node: unknown): boolean {
  if (Array.isArray(node)) return node.some(hasPlainBlock);
  if (typeof node !== "object" || node === null) return false;
  const record = node as Record<string, unknown>;
  if (record["is"] === "block" && record["scoped"] === false) return true;
  return Object.values(record).some(hasPlainBlock);
}
