import { currentContext } from "./context.ts";
import { checkText } from "../options.ts";

/**
 * The address of a view, by its endpoint's name.
 *
 * @param endpoint the view function's name, or the `endpoint` given with the route; `static` for a
 *   file of the static folder.
 * @param values the rule's variables. Values that are not in the rule go to the query.
 * @throws InvalidOptionError when the endpoint does not exist, or a variable is missing.
 * @example
 * ```ts
 * urlFor("profile", { name: "ada" }); // "/user/ada" for the rule "/user/<name>"
 * ```
 */
export function urlFor(endpoint: string, values: Readonly<Record<string, unknown>> = {}): string {
  checkText("urlFor(endpoint)", endpoint);
  return currentContext().app.urlFor(endpoint, values);
}
