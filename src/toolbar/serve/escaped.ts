/** A piece of HTML in which every text is escaped. Only `escaped` makes one. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/**
 * What may stand in a template: texts are escaped, pieces and lists of pieces are taken as they
 * are.
 */
export type HtmlValue = string | number | Html | readonly Html[] | undefined;

/**
 * Makes HTML of a template. Texts and numbers in it are escaped, for elements and for attributes in
 * double quotes alike.
 */
export function escaped(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(parts.map((part, index) => (index === 0 ? part : textOf(values[index - 1]) + part)).join(""));
}

function textOf(value: HtmlValue): string {
  if (value === undefined) return "";
  if (value instanceof Html) return value.text;
  if (typeof value === "object") return value.map(({ text }) => text).join("");
  return String(value).replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);
}
