import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import type { Environment } from "minijinja-js";
import { InvalidOptionError } from "../../index.ts";
import { ENGINE_FUNCTIONS, PLACELESS_FUNCTIONS, type Rendering } from "./engine-functions.ts";
import { TemplateError, ValueProblem } from "./errors.ts";
import type { Entry, Library } from "./library.ts";
import type { Place } from "./language/emit-state.ts";
import { packed, spread } from "./values/arguments.ts";
import type { Handles } from "./values/handles.ts";

/**
 * What a function that failed returns instead. The rendering goes on to its end, and then throws.
 */
const EMPTY = "empty.txt";
const NOWHERE: Place = { template: "", line: 0, escape: true };

/** A rendering in progress. */
interface Current extends Rendering {
  readonly handles: Handles;
  readonly places: ReadonlyMap<number, Place>;
  /** The first error. The engine must not see one: it would stop for good. */
  failure: { readonly error: unknown } | undefined;
}

let environmentClass: (new () => Environment) | undefined;

/**
 * Loads the engine when the first template is rendered, so that applications without one need none.
 */
function loadEngine(): new () => Environment {
  try {
    // Not an import: a bundler would copy the script, and not the .wasm file beside it.
    const require = createRequire(ownAddress());
    environmentClass ??= (require("minijinja-js") as { Environment: new () => Environment }).Environment;
    return environmentClass;
  } catch (cause) {
    throw new InvalidOptionError(
      "Templates need the package minijinja-js, and it cannot be loaded. Fix: npm install minijinja-js, also beside a bundle.",
      { cause },
    );
  }
}

/** Where this code is: in a bundle of CommonJS, `import.meta` is empty. */
function ownAddress(): string | URL {
  const url = import.meta.url as string | undefined;
  if (url !== undefined) return url;
  return typeof __filename === "string" ? __filename : pathToFileURL(`${process.cwd()}/`);
}

/** One environment of the engine. It renders one template at a time. */
export class Engine {
  readonly #environment: Environment;
  readonly #library: Library;
  #loaded = 0;
  #text: Entry | undefined;
  #current: Current | undefined;
  /** False after the engine itself has crashed. */
  usable = true;

  constructor(library: Library) {
    this.#library = library;
    const Made = loadEngine();
    this.#environment = new Made();
    this.#environment.keepTrailingNewline = true;
    this.#environment.addTemplate(EMPTY, "");
    this.#register();
  }

