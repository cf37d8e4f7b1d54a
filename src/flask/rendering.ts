import { tracingChannel } from "node:diagnostics_channel";
import { checkText } from "../options.ts";
import { contextOrNone, currentAppContext, isOfRequest, type AppContext } from "./context/context.ts";
import { g, request, session } from "./context/globals.ts";
import type { FlaskResponse } from "./response/flask-response.ts";
import { streamResponse } from "./response/stream.ts";
import { urlFor } from "./routing/url-for.ts";
import { getFlashedMessages } from "./session/flashing.ts";
import { publish } from "./signals.ts";
import { createTemplates } from "./templating.ts";

/** Variables of a template. */
export type TemplateContext = Readonly<Record<string, unknown>>;

/** The templates of an application. */
export interface Templates {
  render(name: string | readonly string[], context: TemplateContext): string;
  renderString(text: string, context: TemplateContext): string;
  /** The page in parts. */
  stream(name: string | readonly string[], context: TemplateContext): Iterable<string>;
  addFilter(name: string, filter: (...args: never[]) => unknown): unknown;
  addTest(name: string, test: (...args: never[]) => boolean): unknown;
  addGlobal(name: string, value: unknown): unknown;
}

/** What rendering needs of an application. */
export interface RenderingApplication {
  readonly templates: Templates;
  /** The variables of the context processors, for the present request. */
  templateContext(): TemplateContext;
}

/** What `createAppTemplates` needs of an application. */
export interface TemplateSettings {
  readonly folder: string;
  readonly blueprintFolders: () => readonly string[];
  readonly isReloading: () => boolean;
  readonly config: object;
}

/** Where templates that are rendered for a request are published; see docs/channels.md. */
const channel = tracingChannel("latchkey:template");

/** The template engine of one application, with the names that Flask's templates have. */
export function createAppTemplates({ folder, blueprintFolders, isReloading, config }: TemplateSettings): Templates {
  const environment = createTemplates([folder], blueprintFolders, isReloading);
  environment.addGlobal("config", config);
  environment.addGlobal("request", request);
  environment.addGlobal("session", session);
  environment.addGlobal("g", g);
  environment.addGlobal("url_for", (endpoint: string, values: Keywords = {}) => urlFor(endpoint, withoutMark(values)));
  environment.addGlobal("get_flashed_messages", (options: Keywords = {}) =>
    getFlashedMessages({
      withCategories: options["with_categories"] === true,
      categoryFilter: (options["category_filter"] as readonly string[] | undefined) ?? [],
    }),
  );
  const first = (names: string | readonly string[]): string => (typeof names === "string" ? names : names[0]!);
  const render: Templates["render"] = (names, context) => environment.render(first(names), { ...context });
  return {
    render,
    renderString: (text, context) => environment.renderString(text, { ...context }),
    stream: (names, context) => [render(names, context)],
    addFilter: (name, filter) => environment.addFilter(name, filter as (...args: unknown[]) => unknown),
    addTest: (name, run) =>
      (environment as unknown as { addTest(name: string, run: unknown): void }).addTest(name, run),
    addGlobal: (name, value) => environment.addGlobal(name, value),
  };
}

/** Nunjucks passes named arguments as a last object with this mark. */
type Keywords = Readonly<Record<string, unknown>> & { readonly __keywords?: true };

function withoutMark(values: Keywords): Readonly<Record<string, unknown>> {
  const { __keywords: _, ...rest } = values;
  return rest;
}

/**
 * Renders a template of the application's `templates` folder. Values are escaped unless marked
 * `|safe`.
 *
 * @param name the template's file, such as `index.html`; or several, of which the first that exists
 *   is taken.
 * @param context variables for the template, in addition to `request`, `session`, `g`, `config`,
 *   `url_for`, `get_flashed_messages` and those of the context processors.
 * @throws Error when the template does not exist or is invalid, and outside of a request.
 */
export function renderTemplate(name: string | readonly string[], context: TemplateContext = {}): string {
  if (!Array.isArray(name)) checkText("renderTemplate(name)", name);
  return render(String(typeof name === "string" ? name : name[0]), context, ({ templates }, variables) =>
    templates.render(name, variables),
  );
}

/** Renders a template from its text. Values are escaped, as in a file that ends with `.html`. */
export function renderTemplateString(text: string, context: TemplateContext = {}): string {
  checkText("renderTemplateString(text)", text);
  return render("(text)", context, ({ templates }, variables) => templates.renderString(text, variables));
}

/** Renders a template in parts, as an answer that begins before the whole page is rendered. */
export function streamTemplate(name: string | readonly string[], context: TemplateContext = {}): FlaskResponse {
  if (!Array.isArray(name)) checkText("streamTemplate(name)", name);
  const application = applicationOf(templateContextOf());
  const variables = { ...application.templateContext(), ...context };
  return streamResponse(application.templates.stream(name, variables)[Symbol.iterator]());
}

function render(
  name: string,
  context: TemplateContext,
  run: (app: RenderingApplication, variables: TemplateContext) => string,
): string {
  const current = templateContextOf();
  const { app } = current;
  const application = applicationOf(current);
  const variables = { ...application.templateContext(), ...context };
  publish("beforeRenderTemplate", { app, template: name, context: variables });
  const page = channel.traceSync(() => run(application, variables), { name, names: Object.keys(context) });
  publish("templateRendered", { app, template: name, context: variables });
  return page;
}

/** Outside of everything, the sentence is that of the request, as in Flask. */
function templateContextOf(): AppContext {
  const context = contextOrNone();
  return isOfRequest(context) ? context : currentAppContext();
}

function applicationOf({ app }: AppContext): RenderingApplication {
  return app as unknown as RenderingApplication;
}
