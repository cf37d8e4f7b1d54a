import { InvalidOptionError } from "../../index.ts";
import { kindOf } from "../../options.ts";
import { bindContext } from "./bind-context.ts";
import { checkFunction, checkName } from "./checks.ts";
import { Engine } from "./engine.ts";
import { TemplateError, TemplateNotFound, ValueProblem } from "./errors.ts";
import { createFilterContexts, type FilterContexts } from "./filter-contexts.ts";
import { COLLECTION_FILTERS } from "./filters/collections.ts";
import { builtinGlobals } from "./filters/globals.ts";
import { HTML_FILTERS } from "./filters/html.ts";
import { JSON_FILTERS } from "./filters/json.ts";
import { NUMBER_FILTERS } from "./filters/numbers.ts";
import { TESTS } from "./filters/tests.ts";
import { TEXT_FILTERS } from "./filters/text.ts";
import { Library, type Entry } from "./library.ts";
import { pieces } from "./pieces.ts";
import { TemplateFiles } from "./template-files.ts";
import type { TemplateFunction, Templates, TemplatesOptions } from "./templates.ts";
import { CALLS, type Lookup } from "./translation/code.ts";
import { callForeign } from "./values/call.ts";
import type { Filter } from "./values/filter.ts";
import { Handles } from "./values/handles.ts";
import { isText, mustExist, textOf } from "./values/kinds.ts";

/** So many texts of `renderString` stay translated. */
const MOST_TEXTS = 100;
/** Makes the templates of an application. Nothing is read before the first rendering. */
export function createTemplates(options: TemplatesOptions): Templates {
  return new ApplicationTemplates(options);
}

class ApplicationTemplates implements Templates {
  readonly #options: TemplatesOptions;
  readonly #files: TemplateFiles;
  readonly #filters = new Map<string, Filter>();
  readonly #tests = new Map<string, Filter>();
  readonly #globals = new Map<string, unknown>();
  readonly #filterContexts: FilterContexts;
  #library: Library;
  /** Engines that render nothing at the moment. A template that renders another one needs two. */
  #idle: Engine[] = [];
  readonly #texts = new Map<string, { entry: Entry; release: () => void }>();
  #textNumber = 0;

  constructor(options: TemplatesOptions) {
    this.#options = options;
    this.#filterContexts = createFilterContexts(this.#filters, this.#tests, options.json ?? (() => ({})));
    this.#files = new TemplateFiles(() => [options.folder, ...options.blueprintFolders()]);
    for (const filters of [HTML_FILTERS, TEXT_FILTERS, COLLECTION_FILTERS, NUMBER_FILTERS, JSON_FILTERS])
      for (const [name, filter] of Object.entries(filters)) this.#filters.set(name, filter);
    for (const [name, test] of Object.entries(TESTS)) this.#tests.set(name, test);
    for (const [name, value] of Object.entries(builtinGlobals(Math.random))) this.#globals.set(name, value);
    for (const [name, value] of Object.entries(options.globals)) this.#globals.set(name, value);
    this.#library = this.#newLibrary();
  }

  render(name: string | readonly string[], context: Readonly<Record<string, unknown>> = {}): string {
    this.#refresh();
    return this.#run(this.#first(typeof name === "string" ? [name] : name), context);
  }

  renderString(text: string, context: Readonly<Record<string, unknown>> = {}): string {
    this.#refresh();
    return this.#run(this.#textEntry(text), context);
  }

  stream(name: string | readonly string[], context: Readonly<Record<string, unknown>> = {}): Generator<string> {
    return pieces(() => this.render(name, context));
  }

  streamString(text: string, context: Readonly<Record<string, unknown>> = {}): Generator<string> {
    return pieces(() => this.renderString(text, context));
  }

  attribute(name: string, attribute: string): unknown {
    this.#refresh();
    const exported = this.#library.exports(name).get(attribute);
    if (exported === undefined)
      throw new TemplateError(
        "undefined",
        `The template "${name}" has no macro and no variable '${attribute}'. Fix: define it at the top level.`,
        { template: name, line: 0 },
      );
    const from = `{% from ${JSON.stringify(name)} import ${attribute} %}`;
    if (exported !== "value")
      return (...args: unknown[]): string => {
        const names = args.map((_, index) => `a${index}`);
        const values = Object.fromEntries(args.map((arg, index) => [names[index]!, arg]));
        return this.renderString(`${from}{{ ${attribute}(${names.join(", ")}) }}`, values);
      };
    let value: unknown;
    const grab = (found: unknown): string => {
      value = found;
      return "";
    };
    this.renderString(`${from}{{ grab(${attribute}) }}`, { grab });
    return value;
  }

