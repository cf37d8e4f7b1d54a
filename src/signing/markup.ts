/**
 * HTML that may be put into a page as it is. It corresponds to Markup of Python's MarkupSafe, and
 * Flask's sessions save it as such.
 */
export class Markup {
  readonly html: string;

  constructor(html: string) {
    if (typeof html !== "string")
      throw new TypeError(
        `new Markup(html) takes a string. It got a value of type ${typeof html}. Fix: pass the HTML.`,
      );
    this.html = html;
  }

  toString(): string {
    return this.html;
  }

  toJSON(): string {
    return this.html;
  }
}
