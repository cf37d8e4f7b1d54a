/** A part of the page, and its pictures by their names, without ".svg". */
export interface Part {
  readonly text: string;
  readonly pictures: Readonly<Record<string, string>>;
}

/** Pictures in a page, one below the other. */
export function pictures(list: readonly (readonly [file: string, alternative: string])[]): string {
  return list.map(([file, alternative]) => `![${alternative}](images/performance/${file}.svg)`).join("\n\n");
}
