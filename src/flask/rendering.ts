import { tracingChannel } from "node:diagnostics_channel";
import { checkText } from "../options.ts";
import { contextOrNone, currentAppContext, isOfRequest, type AppContext } from "./context/context.ts";
import { g, request, session } from "./context/globals.ts";
import { JSONProvider } from "./json/json-provider.ts";
import type { FlaskRequest } from "./request/request.ts";
import type { FlaskResponse } from "./response/flask-response.ts";
import { streamResponse } from "./response/stream.ts";
import { urlFor } from "./routing/url-for.ts";
import { getFlashedMessages } from "./flashing.ts";
import { publish } from "./signals.ts";
import { createTemplates } from "./templates/create-templates.ts";
import type { Templates, TemplatesOptions } from "./templates/templates.ts";

/** Variables of a template. */
export type TemplateContext = Readonly<Record<string, unknown>>;

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
  /** The present `app.json`. */
  readonly json: () => JSONProvider;
}

/** Where templates that are rendered for a request are published; see docs/channels.md. */
const channel = tracingChannel("latchkey:template");

/** The template engine of one application, with the names that Flask's templates have. */
export function createAppTemplates(settings: TemplateSettings): Templates {
  const { config, json, ...files } = settings;
  return createTemplates({
    ...files,
    json: () => ownWriting(json()),
    context: () => {
      const context = contextOrNone();
      // The request itself: its members are getters of a class, which `request` only forwards.
      return { request: isOfRequest(context) ? withNone(context.request) : request, session, g, config };
    },
    globals: {
      url_for: (endpoint: string, values: Keywords = {}) => urlFor(endpoint, values),
      get_flashed_messages: (options: Keywords | boolean = {}) => {
        const given = Object(options) as Keywords;
        const { with_categories: categories = options === true, category_filter: filter = [] } = given;
        return getFlashedMessages({ withCategories: categories === true, categoryFilter: filter as readonly string[] });
      },
    },
  });
}

/**
 * What an application has changed about JSON. Without a change, `|tojson` writes as Flask's does.
 */
function ownWriting(provider: JSONProvider): ReturnType<NonNullable<TemplatesOptions["json"]>> {
  const isOwn = (name: "default" | "dumps"): boolean =>
    Reflect.get(provider, name) !== Reflect.get(JSONProvider.prototype, name);
  return {
    convert: isOwn("default") ? (value) => provider.default(value) : undefined,
    write: isOwn("dumps") ? (value) => provider.dumps(value) : undefined,
  };
}

/** A template of Flask sees None where a member has no value. */
function withNone(current: FlaskRequest): FlaskRequest {
  return new Proxy(current, {
    get: (target, name) => {
      // By the request itself, because its fields are private.
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value === "function") return value.bind(target) as unknown;
      return value === undefined && name in target ? null : value;
    },
  });
}

/** Keyword arguments of a call in a template. */
type Keywords = Readonly<Record<string, unknown>>;

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

/** The same for the text of a template. */
export function streamTemplateString(text: string, context: TemplateContext = {}): FlaskResponse {
  checkText("streamTemplateString(text)", text);
  const application = applicationOf(templateContextOf());
  return streamResponse(application.templates.streamString(text, { ...application.templateContext(), ...context }));
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
  return applicationOf(templateContextOf()).templates.attribute(name, attribute);
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
