import { readFileSync } from "node:fs";

/** A key that stands in the documentation, the examples or the defaults of a public project. */
export interface PublishedKey {
  readonly key: string;
  readonly project: string;
  /** The setting that the key stands for, such as SECRET_KEY. */
  readonly variable: string;
  /** "owner/name path": the repository and the file. */
  readonly place: string;
}

/** A value of a standard that is copied as a key: a test vector, an example, a famous number. */
export interface PublishedConstant {
  readonly value: string;
  readonly name: string;
  readonly place: string;
}

/** The lines of keys.tsv. */
export function readPublishedKeys(): PublishedKey[] {
  return table("keys.tsv", 4).map(([key, project, variable, place]) => ({
    key: key!,
    project: project!,
    variable: variable!,
    place: place!,
  }));
}

/** The lines of constants.tsv. */
export function readPublishedConstants(): PublishedConstant[] {
  return table("constants.tsv", 3).map(([value, name, place]) => ({ value: value!, name: name!, place: place! }));
}

/**
 * The keys and constants of both files as text, in every spelling in which people paste them: a
 * Laravel key also without its `base64:`, and a UUID also without its dashes.
 */
export function readPublished(): string[] {
  const values = [...readPublishedKeys().map(({ key }) => key), ...readPublishedConstants().map(({ value }) => value)];
  return [...new Set(values.flatMap(spellings))];
}

function spellings(value: string): readonly string[] {
  if (value.startsWith("base64:")) return [value, value.slice("base64:".length)];
  if (/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)) return [value, value.replaceAll("-", "")];
  return [value];
}

/** The first line names the columns. A key may hold any character but a tab and a newline. */
function table(name: string, columns: number): string[][] {
  const lines = readFileSync(new URL(name, import.meta.url), "utf8")
    .replace(/\n$/, "")
    .split("\n");
  return lines.slice(1).map((line, index) => {
    const cells = line.split("\t");
    if (cells.length !== columns) {
      throw new Error(
        `Line ${index + 2} of ${name} has ${cells.length} columns. Fix: give it ${columns}, with one tab between.`,
      );
    }
    return cells;
  });
}
