/** What a template's error is about: a word that does not change between versions. */
export type TemplateErrorKind = "not_found" | "syntax" | "undefined" | "runtime";

/**
 * A template is missing, is not valid, or cannot be rendered with this context.
 *
 * The message begins with the file and the line, such as `page.html:3`.
 */
export class TemplateError extends Error {
  /** `not_found`, `syntax` (also for what this engine cannot do), `undefined` or `runtime`. */
  readonly kind: TemplateErrorKind;
  /** The template's name, such as `admin/page.html`. Empty for a text without a name. */
  readonly template: string;
  /** The line, from 1; 0 if the error belongs to no line. */
  readonly line: number;

  constructor(kind: TemplateErrorKind, message: string, place: { readonly template: string; readonly line: number }) {
    super(place.line === 0 ? message : `${place.template || "<string>"}:${place.line}: ${message}`);
    this.name = new.target.name;
    this.kind = kind;
    this.template = place.template;
    this.line = place.line;
  }
}

/** A template that is in none of the folders, as Jinja's TemplateNotFound. */
export class TemplateNotFound extends TemplateError {
  constructor(message: string, template: string) {
    super("not_found", message, { template, line: 0 });
  }
}

/** An error of a template's value, before the place is known. The caller adds file and line. */
export class ValueProblem extends Error {
  readonly kind: TemplateErrorKind;

  constructor(message: string, kind: TemplateErrorKind = "runtime") {
    super(message);
    this.kind = kind;
  }
}
