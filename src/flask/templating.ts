import { tracingChannel } from "node:diagnostics_channel";
import nunjucks from "nunjucks";
import { currentContext } from "./context.ts";
import { getFlashedMessages } from "./flashing.ts";
import { g, request, session } from "./globals.ts";
import { urlFor } from "./url-for.ts";
import { checkText } from "../options.ts";

/** Where templates that are rendered for a request are published; see docs/channels.md. */
const channel = tracingChannel("latchkey:template");

/** Nunjucks passes named arguments as a last object with this mark. */
type Keywords = Readonly<Record<string, unknown>> & { readonly __keywords?: true };

/**
 * The template engine of one application: Jinja's language, with templates from one folder. All
 * values are escaped unless marked `|safe`.
 */
export function createTemplates(folder: string, debug: () => boolean): nunjucks.Environment {
  const templates = new nunjucks.Environment(new nunjucks.FileSystemLoader(folder, { noCache: debug() }), {
    autoescape: true,
  });
  // The names that a Jinja template of a Flask application uses.
  templates.addGlobal("request", request);
  templates.addGlobal("session", session);
  templates.addGlobal("g", g);
  templates.addGlobal("url_for", (endpoint: string, values: Keywords = {}) => {
    const { __keywords: _, ...rest } = values;
    return urlFor(endpoint, rest);
  });
  templates.addGlobal("get_flashed_messages", (options: Keywords = {}) =>
    getFlashedMessages({
      withCategories: options["with_categories"] === true,
      categoryFilter: (options["category_filter"] as readonly string[] | undefined) ?? [],
    }),
  );
  return templates;
}

/**
 * Renders a template of the application's `templates` folder. Values are escaped unless marked
 * `|safe`.
 *
 * @param name the template's file, such as `index.html`.
 * @param context variables for the template, in addition to `request`, `session`, `g`, `url_for`
 *   and `get_flashed_messages`.
 * @throws Error when the template does not exist or is invalid, and outside of a request.
 */
export function renderTemplate(name: string, context: Readonly<Record<string, unknown>> = {}): string {
  checkText("renderTemplate(name)", name);
  const { templates } = currentContext().app;
  return channel.traceSync(() => templates.render(name, { ...context }), { name, names: Object.keys(context) });
}
