import { readPage } from "./pages.ts";

/** A row of a table of docs/toolbar-records.md. */
interface Member {
  readonly path: string;
  readonly types: readonly string[];
  readonly isOptional: boolean;
}

/** The members of each section, by its heading: "The record", "The summary", "session". */
export function recordSchema(): ReadonlyMap<string, readonly Member[]> {
  const sections = readPage("docs/toolbar-records.md").split(/^##+ /m).slice(1);
  return new Map(
    sections.map((section) => {
      const heading = section.split("\n")[0]!.replaceAll("`", "");
      const rows = [...section.matchAll(/^\| `([^`]+)` \| ([^|]+) \|/gm)];
      return [
        heading,
        rows.map(([, path, type]) => ({
          path: path!,
          types: type!
            .trim()
            .replace(/\?$/, "")
            .split(/, | or /),
          isOptional: type!.trim().endsWith("?"),
        })),
      ] as const;
    }),
  );
}

/** What of a value does not fit the members that a section lists; empty if all of it does. */
export function misfits(value: unknown, members: readonly Member[]): readonly string[] {
  const problems: string[] = [];
  visit(value, "", members, problems);
  return problems;
}

function visit(value: unknown, path: string, members: readonly Member[], problems: string[]): void {
  const member = members.find((each) => each.path === path);
  if (member?.types.includes("any") === true) return;
  const inside = members.filter((each) => each.path !== path && isWithin(each.path, path));
  if (value === null) {
    // An object whose members are listed may be missing as a whole.
    if (member === undefined ? inside.length === 0 : !member.types.includes("null")) problems.push(`${path} is null`);
  } else if (Array.isArray(value)) {
    if (inside.length === 0) problems.push(`${path} is a list`);
    for (const item of value as unknown[]) visit(item, `${path}[]`, members, problems);
  } else if (typeof value === "object") {
    visitObject(value, path, members, problems);
  } else if (member === undefined || !member.types.some((type) => isOf(value, type))) {
    problems.push(`${path} is ${JSON.stringify(value)}`);
  }
}

function visitObject(value: object, path: string, members: readonly Member[], problems: string[]): void {
  const prefix = path === "" ? "" : `${path}.`;
  const direct = new Set(
    members
      .filter((each) => each.path.startsWith(prefix))
      .map((each) => /^[^.[]+/.exec(each.path.slice(prefix.length))?.[0])
      .filter((name) => name !== undefined),
  );
  if (direct.size === 0) problems.push(`${path} is an object`);
  for (const [name, item] of Object.entries(value)) {
    const known = direct.has(name) ? name : direct.has("*") ? "*" : undefined;
    if (known === undefined) problems.push(`${prefix}${name} is not on the page`);
    else visit(item, `${prefix}${known}`, members, problems);
  }
  for (const name of direct) {
    const isOptional = members.find((each) => each.path === prefix + name)?.isOptional === true;
    if (name !== "*" && !isOptional && !Object.hasOwn(value, name)) problems.push(`${prefix}${name} is missing`);
  }
}

function isWithin(inner: string, outer: string): boolean {
  return outer === "" || (inner.startsWith(outer) && /^[.[]/.test(inner.slice(outer.length)));
}

function isOf(value: unknown, type: string): boolean {
  if (type === "text") return typeof value === "string";
  if (type === "number") return typeof value === "number";
  if (type === "true" || type === "false") return value === (type === "true");
  return type === JSON.stringify(value);
}
