import { tracingChannel } from "node:diagnostics_channel";
import { currentContext } from "./context.ts";
import { getFlashedMessages } from "./flashing.ts";
import { g, request, session } from "./globals.ts";
import { createTemplates } from "./templates/create-templates.ts";
import type { Templates } from "./templates/templates.ts";
import { urlFor } from "./url-for.ts";
import { checkText } from "../options.ts";

export type { Templates } from "./templates/templates.ts";

/** Where templates that are rendered for a request are published; see docs/channels.md. */
const channel = tracingChannel("latchkey:template");

/** Keyword arguments of a call in a template. */
type Keywords = Readonly<Record<string, unknown>>;

/** Variables for a template. */
export type TemplateContext = Readonly<Record<string, unknown>>;

/** The templates of an application, with Flask's variables and functions. */
export function applicationTemplates(folder: string, isReloading: () => boolean): Templates {
  return createTemplates({
    folder,
    blueprintFolders: () => [],
    isReloading,
    context: () => ({ request, session, g, config: configOf() }),
    globals: {
      url_for: (endpoint: string, values: Keywords = {}) => urlFor(endpoint, values),
      get_flashed_messages: (options: Keywords | boolean = {}) => {
        const { with_categories: categories = options === true, category_filter: filter = [] } = Object(
          options,
        ) as Keywords;
        return getFlashedMessages({ withCategories: categories === true, categoryFilter: filter as readonly string[] });
      },
    },
  });
}

/** Without a request there is no application to ask. */
function configOf(): unknown {
  try {
    return (currentContext().app as { readonly config?: unknown }).config;
  } catch {
    return undefined;
  }
}

function templatesNow(): Templates {
  return currentContext().app.templates as Templates;
}

/**
 * Renders a template of the application's `templates` folder. Values are escaped unless marked
 * `|safe`.
 *
 * @param name the template's file, such as `index.html`, or several of which the first that exists
 *   is taken.
 * @param context variables for the template, in addition to `request`, `session`, `g`, `config`,
 *   `url_for` and `get_flashed_messages`.
 * @throws TemplateNotFound when no such template exists; TemplateError with file and line when it is
 *   not valid, or cannot be rendered with these variables; Error outside of a request.
 */
export function renderTemplate(name: string | readonly string[], context: TemplateContext = {}): string {
  const label = typeof name === "string" ? name : name.join(", ");
  const names = Object.keys(context);
  return channel.traceSync(() => templatesNow().render(name, context), { name: label, names });
}

/**
 * Renders a text as a template. Values are escaped.
 *
 * Never build the text from input: who writes a template's text can call all that the template can.
 *
 * @throws TemplateError with the line; Error outside of a request.
 */
export function renderTemplateString(text: string, context: TemplateContext = {}): string {
  checkText("renderTemplateString(text)", text);
  const names = Object.keys(context);
  return channel.traceSync(() => templatesNow().renderString(text, context), { name: "<string>", names });
}

/**
 * The same as `renderTemplate`, as pieces of text for an answer that is streamed. The template is
 * rendered as a whole when the first piece is read. It sees the request of this call.
 */
export function streamTemplate(name: string | readonly string[], context: TemplateContext = {}): Generator<string> {
  return templatesNow().stream(name, context);
}

/** The same as `renderTemplateString`, as pieces of text. */
export function streamTemplateString(text: string, context: TemplateContext = {}): Generator<string> {
  checkText("streamTemplateString(text)", text);
  return templatesNow().streamString(text, context);
}

/**
 * A macro of a template as a function, which returns its HTML; or the value of a variable that the
 * template sets at its top level.
 *
 * @example
 * ```ts
 * const hello = getTemplateAttribute("macros.html", "hello") as (name: string) => string;
 * hello("World");
 * ```
 * @throws TemplateNotFound, and TemplateError if the template has no such macro or variable.
 */
export function getTemplateAttribute(name: string, attribute: string): unknown {
  checkText("getTemplateAttribute(name)", name);
  checkText("getTemplateAttribute(name, attribute): attribute", attribute);
  return templatesNow().attribute(name, attribute);
}
