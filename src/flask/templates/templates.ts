import type { JsonWriting } from "./values/filter.ts";

/**
 * A function of the application. Keyword arguments arrive as one plain object, the last argument.
 */
// oxlint-disable-next-line no-explicit-any -- the parameters are the application's
export type TemplateFunction = (...args: any[]) => unknown;

/** The templates of an application: `app.templates`. */
export interface Templates {
  /**
   * Renders a template, or the first one of several that exists.
   *
   * @throws TemplateNotFound, TemplateError with file and line, or the error of a function that the
   *   template called.
   */
  render(name: string | readonly string[], context?: Readonly<Record<string, unknown>>): string;
  /** Renders a text as a template. Its values are escaped. */
  renderString(text: string, context?: Readonly<Record<string, unknown>>): string;
  /**
   * The same as `render`, as pieces of text. The template is rendered as a whole when the first
   * piece is read, with the request of this call.
   */
  stream(name: string | readonly string[], context?: Readonly<Record<string, unknown>>): Generator<string>;
  /** `stream` of a text. */
  streamString(text: string, context?: Readonly<Record<string, unknown>>): Generator<string>;
  /** A macro of a template as a function, or the value of a variable that it sets. */
  attribute(name: string, attribute: string): unknown;
  /**
   * Adds a filter. It gets the value, then the arguments, then the keyword arguments as one plain
   * object, if there are any. It returns a value, or `Markup` for safe HTML.
   */
  addFilter(name: string, filter: TemplateFunction): void;
  /** Adds a test, for `value is name`. It returns whether the value passes. */
  addTest(name: string, test: TemplateFunction): void;
  /** Adds a variable or a function that each template has. */
  addGlobal(name: string, value: unknown): void;
}

export interface TemplatesOptions {
  /** The application's folder of templates. */
  readonly folder: string;
  /** The folders of its blueprints, which are searched after it. */
  readonly blueprintFolders: () => readonly string[];
  /** Whether a changed file is seen without a restart. */
  readonly isReloading: () => boolean;
  /** What each rendering sees beside its own context. Asked once in a rendering, if at all. */
  readonly context: () => Readonly<Record<string, unknown>>;
  /** Functions for all templates: `url_for` and others. */
  readonly globals: Readonly<Record<string, TemplateFunction>>;
  /** Asked each time that `|tojson` is used. */
  readonly json?: (() => JsonWriting) | undefined;
}
