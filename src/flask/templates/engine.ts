import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import type { Environment } from "minijinja-js";
import { InvalidOptionError } from "../../index.ts";
import { TemplateError, ValueProblem } from "./errors.ts";
import type { Entry, Library } from "./library.ts";
import { CALLS, type NumberedCode, type Running } from "./translation/code.ts";

/** A rendering in progress. */
interface Current {
  readonly running: Running;
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
  /** How many of the library's templates the environment has. */
  #loaded = 0;
  readonly #added = new WeakSet<Entry>();
  #current: Current | undefined;
  /** False after the engine itself has crashed. */
  usable = true;

  constructor(library: Library) {
    this.#library = library;
    const Made = loadEngine();
    this.#environment = new Made();
    this.#environment.keepTrailingNewline = true;
    this.#environment.addTemplate(CALLS.__template, "");
    for (const [name, instead] of Object.entries(CALLS)) this.#register(name, instead);
  }

  /**
   * Renders a template.
   *
   * @param context values that `running.handles` has encoded, by the engine's names.
   * @throws the first error of a function that the template called, or a TemplateError.
   */
  render(entry: Entry, context: Record<string, unknown>, running: Running): string {
    this.#catchUp(entry);
    const current: Current = { running, failure: undefined };
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
    while (this.#loaded < loaded.length) this.#add(loaded[this.#loaded++]!);
    if (!this.#added.has(entry)) this.#add(entry);
  }

  #add(entry: Entry): void {
    try {
      this.#environment.addTemplate(entry.internal, entry.source);
      this.#added.add(entry);
    } catch (error) {
      throw translate(error);
    }
  }

  /** Adds a function that never throws into the engine, and does nothing more after an error. */
  #register(name: string, instead: unknown): void {
    const { codes } = this.#library;
    this.#environment.addGlobal(name, (...given: unknown[]) => {
      const current = this.#current;
      if (current === undefined || current.failure !== undefined) return instead;
      const code = codes.get(given[0] as number)!;
      const { running } = current;
      running.line = code.line;
      try {
        return code.run(running, given);
      } catch (error) {
        current.failure = { error: withPlace(error, code, running.line) };
        return instead;
      }
    });
  }
}

/** Says where it happened. An error of the application stays the same object. */
function withPlace(error: unknown, { template }: NumberedCode, line: number): unknown {
  if (error instanceof ValueProblem) return new TemplateError(error.kind, error.message, { template, line });
  if (error instanceof Error && !(error instanceof TemplateError)) {
    try {
      error.stack = `${error.stack ?? error.message}\n    at template ${template || "<string>"}:${line}`;
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