  /**
   * Renders a template.
   *
   * @throws the first error of a function that the template called, or a TemplateError.
   */
  render(entry: Entry, context: Record<string, unknown>, rendering: Rendering, handles: Handles): string {
    this.#catchUp(entry);
    const current: Current = { ...rendering, handles, places: this.#library.places, failure: undefined };
    this.#current = current;
    let text = "";
    try {
      text = this.#environment.renderTemplate(entry.internal, context);
    } catch (error) {
      // An ordinary error of the engine is a plain Error. Anything else is a crash.
      if (!(error instanceof Error) || error.constructor !== Error) this.usable = false;
      if (current.failure === undefined) throw translate(error);
    } finally {
      this.#current = undefined;
    }
    if (current.failure !== undefined) throw current.failure.error;
    return text;
  }

  /** Nothing can be added while a template is rendered, so all is added before. */
  #catchUp(entry: Entry): void {
    const { loaded } = this.#library;
    for (; this.#loaded < loaded.length; this.#loaded++) this.#add(loaded[this.#loaded]!);
    if (loaded.includes(entry) || this.#text === entry) return;
    this.#add(entry);
    this.#text = entry;
  }

  #add(entry: Entry): void {
    try {
      this.#environment.addTemplate(entry.internal, entry.source);
    } catch (error) {
      throw translate(error);
    }
  }

  #register(): void {
    for (const [name, { run, raw }] of Object.entries(ENGINE_FUNCTIONS)) {
      const list = name === "__iterate" || name === "__unpack";
      const instead = list ? [] : name === "__include" || name === "__import" || name === "__extends" ? EMPTY : "";
      this.#addFunction(name, instead, (current, place, values) => {
        const result = run(current, place, ...values.map((value) => current.handles.decode(value)));
        if (list) return (result as unknown[]).map((item) => encodeItem(current.handles, item, values[0]));
        return raw ? result : current.handles.encode(result);
      });
    }
    this.#addFunction("__spread", {}, (current, _place, [given, parameters, varargs, kwargs, name, list, dict]) => {
      const { handles } = current;
      const shape = [parameters, varargs, kwargs, name] as [string, string, string, string];
      const found = spread(given as number, shape, handles.decode(list), handles.decode(dict));
      return Object.fromEntries(Object.entries(found).map(([key, value]) => [`v_${key}`, handles.encode(value)]));
    });
    for (const [name, run] of Object.entries(PLACELESS_FUNCTIONS))
      this.#addPlaceless(name, ({ handles, ...current }, values) =>
        handles.encode(run(current, ...values.map((value) => handles.decode(value)))),
      );
    this.#addPlaceless("__packed", ({ handles }, [pattern, items]) => {
      if (!Array.isArray(items)) return handles.encode(undefined);
      return handles.encode(
        packed(
          pattern as string,
          items.map((item) => handles.decode(item)),
        ),
      );
    });
  }

  #addPlaceless(name: string, run: (current: Current, values: readonly unknown[]) => unknown): void {
    this.#addFunction(name, "", (current, _place, values) => run(current, values), false);
  }

  /** Adds a function that never throws into the engine, and does nothing more after an error. */
  #addFunction(
    name: string,
    instead: unknown,
    run: (current: Current, place: Place, values: readonly unknown[]) => unknown,
    withNumber = true,
  ): void {
    this.#environment.addGlobal(name, (...given: unknown[]) => {
      const current = this.#current;
      if (current === undefined || current.failure !== undefined) return instead;
      const place = (withNumber ? current.places.get(given[0] as number) : undefined) ?? NOWHERE;
      const values = withNumber ? given.slice(1) : given;
      try {
        return run(current, place, values);
      } catch (error) {
        current.failure = { error: withPlace(error, place) };
        return instead;
      }
    });
  }
}

/** An item of a loop: one value, or the values that it was taken apart into. */
function encodeItem(handles: Handles, item: unknown, pattern: unknown): unknown {
  if (pattern === "" || !Array.isArray(item)) return handles.encode(item);
  const parts = item.map((part) => handles.encode(part));
  // The engine has no target of one name in parentheses.
  return parts.length === 1 ? parts[0] : parts;
}

/** Says where it happened. An error of the application stays the same object. */
function withPlace(error: unknown, place: Place): unknown {
  if (error instanceof ValueProblem) return new TemplateError(error.kind, error.message, place);
  if (error instanceof Error && !(error instanceof TemplateError) && place.line > 0) {
    try {
      error.stack = `${error.stack ?? error.message}\n    at template ${place.template || "<string>"}:${place.line}`;
    } catch {
      // A frozen error keeps its own stack.
    }
  }
  return error;
}

/** An error of the engine itself, in the names of the template's author. */
function translate(error: unknown): TemplateError {
  const message = error instanceof Error ? error.message : String(error);
  const [, name = "", line = "0"] = /\(in (?:[cn]:)?([^()]*?)(?:\.txt)?:(\d+)\)/.exec(message) ?? [];
  const shown = message
    .replace(/\s*\(in [^()]*\)/g, "")
    .replaceAll(/\b[vnb]_(?=\w)/g, "")
    .replace(/^invalid operation: /, "");
  const place = { template: /^text\d*$/.test(name) ? "" : name, line: Number(line) };
  return new TemplateError("runtime", `${shown}. Fix: see docs/flask-templates.md.`, place);
}