  addFilter(name: string, filter: TemplateFunction): void {
    checkFunction("addFilter", name, filter);
    this.#filters.set(name, foreignFilter(filter));
    this.#forget();
  }

  addTest(name: string, test: TemplateFunction): void {
    checkFunction("addTest", name, test);
    this.#tests.set(name, foreignFilter(test));
    this.#forget();
  }

  addGlobal(name: string, value: unknown): void {
    checkName("addGlobal", name);
    this.#globals.set(name, value);
    this.#forget();
  }

  #newLibrary(): Library {
    return new Library(this.#files, {
      filters: this.#filters,
      tests: this.#tests,
      isGlobal: (name) => this.#globals.has(name),
    });
  }

  /**
   * Templates are translated for the filters that there are, so all of them are translated anew.
   */
  #forget(): void {
    this.#files.forget();
    this.#library = this.#newLibrary();
    this.#idle = [];
    this.#texts.clear();
  }

  #refresh(): void {
    if (this.#options.isReloading() && this.#files.changed()) this.#forget();
  }

  #first(names: readonly string[]): Entry {
    for (const [index, name] of names.entries()) {
      if (typeof name !== "string")
        throw new InvalidOptionError(
          `A template's name is a string. It got ${kindOf(name)}. Fix: renderTemplate("page.html").`,
        );
      try {
        return this.#library.load(name, true);
      } catch (error) {
        if (!(error instanceof TemplateNotFound) || error.template !== name || index === names.length - 1) throw error;
      }
    }
    throw new InvalidOptionError("The list of templates is empty. Fix: name at least one.");
  }

  #textEntry(text: string): Entry {
    const known = this.#texts.get(text);
    if (known !== undefined) return known.entry;
    if (this.#texts.size >= MOST_TEXTS) {
      const [oldest, { release }] = this.#texts.entries().next().value!;
      this.#texts.delete(oldest);
      release();
    }
    const made = this.#library.fromText(text, `text${this.#textNumber++ % (2 * MOST_TEXTS)}.txt`);
    this.#texts.set(text, made);
    return made.entry;
  }

  #run(entry: Entry, given: Readonly<Record<string, unknown>>): string {
    const library = this.#library;
    const handles = new Handles();
    const variables = library.variables(entry);
    const sources = { given, shared: this.#options.context, globals: this.#globals };
    const { bound, facades } = bindContext(variables, sources, handles);
    const engine = this.#idle.pop() ?? new Engine(library);
    try {
      return engine.render(entry, bound, {
        handles,
        aside: [],
        ...this.#filterContexts,
        facades,
        find: (name, lookup) => this.#find(library, name, lookup),
        locals: [],
        line: 0,
      });
    } finally {
      if (engine.usable && library === this.#library) this.#idle.push(engine);
    }
  }

  #find(library: Library, name: unknown, { ignoreMissing, context }: Lookup): string {
    mustExist(name);
    const names = (Array.isArray(name) ? (name as unknown[]) : [name]).map((item) => {
      mustExist(item);
      if (!isText(item)) throw new ValueProblem("A template's name is a text.");
      return textOf(item);
    });
    const found = library.find(names, context);
    if (found !== undefined) return found;
    if (ignoreMissing) return CALLS.__template;
    const folders = [this.#options.folder, ...this.#options.blueprintFolders()].join(", ");
    throw new TemplateNotFound(
      names.length === 1
        ? `There is no template "${names[0]}" in ${folders}. Fix: correct the name, or create the file.`
        : `None of the templates ${names.join(", ")} exists in ${folders}. Fix: create one of them.`,
      names.join(", "),
    );
  }
}

const foreignFilter = (run: TemplateFunction): Filter => ({
  parameters: "*",
  run: (_, value, args, keywords) => callForeign(run, [value, ...args], keywords),
});
