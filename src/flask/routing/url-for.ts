import { contextOrNone, currentAppContext, type UrlForOptions } from "../context/context.ts";
import { checkText } from "../../options.ts";

/**
 * The address of a view, by its endpoint's name.
 *
 * Outside of a request, in `app.appContext()`, it has scheme and host, from SERVER_NAME,
 * PREFERRED_URL_SCHEME and APPLICATION_ROOT.
 *
 * @param endpoint the view function's name, or the `endpoint` given with the route; `static` for a
 *   file of the static folder. `auth.login` is the view `login` of the blueprint `auth`, and
 *   `.login` the one of the blueprint that answers.
 * @param values the rule's variables. Values that are not in the rule go to the query; a list gives
 *   its name several times. `_external`, `_anchor`, `_scheme` and `_method` are as in Flask.
 * @throws InvalidOptionError when the endpoint does not exist, or a variable is missing.
 * @example
 * ```ts
 * urlFor("profile", { name: "ada" }); // "/user/ada" for the rule "/user/<name>"
 * urlFor("profile", { name: "ada", _external: true, _anchor: "posts" }); // "http://localhost/user/ada#posts"
 * ```
 */
export function urlFor(endpoint: string, values: UrlForOptions = {}): string {
  checkText("urlFor(endpoint)", endpoint);
  return (contextOrNone() ?? currentAppContext()).app.urlFor(endpoint, values);
}
