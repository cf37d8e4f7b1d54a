import { variableOf, type Variable } from "./bind-context.ts";
import { TemplateError, TemplateNotFound } from "./errors.ts";
import { exportsOf, type Exports } from "./language/exports.ts";
import { parseTemplate } from "./language/parse-template.ts";
import type { Template } from "./language/ast.ts";
import type { TemplateFiles } from "./template-files.ts";
import type { NumberedCode } from "./translation/code.ts";
import { translateTemplate } from "./translation/translate-template.ts";
import type { Surroundings, Translated } from "./translation/translation-state.ts";

/** Flask escapes in templates with these endings, and in texts without a name. */
const ESCAPED = [".html", ".htm", ".xml", ".xhtml", ".svg"];

/** A template that is translated. */
export interface Entry extends Translated {
  /** The engine's name of it. It ends with `.txt`, so that the engine escapes nothing itself. */
  readonly internal: string;
  readonly prefix: string;
}

/** What all translations have to know about the application. */
export type Known = Omit<Surroundings, "exportsOf" | "addCode">;

/** The templates that were loaded, and their code. It is made anew when a file changes. */
export class Library {
  readonly codes: Map<number, NumberedCode> = new Map();
  /** In the order of loading, so that an engine can catch up. */
  readonly loaded: Entry[] = [];
  readonly #entries = new Map<string, Entry>();
  /** Templates that are mentioned, and cannot be loaded: the error comes where one is needed. */
  readonly #failures = new Map<string, unknown>();
  readonly #parsed = new Map<string, Template>();
  readonly #files: TemplateFiles;
  readonly #known: Known;
  /** The variables of a template, and how many templates were loaded then. */
  readonly #variables = new WeakMap<Entry, { readonly loaded: number; readonly variables: readonly Variable[] }>();
  #allLoaded = false;
  #nextCode = 1;

  constructor(files: TemplateFiles, known: Known) {
    this.#files = files;
    this.#known = known;
  }

  /**
   * Loads a template, and all that it mentions.
   *
   * @throws TemplateNotFound, TemplateError `syntax`.
   */
  load(name: string, context: boolean): Entry {
    const key = keyOf(name, context);
    const existing = this.#entries.get(key);
    if (existing !== undefined) return existing;
    const template = this.#parse(name);
    const escape = ESCAPED.some((ending) => name.endsWith(ending));
    const translated = translateTemplate(template, name, { context, escape }, this.#surroundings());
    const entry = { ...translated, internal: `${key}.txt`, prefix: context ? "v_" : "n_" };
    this.#entries.set(key, entry);
    this.loaded.push(entry);
    this.#follow(entry);
    return entry;
  }

  /** Translates a text without a name. Its code can be forgotten with `release`. */
  fromText(text: string, internal: string): { entry: Entry; release: () => void } {
    const template = parseTemplate(text, "");
    const added: number[] = [];
    const around = this.#surroundings();
    const addCode = (code: NumberedCode): number => {
      const number = around.addCode(code);
      added.push(number);
      return number;
    };
    const translated = translateTemplate(template, "", { context: true, escape: true }, { ...around, addCode });
    const entry = { ...translated, internal, prefix: "v_" };
    this.#follow(entry);
    return { entry, release: () => added.forEach((number) => this.codes.delete(number)) };
  }

  /**
   * The first of these templates that exists, as the engine knows it. Undefined if none of them
   * exists.
   */
  find(names: readonly string[], context: boolean): string | undefined {
    for (const name of names) {
      const key = keyOf(name, context);
      const entry = this.#entries.get(key);
      if (entry !== undefined) return entry.internal;
      const failure = this.#failures.get(key);
      if (failure !== undefined && !(failure instanceof TemplateNotFound)) throw failure;
    }
    return undefined;
  }

  /** The variables that a template and all that it can reach have to be given. */
  variables(root: Entry): readonly Variable[] {
    const known = this.#variables.get(root);
    if (known?.loaded === this.loaded.length) return known.variables;
    const { entries, isComplete } = this.#reachable(root);
    const byKey = new Map<string, Variable>();
    for (const { names, prefix } of entries)
      for (const name of names) if (!byKey.has(prefix + name)) byKey.set(prefix + name, variableOf(prefix, name));
    const variables = [...byKey.values()];
    if (isComplete) this.#variables.set(root, { loaded: this.loaded.length, variables });
    return variables;
  }

  /** A template and all that it can reach. It is not complete if a file is missing. */
  #reachable(root: Entry): { entries: ReadonlySet<Entry>; isComplete: boolean } {
    const entries = new Set<Entry>([root]);
    let isComplete = true;
    for (const entry of entries) {
      if (entry.dynamic) for (const other of this.loaded) entries.add(other);
      for (const key of entry.references) {
        const other = this.#entries.get(key) ?? this.#retry(key);
        if (other !== undefined) entries.add(other);
        else if (this.#failures.get(key) instanceof TemplateNotFound) isComplete = false;
      }
    }
    return { entries, isComplete };
  }

  /** What a template exports, for imports. */
  exports(name: string): Exports {
    const all = exportsOf(this.#parse(name));
    // Names with an underscore are private, as in Jinja.
    return new Map([...all].filter(([exported]) => !exported.startsWith("_")));
  }

  /** A file that was missing may exist by now. */
  #retry(key: string): Entry | undefined {
    if (!(this.#failures.get(key) instanceof TemplateNotFound)) return undefined;
    this.#tryLoad(key);
    return this.#entries.get(key);
  }

  #follow(entry: Entry): void {
    for (const key of entry.references) this.#tryLoad(key);
    if (!entry.dynamic || this.#allLoaded) return;
    // A computed name can be that of any template, and nothing can be added while one is rendered.
    this.#allLoaded = true;
    for (const name of this.#files.list()) {
      this.#tryLoad(keyOf(name, true));
      this.#tryLoad(keyOf(name, false));
    }
  }

  #tryLoad(key: string): void {
    try {
      this.load(key.slice(2), key.startsWith("c:"));
      this.#failures.delete(key);
    } catch (error) {
      this.#failures.set(key, error);
    }
  }

  #parse(name: string): Template {
    let template = this.#parsed.get(name);
    if (template === undefined) {
      template = parseTemplate(this.#files.read(name), name);
      this.#parsed.set(name, template);
    }
    return template;
  }

  #surroundings(): Surroundings {
    return {
      ...this.#known,
      exportsOf: (name) => {
        try {
          return this.exports(name);
        } catch (error) {
          if (error instanceof TemplateError) return undefined;
          throw error;
        }
      },
      addCode: (code) => {
        const number = this.#nextCode++;
        this.codes.set(number, code);
        return number;
      },
    };
  }
}

const keyOf = (name: string, context: boolean): string => `${context ? "c" : "n"}:${name}`;
