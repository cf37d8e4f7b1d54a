import { Markup } from "../../index.ts";
import { toHtml } from "./values/print.ts";

/**
 * A value as HTML, as templates print it: `&`, `<`, `>` and quotes are escaped. `Markup` stays as
 * it is. For a view that makes its page without a template.
 *
 * @example
 * ```ts
 * app.get("/hello/<name>", ({ name }) => `<p>Hello, ${escape(name)}!</p>`);
 * ```
 */
export function escape(value: unknown): Markup {
  return new Markup(toHtml(value));
}
