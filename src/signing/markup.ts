/**
 * HTML that is safe to put into a page as it is: what Python's MarkupSafe calls Markup, and Flask's
 * sessions keep as such.
 */
export class Markup {
  readonly html: string;

  constructor(html: string) {
    if (typeof html !== "string") throw new TypeError(`Markup holds text, not a value of type ${typeof html}.`);
    this.html = html;
  }

  toString(): string {
    return this.html;
  }

  toJSON(): string {
    return this.html;
  }
}
